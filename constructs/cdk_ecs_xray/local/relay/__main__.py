"""The relay's process: ``python -m cdk_ecs_xray.local.relay``.

Endpoint, region and keys come from the environment, as the daemon's do.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from threading import Thread
from typing import Any

from botocore.exceptions import NoRegionError

from cdk_ecs_xray.local.relay import log
from cdk_ecs_xray.local.relay.proxy import SamplingProxy
from cdk_ecs_xray.local.relay.receiver import Receiver
from cdk_ecs_xray.local.relay.sender import Sender, xray_client

READY = "Listening on"


def main() -> int:
    """Receive until SIGTERM or SIGINT, then send what is left."""
    parser = argparse.ArgumentParser(prog="python -m cdk_ecs_xray.local.relay")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=2000, help="UDP and TCP; 0 is a free one")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin closes")
    settings = parser.parse_args()
    stopping, stopped = socket.socketpair()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.send(b"."))
    try:
        client = xray_client()
    except NoRegionError:
        log.error("Cannot fetch region variable from environment: set AWS_REGION")
        return 1
    try:
        listener = bound(settings.host, settings.port)
    except (OSError, OverflowError) as error:
        log.error(f"listen udp {settings.host}:{settings.port}: bind: {error}")
        return 1
    port = listener.getsockname()[1]
    proxy = _proxy(settings.host, port, client)
    if settings.with_parent:
        Thread(target=_stop_with_parent, args=(stopping,), daemon=True).start()
    sender = Sender(client)
    log.info(f"{READY} {settings.host}:{port}, region {client.meta.region_name}")
    Receiver(listener, sender, stopped=stopped).run()
    if proxy is not None:
        proxy.server_close()
    sender.close()
    return 0


def bound(host: str, port: int) -> socket.socket:
    """Return a UDP socket; for port 0 one whose number is free for TCP too."""
    while True:
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            listener.bind((host, port))
            if port == 0:
                with socket.create_server((host, listener.getsockname()[1])):
                    pass
        except OSError:
            listener.close()
            if port != 0:
                raise
        except OverflowError:
            listener.close()
            raise
        else:
            return listener


def _proxy(host: str, port: int, client: Any) -> SamplingProxy | None:
    """Start the proxy; without it segments are still sent, as by the daemon."""
    try:
        proxy = SamplingProxy((host, port), client)
    except OSError as error:
        log.error(f"proxy http server failed to listen: listen tcp {host}:{port}: bind: {error}")
        return None
    Thread(target=proxy.serve_forever, daemon=True).start()
    return proxy


def _stop_with_parent(stopping: socket.socket) -> None:
    """The other end of stdin closes when the parent ends, even when it is killed."""
    # Not buffered: a thread that waits in a buffer's lock hinders Python's own end.
    while os.read(0, 1):
        pass
    stopping.send(b".")


if __name__ == "__main__":
    sys.exit(main())
