"""The embedded AWS's process: ``python -m cdk_ecs_xray.local.server``, started by EmbeddedAws."""

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

LAMBDA_RUNTIME = Path(__file__).parent / "gaps" / "lambda_runtime"


def main() -> None:
    """Serve until SIGTERM, or until stdin ends when asked to."""
    parser = argparse.ArgumentParser(prog="cdk_ecs_xray.local.server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--descriptor", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--end-with-stdin", action="store_true")
    settings = parser.parse_args()
    if settings.end_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    _configure(port=settings.port, home=settings.home)
    try:
        asyncio.run(_serve(settings.descriptor, settings.home))
    except BaseException:
        # The folder stays: its log says what went wrong, and the parent removes it.
        traceback.print_exc()
        _leave(code=1)
    if settings.home.name.startswith(control.HOME_PREFIX):
        shutil.rmtree(settings.home, ignore_errors=True)
    _leave(code=0)


def _end_with_stdin() -> None:
    """The other end of stdin closes when the parent ends, even when it is killed."""
    sys.stdin.buffer.read()
    # Ministack may still be importing, when no handler would see the signal yet.
    threading.Timer(5.0, os._exit, (1,)).start()
    os.kill(os.getpid(), signal.SIGTERM)


def _configure(*, port: int, home: Path) -> None:
    """Settle ministack's settings, which it reads from the environment when imported."""
    temporary = home / "tmp"
    temporary.mkdir(exist_ok=True)
    os.environ.update(
        GATEWAY_PORT=str(port),
        BIND_HOST=control.HOST,
        MINISTACK_HOST=control.HOST,
        TMPDIR=str(temporary),
        HOME=str(home),
        STATE_DIR=str(home / "state"),
        S3_DATA_DIR=str(home / "s3"),
        LOG_LEVEL="WARNING",
        # Lambda functions find the AWS SDK for X-Ray there, as they do on AWS.
        NODE_PATH=str(LAMBDA_RUNTIME),
        # Each would listen on a port of its own.
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        # No Docker engine answers there, so no container is ever started.
        DOCKER_HOST=f"unix://{home / 'no-docker.sock'}",
    )
    # None is how Python is told that importing a module fails.
    modules: dict[str, Any] = sys.modules
    modules["docker"] = None


async def _serve(descriptor: int, home: Path) -> None:
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
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    app: Any = embedded_aws_app(control.Health(pid=os.getpid(), home=home))
    await serve(app, config, shutdown_trigger=ended.wait)


def _leave(*, code: int) -> NoReturn:
    """End at once, with the processes of Lambda functions, and without waiting for threads."""
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpgrp(), signal.SIGTERM)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
