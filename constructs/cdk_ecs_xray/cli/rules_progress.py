"""A progress bar for long logs, on a terminal only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cdk_ecs_xray.printable import printable

if TYPE_CHECKING:
    from cdk_ecs_xray.sampling.traffic.log_reader import Watch

_INTERVAL = 0.2


def log_progress() -> Watch | None:
    """Return what watches the reading of logs, or None where nobody would see it."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    @contextmanager
    def watch(label: str, percent: object) -> Iterator[None]:
        finished = threading.Event()
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(escape(printable(label)), total=100)

            def follow() -> None:
                while not finished.wait(_INTERVAL):
                    done = percent() if callable(percent) else 0.0
                    bar.update(task, completed=max(0.0, float(done)))

            follower = threading.Thread(target=follow, daemon=True)
            follower.start()
            try:
                yield
            finally:
                finished.set()
                follower.join()

    return watch
