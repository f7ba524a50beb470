"""A machine full of traps: what a local run asks of it, and what leaves it."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest

from cdk_ecs_xray.local import EmbeddedAws

COMMAND = Path(sys.prefix) / "bin" / "ecs-xray"
PROFILE = """\
[default]
region = eu-central-2
credential_process = {called}
endpoint_url = http://127.0.0.1:{port}
[profile hostile]
region = eu-central-2
credential_process = {called}
endpoint_url = http://127.0.0.1:{port}
services = hostile
[services hostile]
sts =
  endpoint_url = http://127.0.0.1:{port}
"""
# What an app could do during synthesis, and what each trap would be good for.
APP = """\
import json, os, pathlib, shutil
import boto3
try:
    account = boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
except Exception as error:
    account = type(error).__name__
pathlib.Path("asked.json").write_text(json.dumps(
    {{"account": account, "default": os.environ.get("CDK_DEFAULT_ACCOUNT"),
      "aws": sorted(name for name in os.environ if name.startswith("AWS_"))}}))
shutil.copytree({assembly!r}, os.environ["CDK_OUTDIR"], dirs_exist_ok=True)
"""


@dataclass
class Trap:
    """A listener that counts who comes, whatever they say."""

    port: int
    arrived: list[bytes] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Trap(listener.getsockname()[1])
        listener.settimeout(0.1)
        open_for_visitors = True

        def count() -> None:
            while open_for_visitors:
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                with client:
                    client.settimeout(1.0)
                    made.arrived.append(client.recv(200))

        thread = Thread(target=count)
        thread.start()
        yield made
        open_for_visitors = False
        thread.join()


@dataclass(frozen=True, kw_only=True)
class Home:
    """A user's home with real credentials, and a shell that uses them."""

    path: Path
    calls: Path
    variables: Mapping[str, str]


@pytest.fixture
def home(tmp_path: Path, trap: Trap) -> Home:
    path = tmp_path / "home"
    (path / ".aws").mkdir(parents=True)
    calls = tmp_path / "credential-process-was-called"
    program = tmp_path / "credentials"
    program.write_text(f"#!/bin/sh\necho called >> {calls}\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    text = PROFILE.format(called=program, port=trap.port)
    (path / ".aws" / "config").write_text(text)
    (path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREALREALREALREAL\naws_secret_access_key = real\n"
    )
    (path / ".cdk.json").write_text(json.dumps({"profile": "hostile", "notices": True}))
    somewhere = f"http://127.0.0.1:{trap.port}"
    services = ("", "_STS", "_S3", "_CLOUDFORMATION", "_SSM", "_ECR", "_IAM", "_XRAY", "_ECS")
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    return Home(
        path=path,
        calls=calls,
        variables={
            "HOME": str(path),
            "AWS_PROFILE": "hostile",
            "AWS_DEFAULT_PROFILE": "hostile",
            "AWS_CONFIG_FILE": str(path / ".aws" / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(path / ".aws" / "credentials"),
            "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
            "AWS_SECRET_ACCESS_KEY": "real",
            "AWS_SESSION_TOKEN": "real",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{somewhere}/credentials",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": somewhere,
            "TELEMETRY_ENDPOINT": f"{somewhere}/metrics",
            **{f"AWS_ENDPOINT_URL{name}": somewhere for name in services},
            **dict.fromkeys(proxies, somewhere),
        },
    )


@pytest.fixture
def project(tmp_path: Path, assembly: Path) -> Path:
    """A project whose app asks for an account before it hands out its assembly."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "app.py").write_text(APP.format(assembly=str(assembly)))
    # Without the settings of this project's own cdk.json: a user's may lack them.
    settings = {"app": f"{sys.executable} app.py", "profile": "hostile", "notices": True}
    (folder / "cdk.json").write_text(json.dumps(settings))
    return folder


def run(command: list[str], folder: Path, home: Home) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **home.variables},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_deployment_falls_into_no_trap(home: Home, trap: Trap, project: Path) -> None:
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}

    done = run([str(COMMAND), "local", "deploy", "--env", "dev"], project, home)

    assert done.returncode == 0, done.stdout + done.stderr
    assert not home.calls.exists()
    assert trap.arrived == []
    asked = json.loads((project / "asked.json").read_text())
    assert asked["account"] == "NoCredentialsError"
    assert asked["default"] is None
    assert {path.name for path in project.iterdir()} == {"app.py", "cdk.json", "asked.json"}
    after = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    # jsii may fill its cache of packages; accounts, notices and settings are none of it.
    assert {path: text for path, text in after.items() if "jsii" not in str(path)} == before


def test_the_traps_would_catch_somebody(home: Home, trap: Trap, project: Path) -> None:
    """The same app in the same shell, started by hand."""
    done = run([sys.executable, "-c", "import os; os.environ['CDK_OUTDIR'] = 'out';"
                "exec(open('app.py').read())"], project, home)  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert home.calls.exists() or trap.arrived


def test_a_shell_that_follows_the_printed_lines_falls_into_none_either(
    home: Home, trap: Trap, project: Path
) -> None:
    started = run([str(COMMAND), "local", "start"], project, home)
    assert started.returncode == 0, started.stderr
    (port,) = re.findall(r"ecs-xray local stop (\d+)", started.stdout)
    try:
        lines = re.findall(r"^  ((?:export|unset) .*)$", started.stdout, re.MULTILINE)
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
        lines.append(f'{sys.executable} -c "{program}"')
        done = run(["/bin/sh", "-c", "\n".join(lines)], project, home)
        assert done.stdout.strip() == "000000000000", done.stderr
    finally:
        stopped = run([str(COMMAND), "local", "stop", port], project, home)
    assert stopped.returncode == 0, stopped.stderr
    assert not home.calls.exists()
    assert trap.arrived == []


def test_a_client_of_the_package_falls_into_none_either(
    home: Home, trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in home.variables.items():
        monkeypatch.setenv(name, value)
    with EmbeddedAws.start() as aws:
        for service, operation in (
            ("sts", "get_caller_identity"),
            ("s3", "list_buckets"),
            ("cloudformation", "list_stacks"),
            ("xray", "get_groups"),
        ):
            getattr(aws.client(service), operation)()
        aws.reset()
    assert not home.calls.exists()
    assert trap.arrived == []


def test_an_app_that_needs_a_lookup_is_told_so_and_nothing_is_looked_up(
    home: Home, trap: Trap, project: Path, assembly: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "missing"
    missing.mkdir()
    manifest = json.loads((assembly / "manifest.json").read_text())
    props = {"account": "000000000000", "region": "us-east-1"}
    manifest["missing"] = [
        {"key": "availability-zones", "provider": "availability-zones", "props": props}
    ]
    (missing / "manifest.json").write_text(json.dumps({**manifest, "artifacts": {}}))
    app = (project / "app.py").read_text().replace(str(assembly), str(missing))
    (project / "app.py").write_text(app)

    done = run([str(COMMAND), "local", "deploy", "--env", "dev"], project, home)

    assert done.returncode == 1
    assert "Context lookups have been disabled" in done.stdout + done.stderr
    assert not (project / "cdk.context.json").exists()
    assert not home.calls.exists()
    assert trap.arrived == []
