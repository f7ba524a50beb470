"""What ``ecs-xray init`` writes: a project's files by their paths in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

ENVIRONMENTS = "environments"
RULES = "sampling/rules.yaml"
CDK_SETTINGS = "cdk.json"
APP = "app.py"
IGNORED = ("cdk.out/", ".venv/", "__pycache__/")
_IMAGE = "public.ecr.aws/docker/library/nginx:1.29.3-alpine"
# Texts of letters alone that YAML does not read as texts.
_NO_TEXT = ("true", "false", "null")

_APP = '''\
"""The environments in environments/, each a CDK Stage with its traced services."""

import sys

import aws_cdk as cdk

from cdk_ecs_xray import EcsXRayError, add_environments

app = cdk.App()
try:
    add_environments(app, "environments", only=app.node.try_get_context("env"))
except EcsXRayError as error:
    sys.exit(str(error))
app.synth()
'''
_RULES = """\
# What is traced, and how much. The first rule that matches decides.
# `ecs-xray rules check` finds mistakes, `ecs-xray rules explain GET /health` shows which decides.

# Requests that no rule matches, as X-Ray itself starts with it: the first of every second, 5 % of
# the rest. Deployed only where `managed_by` names an environment.
default:
  reservoir_size: 1
  fixed_rate: 0.05

rules:
  # A load balancer's health checks: none.
  - name: health
    priority: 100
    http_method: GET
    url_path: /health*
    fixed_rate: 0
"""
_README = """\
# ECS services with X-Ray tracing

```sh
python3 -m venv .venv
. .venv/bin/activate
pip install -r requirements.txt
cdk synth --quiet '**'
ecs-xray review
cdk deploy '{environment}/**'
```

`environments/{environment}.yaml` describes the services, `sampling/rules.yaml` what is traced.
`ecs-xray environments check` and `ecs-xray rules check` find mistakes in them.
"""
# The cluster's own VPC, so that nothing has to be there.
_EC2 = """\
    port: 80
    cpu: 128
    memory_reservation_mib: 256
    network_mode: bridge
    new_cluster:             # or "cluster: NAME" to join one that exists
      instance_type: t3.small
      instance_count: 1
"""
_FARGATE = """\
    launch: fargate
    port: 80
    task_cpu: 512
    task_memory_mib: 1024
"""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the options ask for, already checked.

    :param subnets: of Fargate tasks; with none, a parameter that is still to be made.
    """

    environment: str
    namespace: str
    service: str
    launch: str
    subnets: Sequence[str] = ()

    @property
    def environment_path(self) -> str:
        """Where the environment's file goes."""
        return f"{ENVIRONMENTS}/{self.environment}.yaml"

    @property
    def open_parameter(self) -> str | None:
        """The SSM parameter that has to be made or replaced before a deployment, if any."""
        if self.launch != "fargate" or self.subnets:
            return None
        return f"/{self.namespace}/{self.environment}/subnet"


def project_files(wish: Wish) -> Mapping[str, str]:
    """Return the files of a new CDK app."""
    return {
        CDK_SETTINGS: _settings(),
        APP: _APP,
        "requirements.txt": f"{requirement()}\n",
        ".gitignore": "".join(f"{line}\n" for line in IGNORED),
        "README.md": _README.format(environment=wish.environment),
        **app_files(wish),
    }


def app_files(wish: Wish) -> Mapping[str, str]:
    """Return the files that go into an app which is there already."""
    return {wish.environment_path: _environment(wish), RULES: _RULES}


def requirement() -> str:
    """Return what an app needs of the kit, as pip is asked for it."""
    return f"cdk-ecs-xray[cdk,cli]~={version('cdk-ecs-xray')}"


def _settings() -> str:
    return (
        json.dumps(
            {
                "app": "python3 app.py",
                "context": {
                    # What `cdk init` recommends, of what these stacks and their neighbors use.
                    "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup": True,
                    "@aws-cdk/aws-iam:minimizePolicies": True,
                    "@aws-cdk/core:enablePartitionLiterals": True,
                },
            },
            indent=2,
        )
        + "\n"
    )


def _environment(wish: Wish) -> str:
    head = f"""\
# An environment: a CDK Stage with a stack for each service. docs/environments.md of the kit has
# every key, and so has `ecs-xray schema environment`, for editors.
name: {_text(wish.environment)}
namespace: {_text(wish.namespace)}    # the first part of every name, such as your organization's
# account: "111122223333"    # without them: the account and region of whoever deploys
# region: eu-west-1
collector: adot
log_retention_days: 30
sampling_rules: ../{RULES}
"""
    service = f"""\
services:
  - name: {_text(wish.service)}
    image: {_IMAGE}    # your app's
"""
    if wish.launch == "fargate":
        return head + _network(wish) + service + _FARGATE
    return head + service + _EC2


def _network(wish: Wish) -> str:
    note = ""
    subnets = wish.subnets
    if wish.open_parameter is not None:
        note = "    # put your subnets' ids here, or make the parameter"
        subnets = [f"ssm:{wish.open_parameter}"]
    return f"""\
vpc:
  subnets: {json.dumps(list(subnets))}{note}
  # security_groups: [sg-...]    # without them: the VPC's default
  # assign_public_ip: true       # in public subnets, or images cannot be pulled
cluster:
  create: {{capacity: fargate}}
"""


def _text(value: str) -> str:
    return f'"{value}"' if value.lower() in _NO_TEXT else value
