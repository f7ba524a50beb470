"""Serves the page on loopback, from a thread of this process."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Any, Self

from cdk_ecs_xray.errors import ConfigurationError, LocalAwsError, Problem
from cdk_ecs_xray.page.account import Account

_STOP_TIMEOUT = 5.0


class Page:
    """A page that is served. Use it as a context manager, or call :meth:`stop`.

    :param account: what it shows.
    :param port: a free one when None.
    :param clock: seconds since the epoch; ranges end there.
    :raises ConfigurationError: without the extra ``page``.
    :raises LocalAwsError: when the port is taken.
    """

    def __init__(
        self,
        account: Account,
        *,
        port: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        require_extra()
        from cdk_ecs_xray.page.views import application

        self._sockets = _listeners(port)
        self.port = int(self._sockets[0].getsockname()[1])
        self._token = secrets.token_urlsafe(24) if account.is_real else None
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._app = application(
            account, port=self.port, token=self._token, clock=clock, end=self._end
        )
        self._thread = Thread(target=self._serve, name="page", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address to open; a real account's has a token that the browser then keeps."""
        token = "" if self._token is None else f"?token={self._token}"
        return f"http://127.0.0.1:{self.port}/{token}"

    def wait(self) -> None:
        """Wait until it is stopped."""
        self._thread.join()

    def stop(self) -> None:
        """End it. Safe to call twice."""
        if self._thread.is_alive():
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(_STOP_TIMEOUT)
        for listener in self._sockets:
            listener.close()

    def __enter__(self) -> Self:
        """The page."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def _serve(self) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        config = Config()
        config.bind = [f"fd://{listener.detach()}" for listener in self._sockets]
        config.graceful_timeout = 1.0
        config.accesslog = config.errorlog = None
        config.include_server_header = False
        application: Any = self._app
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(
                serve(application, config, shutdown_trigger=self._end.wait, mode="asgi")
            )
        finally:
            self._loop.close()


def require_extra() -> None:
    """Refuse to go on without what serves the page.

    :raises ConfigurationError: when it is not installed.
    """
    try:
        import hypercorn  # noqa: F401 - only asks whether the extra is there
        import jinja2  # noqa: F401
        import starlette  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            Problem(
                where="page",
                what="the extra 'page' is required",
                fix="Run pip install 'cdk-ecs-xray[page]'.",
            )
        ) from error


def _listeners(port: int | None) -> list[socket.socket]:
    """Return sockets of both loopback addresses; a machine may lack the second."""
    try:
        found = [socket.create_server(("127.0.0.1", port or 0))]
    except OSError as error:
        raise LocalAwsError(
            Problem(
                where="page",
                what=f"port {port} must be free",
                got=f"'{error.strerror}'",
                fix="Choose another with --port.",
            )
        ) from error
    with suppress(OSError):
        own = found[0].getsockname()[1]
        found.append(socket.create_server(("::1", own), family=socket.AF_INET6))
    return found
