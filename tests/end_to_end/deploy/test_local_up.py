"""`ecs-xray local up`: an app beside a deployment, in the environment that it was deployed with."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.deploy.local_command import COMMAND, answers, run_local, server_of

# Sends a trace with what the environment says alone, and waits until X-Ray has it.
TRACED = """
import os, time
from datetime import UTC, datetime, timedelta
import boto3
from aws_xray_sdk.core import xray_recorder
xray_recorder.configure(sampling=False)
with xray_recorder.in_segment(os.environ["AWS_XRAY_TRACING_NAME"]) as segment:
    sent = segment.trace_id
client = boto3.client("xray")
deadline = time.monotonic() + 120
while time.monotonic() < deadline:
    end = datetime.now(UTC) + timedelta(seconds=1)
    found = client.get_trace_summaries(StartTime=end - timedelta(minutes=5), EndTime=end)
    if [one["Id"] for one in found["TraceSummaries"]] == [sent]:
        print("arrived", os.environ["AWS_XRAY_DAEMON_ADDRESS"], os.environ["AWS_REGION"])
        raise SystemExit(7)
    time.sleep(0.1)
raise SystemExit("it did not arrive")
"""
# Changes a rate in the reviewed file, and waits until X-Ray has it.
CHANGED = r"""
import pathlib, time
import boto3
client = boto3.client("xray")
def rate():
    rules = [r["SamplingRule"] for r in client.get_sampling_rules()["SamplingRuleRecords"]]
    return next(r["FixedRate"] for r in rules if r["RuleName"] == "dev-checkout")
before = rate()
path = pathlib.Path("sampling/rules.yaml")
path.write_text(path.read_text().replace("fixed_rate: 1\n", "fixed_rate: 0.75\n"))
deadline = time.monotonic() + 400
while time.monotonic() < deadline:
    if rate() != before:
        print("deployed", before, rate())
        raise SystemExit(0)
    time.sleep(0.2)
raise SystemExit(f"still {before}")
"""


@pytest.fixture
def whole_project(repository: Path, tmp_path: Path) -> Path:
    """A copy of the shipped app, whose files a test may change."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("app.py", "cdk.json"):
        shutil.copy(repository / name, folder / name)
    for name in ("environments", "sampling", "stacks"):
        shutil.copytree(repository / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def project(assembly: Path, tmp_path: Path) -> Path:
    """A project whose app only copies what the shipped one has synthesized for dev."""
    folder = tmp_path / "project"
    folder.mkdir()
    settings = {"app": f"cp -r {assembly}/assembly-dev/. $CDK_OUTDIR/", "versionReporting": False}
    (folder / "cdk.json").write_text(json.dumps(settings))
    return folder


def test_the_app_is_traced_with_its_deployed_environment_and_ends_the_command(
    project: Path,
) -> None:
    (project / "traced.py").write_text(TRACED)

    done = run_local(
        "up", "--env", "dev", "--container", "ledger-watcher", "--env-file", "dev.env",
        "--run", f"{sys.executable} traced.py", folder=project,
    )  # fmt: skip

    assert done.returncode == 7, done.stdout
    assert "a stand-in for the X-Ray daemon" in done.stdout
    # A link's name is nobody's on this machine; the relay's own address takes its place.
    assert "the deployed address, fq-dev-xray:2000, is not one of this machine's" in done.stdout
    assert "arrived 127.0.0.1:" in done.stdout
    written = dict(line.split("=", 1) for line in (project / "dev.env").read_text().splitlines())
    assert written["AWS_XRAY_TRACING_NAME"] == "ledger-watcher"
    assert written["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    port, _ = server_of(done.stdout)
    assert not answers(port)


def test_a_changed_rule_is_deployed_again(whole_project: Path) -> None:
    (whole_project / "changed.py").write_text(CHANGED)

    done = run_local(
        "up", "--env", "dev", "--container", "ledger-watcher",
        "--run", f"{sys.executable} changed.py", folder=whole_project,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    assert "deployed 1.0 0.75" in done.stdout


def test_ctrl_c_ends_all_of_it(project: Path) -> None:
    process = subprocess.Popen(
        [str(COMMAND), "local", "up", "--env", "dev", "--container", "ledger-watcher"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("  export AWS_XRAY_TRACING_NAME="):
            break
    process.send_signal(signal.SIGTERM)
    said += process.communicate(timeout=300)[0]

    assert process.returncode == 128 + signal.SIGTERM, said
    port, _ = server_of(said)
    assert not answers(port)


def test_for_docker_the_task_is_written_as_a_compose_file(project: Path) -> None:
    process = subprocess.Popen(
        [
            *(str(COMMAND), "local", "up", "--env", "dev", "--container", "ledger-watcher"),
            *("--compose", "dev compose.yaml"),
        ],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Start it with: "):
            break
    process.send_signal(signal.SIGTERM)
    said += process.communicate(timeout=300)[0]

    assert "Start it with: docker compose --file 'dev compose.yaml' up. Ctrl-C ends all" in said
    # The file has a collector of its own.
    assert "relay" not in said
    services = yaml.safe_load((project / "dev compose.yaml").read_text())["services"]
    assert set(services) == {"ledger-watcher", "fq-dev-xray"}
    app, sidecar = services["ledger-watcher"], services["fq-dev-xray"]
    assert app["environment"]["AWS_XRAY_DAEMON_ADDRESS"] == "fq-dev-xray:2000"
    assert app["extra_hosts"] == ["fq-dev-xray:127.0.0.1"]
    port, _ = server_of(said)
    for service in (app, sidecar):
        assert service["environment"]["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
        assert not any(name.startswith("CDK_") for name in service["environment"])
    assert "--bind 127.0.0.1:2000 --bind-tcp 127.0.0.1:2000" in " ".join(sidecar["command"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--compose", "a.yaml", "--run", "app"],
            "--compose and --run cannot be combined. Keep one.",
        ),
        (
            ["--compose", "a.yaml", "--env-file", "a.env"],
            "--compose and --env-file cannot be combined. Keep one.",
        ),
        (["--run", "'open"], "--run must be a command (got ''open' (No closing quotation))"),
        (["--run", " "], "--run must be a command (got ' ')"),
        (["--context", "env"], "--context must be KEY=VALUE (got 'env')"),
    ],
)
def test_wrong_options_are_refused_before_anything_starts(
    tmp_path: Path, options: list[str], message: str
) -> None:
    done = run_local("up", *options, folder=tmp_path)

    assert done.returncode == 2
    assert message in done.stdout


def test_a_container_that_is_not_deployed_is_named_with_those_that_are(project: Path) -> None:
    done = run_local("up", "--env", "dev", "--container", "nobody", folder=project)

    assert done.returncode == 2
    assert "--container must name a traced container (got 'nobody')" in done.stdout
    assert "ledger-watcher" in done.stdout.rpartition("Name one of: ")[2]
