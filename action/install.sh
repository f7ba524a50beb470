#!/usr/bin/env bash
# Install the review, and nothing that it does not import, away from the app's own packages.
set -euo pipefail

"$PYTHON" -m venv "$RUNNER_TEMP/ecs-xray"
"$RUNNER_TEMP/ecs-xray/bin/python" -m pip install --quiet --disable-pip-version-check \
  "$GITHUB_ACTION_PATH[review]"
