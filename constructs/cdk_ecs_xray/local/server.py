"""The AWS emulator's process: ``python -m cdk_ecs_xray.local.server``, started by EmbeddedAws."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

from cdk_ecs_xray.local import control
from cdk_ecs_xray.local.run_folder import HOME_PREFIX, RunFolder

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_leaving = threading.Event()


def main() -> None:
    """Serve until a signal ends it, or until the parent ends without having let it go."""
    parser = argparse.ArgumentParser(prog="cdk_ecs_xray.local.server")
    parser.add_argument("--descriptor", type=int, required=True)
    parser.add_argument("--lock", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    settings = parser.parse_args()
    home: Path = settings.home
    # Ministack takes a while to import, and no loop handles signals before that.
    for number in _ENDING:
        signal.signal(number, lambda *_: None if _leaving.is_set() else _end(home))
    RunFolder.write_pid(settings.lock)
    run = RunFolder.read(home)
    if run is None:
        _leave(code=1)
    threading.Thread(target=_end_with_parent, args=(home,), daemon=True).start()
    _configure(run)
    try:
        asyncio.run(_serve(settings.descriptor, run))
    except BaseException:
        # The folder stays: its log says what went wrong, and the parent removes it.
        traceback.print_exc()
        _leave_loop()
        _leave(code=1)
    _leave_loop()
    _end(home)


def _leave_loop() -> None:
    """Outlive the signal to the own process group: a closed loop puts its handlers back."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)


def _end_with_parent(home: Path) -> None:
    """The other end of stdin closes when the parent ends, even when it is killed."""
    if sys.stdin.buffer.read() != control.KEEP:
        _end(home)


def _configure(run: RunFolder) -> None:
    """Settle ministack's settings, which it reads from the environment when imported."""
    home = run.path
    temporary = home / "tmp"
    temporary.mkdir(exist_ok=True)
    os.environ.update(
        # What ministack gives the functions that it runs; they sign with it.
        AWS_SECRET_ACCESS_KEY=run.secret,
        GATEWAY_PORT=str(run.port),
        BIND_HOST=control.HOST,
        MINISTACK_HOST=control.HOST,
        TMPDIR=str(temporary),
        HOME=str(home),
        STATE_DIR=str(home / "state"),
        S3_DATA_DIR=str(home / "s3"),
        LOG_LEVEL="WARNING",
        # Each would listen on a port of its own.
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        # Docker does not answer there, so no container is ever started.
        DOCKER_HOST=f"unix://{home / 'no-docker.sock'}",
    )
    # With None there, importing the module fails.
    modules: dict[str, Any] = sys.modules
    modules["docker"] = None


async def _serve(descriptor: int, run: RunFolder) -> None:
    # Imported late: ministack reads the environment that _configure() has just written.
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from cdk_ecs_xray.local.front import embedded_aws_app

    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.2
    config.loglevel = "WARNING"
    ended = asyncio.Event()
    for number in _ENDING:
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    app: Any = embedded_aws_app(port=run.port)
    await serve(app, config, shutdown_trigger=ended.wait)


def _end(home: Path) -> NoReturn:
    """Remove the folder and leave."""
    if home.name.startswith(HOME_PREFIX):
        shutil.rmtree(home, ignore_errors=True)
    _leave(code=0)


def _leave(*, code: int) -> NoReturn:
    """End at once, with the processes of Lambda functions, and without waiting for threads."""
    _leaving.set()
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGTERM)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
