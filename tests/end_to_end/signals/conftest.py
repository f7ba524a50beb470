"""A CDK project, rules and a log, and a stand-in for the cdk command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

CDK = """#!{python}
import json, os, pathlib, subprocess, sys, tempfile
tempfile.mkdtemp()
helper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"],
                          stdin=subprocess.PIPE, cwd=os.environ["TMPDIR"])
if sys.argv[1] == "synth":
    folder = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
    folder.mkdir()
    stack = {{"type": "aws:cloudformation:stack", "environment": "aws://000000000000/us-east-1",
             "properties": {{"templateFile": "one.json", "stackName": "one"}}}}
    (folder / "manifest.json").write_text(
        json.dumps({{"version": "48.0.0", "artifacts": {{"one": stack}}}}))
    (folder / "one.json").write_text(json.dumps({{"Resources": {{}}}}))
elif sys.argv[1] == "deploy":
    import boto3
    boto3.client("cloudformation").create_stack(StackName="one", TemplateBody=json.dumps(
        {{"Resources": {{"Log": {{"Type": "AWS::Logs::LogGroup"}}}}}}))
helper.communicate()
"""
RULES = """\
default:
  fixed_rate: 0.1
  reservoir_size: 1
rules:
  - name: checkout
    priority: 1
    url_path: /checkout/*
    fixed_rate: 0.5
"""
LOG_LINE = '192.0.2.1 - - [21/Nov/2026:10:00:{:02d} +0000] "GET /checkout/{} HTTP/1.1" 200 1\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signals")
    (folder / "cdk.json").write_text(json.dumps({"app": "none"}))
    (folder / "cdk").write_text(CDK.format(python=sys.executable))
    (folder / "cdk").chmod(0o755)
    (folder / "rules.yaml").write_text(RULES)
    lines = [LOG_LINE.format(n % 60, n) for n in range(100_000)]
    (folder / "access.log").write_text("".join(lines))
    return folder
