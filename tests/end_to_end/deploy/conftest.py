"""The real cdk command line, a copy of the project, and one AWS emulator for the session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cdk_ecs_xray.local import EmbeddedAws

CDK = Path(sys.prefix) / "bin" / "cdk"
# Ends what hangs. On a busy machine a synthesis with validation has taken two minutes.
TIMEOUT = 600


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    """The server. An access key of 12 digits is an account, so modules don't meet."""
    with EmbeddedAws.start() as server:
        yield server


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that has ended: its exit code and all it printed."""

    code: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Cdk:
    """The cdk command line as a user of one account has it."""

    folder: Path
    account: str
    variables: Mapping[str, str]

    def __call__(self, *arguments: str, folder: Path | None = None, code: int | None = 0) -> Ended:
        """Run it; an exit code other than the expected one fails the test, None expects any."""
        done = self.start(*arguments, folder=folder)
        text, _ = done.communicate(timeout=TIMEOUT)
        assert code is None or done.returncode == code, text
        return Ended(code=done.returncode, text=text)

    def start(self, *arguments: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Start it and go on."""
        return subprocess.Popen(
            [str(CDK), *arguments],
            cwd=folder or self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture(scope="session")
def cdk_for(aws: EmbeddedAws) -> Callable[..., Cdk]:
    """Return the command line of an account, pointed at the AWS emulator."""

    def make(folder: Path, *, account: str, region: str = "eu-west-1", **variables: str) -> Cdk:
        return Cdk(
            folder=folder,
            account=account,
            variables={
                **{name: value for name, value in os.environ.items() if name != "AWS_PROFILE"},
                **aws.cdk_environment(account=account, region=region),
                **variables,
            },
        )

    return make


@pytest.fixture(scope="session")
def copy_project(repository: Path) -> Callable[..., Path]:
    """Copy what a user edits into a folder, with these environments."""

    def copy(folder: Path, *environments: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / "app.py", folder)
        for name in ("stacks", "sampling"):
            shutil.copytree(
                repository / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        (folder / "environments").mkdir()
        for name in environments:
            shutil.copy(repository / "environments" / f"{name}.yaml", folder / "environments")
        settings = json.loads((repository / "cdk.json").read_text())
        settings["app"] = f"{sys.executable} app.py"
        (folder / "cdk.json").write_text(json.dumps(settings))
        return folder

    return copy


@pytest.fixture(scope="session")
def assembly(
    tmp_path_factory: pytest.TempPathFactory,
    copy_project: Callable[..., Path],
    cdk_for: Callable[..., Cdk],
) -> Path:
    """The shipped dev and prod environments, synthesized once, with CDK's own validation on."""
    folder = copy_project(tmp_path_factory.mktemp("shipped"), "dev", "prod")
    cdk = cdk_for(folder, account="000000000000", CDK_VALIDATION="true")
    cdk("synth", "--quiet")
    return folder / "cdk.out"


@pytest.fixture(scope="session")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Cdk], None]:
    """Create CDK's staging resources in an account, as its users do once."""

    def run(cdk: Cdk, region: str = "eu-west-1") -> None:
        # Where there is a cdk.json, the app would be synthesized first.
        empty = tmp_path_factory.mktemp("empty")
        cdk("bootstrap", f"aws://{cdk.account}/{region}", folder=empty)

    return run
