"""Who else is touched by `make setup`, and which environment `make deploy-local` takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

End = Callable[..., subprocess.CompletedProcess[str]]
SHOW = ["make", "--eval", 'shown:;@printf %s "$$ENV"', "shown"]
# A set-up that says when it begins and ends each of two steps, slowly enough to be overtaken.
OVERLAPPING = """
import importlib.util, pathlib, sys, time
spec = importlib.util.spec_from_file_location("installer", sys.argv[1])
installer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(installer)
log = pathlib.Path(sys.argv[2])
def step():
    with log.open("a") as file:
        file.write("begin\\n"); file.flush()
        time.sleep(0.3)
        file.write("end\\n")
    return True
for name in ("install_python", "install_project", "install_cdk_cli", "warm_up"):
    setattr(installer, name, step)
sys.exit(installer.main())
"""
WAITING = """
import signal
# A shell that starts jobs in the background has them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
import importlib.util, sys, time
spec = importlib.util.spec_from_file_location("installer", sys.argv[1])
installer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(installer)
def step():
    print("begun", flush=True)
    time.sleep(60)
installer.install_python = step
sys.exit(installer.main())
"""


def environment_of(end_of: End, repository: Path, *arguments: str, **variables: str) -> str:
    done = end_of(*SHOW, *arguments, cwd=repository, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [([], "dev"), (["ENV="], "dev"), (["ENV= "], "dev"), (["ENV=prod"], "prod"),
     (["ENV=qa"], "qa")],
    ids=str,
)  # fmt: skip
def test_the_command_line_of_make_names_the_environment(
    end_of: End, repository: Path, arguments: list[str], expected: str
) -> None:
    assert environment_of(end_of, repository, *arguments) == expected


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [("", "dev"), ("/etc/kshrc", "dev"), ("$HOME/.shrc", "dev"), ("production", "dev"),
     ("prod", "prod")],
)  # fmt: skip
def test_the_shell_names_it_only_where_there_is_one_of_that_name(
    end_of: End, repository: Path, inherited: str, expected: str
) -> None:
    assert environment_of(end_of, repository, ENV=inherited) == expected


def test_two_set_ups_at_once_take_turns(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    installer = tmp_path / "tools" / "install.py"
    installer.write_bytes((repository / "tools" / "install.py").read_bytes())
    log = tmp_path / "log"
    command = [sys.executable, "-c", OVERLAPPING, str(installer), str(log)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0], said
    assert log.read_text().split() == ["begin", "end"] * 8
    assert sum("waiting for another make setup in this folder" in text for text in said) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"log", "tools"}


def test_an_interrupted_set_up_says_so_and_that_it_can_be_run_again(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    installer = tmp_path / "tools" / "install.py"
    installer.write_bytes((repository / "tools" / "install.py").read_bytes())
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING, str(installer)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert said == "\nsetup: interrupted. Run make setup again; finished steps are kept.\n"


def test_what_installers_download_is_kept_in_the_checkout(
    repository: Path, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    show = (
        "import importlib.util, sys; "
        "spec = importlib.util.spec_from_file_location('installer', sys.argv[1]); "
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module); "
        "module._run(['/bin/sh', '-c', 'env > ' + sys.argv[2]])"
    )
    written = tmp_path / "written"
    subprocess.run(
        [sys.executable, "-c", show, str(repository / "tools" / "install.py"), str(written)],
        env={**elsewhere, "PIP_CACHE_DIR": "/elsewhere/pip", "HOME": os.fspath(tmp_path)},
        check=True,
    )

    variables = dict(line.partition("=")[::2] for line in written.read_text().splitlines())
    for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "npm_config_cache", "RUSTUP_HOME"):
        assert Path(variables[name]).parent == repository / ".setup-cache"
    ignored = (repository / ".gitignore").read_text().splitlines()
    assert ".setup-cache/" in ignored
