"""The AWS emulator runs the kit's own custom resources, and nothing that anybody hands to it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.execution import OWN_HANDLERS, is_own

OWN = OWN_HANDLERS[0].read_text()
ROLE = "arn:aws:iam::000000000000:role/any"
REFUSED = "The AWS emulator runs no code but this kit's own custom resources"


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that foreign code would write."""
    return tmp_path / "it-ran"


def python(marker: Path) -> str:
    return f"open({str(marker)!r}, 'w').close()\ndef handler(event, context):\n    return 1\n"


def node(marker: Path) -> str:
    return f"require('fs').writeFileSync({str(marker)!r}, '');exports.handler = async () => 1;"


def archive(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in files.items():
            made.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def template(runtime: str, code: str, rate: object, **function: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": runtime,
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": code},
                    "Timeout": 10,
                    **function,
                },
            },
            "Default": {
                "Type": "Custom::XRayDefaultSamplingRule",
                "Properties": {
                    "ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]},
                    "ServiceTimeout": 10,
                    "FixedRate": rate,
                    "ReservoirSize": "1",
                },
            },
        }
    }


def test_the_kit_s_own_function_changes_the_default_rule_of_its_account_and_region(
    aws: EmbeddedAws, stack_in: Any
) -> None:
    where = {"account": "111111111111", "region": "eu-west-1"}
    stack = stack_in(**where)

    def rate(**of: str) -> float:
        (record,) = aws.client("xray", **of).get_sampling_rules()["SamplingRuleRecords"]
        found: float = record["SamplingRule"]["FixedRate"]
        return found

    first = template("python3.14", OWN, "0.5")
    assert stack.create(first) == "CREATE_COMPLETE", stack.reasons()
    assert rate(**where) == 0.5
    assert rate() == 0.05

    assert stack.update(template("python3.14", OWN, "5")) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("FixedRate must be between 0 and 1, got 5" in text for text in stack.reasons())
    assert rate(**where) == 0.5


@pytest.mark.parametrize("language", [python, node], ids=["python", "node"])
def test_a_custom_resource_of_somebody_else_is_refused_at_once_and_says_so(
    stack_in: Any, marker: Path, language: Callable[[Path], str]
) -> None:
    runtime = "python3.13" if language is python else "nodejs22.x"
    stack = stack_in()
    assert stack.create(template(runtime, language(marker), "0.5")) == "ROLLBACK_COMPLETE"
    assert any(REFUSED in text for text in stack.reasons())
    assert not marker.exists()


def test_the_kit_s_function_with_variables_of_somebody_else_is_not_the_kit_s(
    stack_in: Any, tmp_path: Path, marker: Path
) -> None:
    (tmp_path / "startup.py").write_text(python(marker))
    variables = {"Variables": {"PYTHONSTARTUP": str(tmp_path / "startup.py"), "PYTHONINSPECT": "1"}}
    stack = stack_in()
    made = template("python3.14", OWN, "0.5", Environment=variables)
    assert stack.create(made) == "ROLLBACK_COMPLETE"
    assert any(REFUSED in text for text in stack.reasons())
    assert not marker.exists()


CONFIG = {"Runtime": "python3.14", "Handler": "index.handler"}


@pytest.mark.parametrize(
    ("config", "code", "own"),
    [
        ({}, archive({"index.py": OWN}), True),
        ({}, archive({"index.py": OWN + "\n"}), False),
        ({}, archive({"index.py": OWN, "boto3.py": ""}), False),
        ({}, archive({"other.py": OWN}), False),
        ({}, archive({}), False),
        ({}, b"", False),
        ({}, None, False),
        ({"Handler": "index.apply"}, archive({"index.py": OWN}), False),
        ({"Runtime": "nodejs22.x"}, archive({"index.py": OWN}), False),
        ({"Layers": ["arn:aws:lambda:x"]}, archive({"index.py": OWN}), False),
        ({"Environment": {"Variables": {"A": "b"}}}, archive({"index.py": OWN}), False),
        ({"Environment": {"Variables": {}}}, archive({"index.py": OWN}), True),
    ],
)
def test_what_is_the_kit_s_own(config: dict[str, Any], code: bytes | None, own: object) -> None:
    assert is_own(CONFIG | config, code) is own


@pytest.mark.parametrize("runtime", ["python3.13", "nodejs22.x", "provided.al2023", "java21"])
def test_a_function_is_recorded_and_not_run(aws: EmbeddedAws, marker: Path, runtime: str) -> None:
    files = {
        "index.py": python(marker),
        "index.js": node(marker),
        "bootstrap": f"#!/bin/sh\ntouch {marker}\n",
    }
    client = aws.client("lambda")
    client.create_function(
        FunctionName="theirs",
        Runtime=runtime,
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": archive(files)},
    )
    answer = client.invoke(FunctionName="theirs", Payload=b"{}")
    assert answer["FunctionError"]
    assert REFUSED in json.loads(answer["Payload"].read())["errorMessage"]
    assert not marker.exists()


def test_a_glue_job_is_not_run(
    aws: EmbeddedAws, marker: Path, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    bucket = aws.client("s3")
    bucket.create_bucket(Bucket="scripts")
    bucket.put_object(Bucket="scripts", Key="job.py", Body=python(marker).encode())
    glue = aws.client("glue")
    command = {"Name": "pythonshell", "ScriptLocation": "s3://scripts/job.py"}
    glue.create_job(Name="theirs", Role=ROLE, Command=command)
    run = glue.start_job_run(JobName="theirs")["JobRunId"]

    def state() -> str:
        found: str = glue.get_job_run(JobName="theirs", RunId=run)["JobRun"]["JobRunState"]
        return found

    eventually(lambda: state() not in ("STARTING", "RUNNING"))
    assert not marker.exists()


TRIES = {
    "a program": "subprocess.run([sys.executable, '-V'])",
    "a shell": "os.system('true')",
    "a fork": "os.fork()",
    "another image": "os.execv(sys.executable, ['python', '-V'])",
    "posix_spawn": "os.posix_spawn(sys.executable, ['python', '-V'], {})",
    "a connection": "socket.create_connection(('192.0.2.1', 80), timeout=0.1)",
    "a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "a message": "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
    "an old name": "socket.gethostbyname('canary.invalid')",
    "a name": "socket.getaddrinfo('canary.invalid', 80)",
}


@pytest.mark.parametrize("attempt", TRIES.values(), ids=TRIES)
def test_the_server_s_interpreter_starts_nothing_and_calls_nobody(
    attempt: str, tmp_path: Path
) -> None:
    """Whatever service of the emulator would: the interpreter itself refuses."""
    program = (
        "import os, socket, subprocess, sys\n"
        "from cdk_ecs_xray.local import execution\n"
        "execution.restrict()\n"
        f"try:\n    {attempt}\n"
        "except execution.ExecutionRefusedError as error:\n    print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "refused\n", done.stderr
