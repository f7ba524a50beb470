# The commands of the README. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help setup sdks deploy-local demo synth test fuzz matrix check bench docs dist audit images clean

# `make deploy-local ENV=qa` decides. A value of the shell counts only where it names an environment:
# POSIX shells use ENV for the path of their start-up file.
ifneq ($(origin ENV),command line)
ENV := $(if $(and $(ENV),$(wildcard environments/$(ENV).yaml)),$(ENV),dev)
endif
ifeq ($(strip $(ENV)),)
override ENV := dev
endif
VENV := .venv
BIN := $(VENV)/bin
# A file's tests stay together, as they share what was set up; files start in tests/conftest.py's order.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Without compiled Python files every start of the CDK app takes four times as long.
unexport PYTHONDONTWRITEBYTECODE
export JSII_NODE := $(CURDIR)/$(BIN)/node
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/$(VENV)/jsii-package-cache

# Nothing here needs an account: profiles, keys and endpoints of the user's are none of its business.
unexport $(filter AWS_% CDK_DEFAULT_%,$(.VARIABLES))
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
export CDK_HOME := $(CURDIR)/$(VENV)/cdk-home
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := 1

# The first of these that runs and is new enough; `make PYTHON=/path/to/python3` overrides.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	if $$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then command -v $$python; break; fi; done)

# As variables of the recipes' shell, where quotes hold whatever they contain.
export PYTHON ENV

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install everything, pinned, into .venv and node_modules
	@if [ -z "$$PYTHON" ] || ! "$$PYTHON" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then \
		echo "setup: Python must be 3.11 or newer, got $$("$${PYTHON:-python3}" --version 2>&1);" \
			"install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; \
	fi
	@"$$PYTHON" tools/install.py

sdks: setup ## install AWS's OpenTelemetry SDKs, which tests run
	@"$$PYTHON" tools/install.py sdks

deploy-local: setup ## deploy ENV=dev (staging, prod) onto an AWS emulator; KEEP=1 leaves it running
	@$(BIN)/ecs-xray local deploy --env "$$ENV" --reference tests/local/parity/reference_setup $(if $(filter-out 0,$(KEEP)),--keep)

demo: setup ## trace a small service on an AWS emulator; KEEP=1 leaves it running
	@$(BIN)/python examples/signup/demo.py

synth: setup ## synthesize every environment into cdk.out
	@rm -rf cdk.out
	@$(BIN)/cdk synth --quiet --no-lookups '**'

test: sdks ## run every test
	@$(PYTEST)

fuzz: setup ## feed every command INPUTS=4000 broken inputs of each kind
	@ECS_XRAY_FUZZ="$${INPUTS:-4000}" $(BIN)/python -m pytest --numprocesses auto tests/fuzz

matrix: setup ## test the constructs with the oldest and newest Python, aws-cdk-lib and Node
	@$(BIN)/python -m tools.matrix

check: sdks ## format, lint, types, import rules, tests with branch coverage, synth, cfn-lint, cdk-nag
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PYTEST) --cov
	@rm -rf cdk.out && $(BIN)/cdk synth --quiet --no-lookups --context nag=true '**'
	@$(BIN)/cfn-lint 'cdk.out/**/*.template.json'

bench: setup ## compare speed with hand-written CDK, side by side
	@$(BIN)/python -m benchmarks

docs: setup ## write the generated parts of docs/ and build the site into site/, links checked
	@"$$PYTHON" tools/install.py site
	@$(BIN)/python -m tools.docs
	@NO_COLOR=1 $(VENV)/site/bin/zensical build --strict --clean

dist: setup ## build wheel, source distribution, bill of materials and licenses into dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist
	@$(BIN)/python tools/bill_of_materials.py dist

audit: setup ## ask PyPI whether a pinned Python package has a known vulnerability
	@"$$PYTHON" tools/install.py audit
	@$(VENV)/audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip

images: setup ## say which collector image has a newer version
	@$(BIN)/python -m tools.images

clean: ## remove everything that was installed or generated
	@rm -rf $(VENV) node_modules cdk.out dist site .cache .coverage .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache .setup-cache
