"""Every collector that this folder describes."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

from cdk_ecs_xray import collectors
from cdk_ecs_xray.collectors.description import Collector
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.exporter import Exporter
from cdk_ecs_xray.errors import Problem


@cache
def engines() -> Sequence[Engine]:
    """Return them in the order of their files: of each module that holds an ``ENGINE``."""
    names = sorted(module.name for module in pkgutil.iter_modules(collectors.__path__))
    loaded = (import_module(f"{collectors.__name__}.{name}") for name in names)
    return tuple(engine for module in loaded if (engine := getattr(module, "ENGINE", None)))


def deployable() -> Sequence[str]:
    """Return the ids of the collectors that a sidecar can run."""
    return sorted(engine.id for engine in engines() if engine.make is not None)


def engine_running(collector: Collector) -> Engine | None:
    """Return what describes a collector; None for one of the user's own."""
    return next((engine for engine in engines() if engine.make is type(collector)), None)


def exporters_of(engine_id: str) -> Sequence[Exporter]:
    """Return what ``exporter`` of a collector takes, the default first."""
    return engine_of_id(engine_id).exporters


def engine_of_id(engine_id: str) -> Engine:
    """Return the collector of an id, of those that a sidecar can run and of others."""
    return next(engine for engine in engines() if engine.id == engine_id)


def every_collector() -> Iterator[Collector]:
    """Give the collectors that a sidecar can run, one for each way that its traces can leave."""
    for engine_id in deployable():
        yield make_collector(engine_id)
        for exporter in exporters_of(engine_id)[1:]:
            yield make_collector(engine_id, exporter=exporter)
        if engine_of_id(engine_id).takes_application_signals:
            yield make_collector(engine_id, application_signals=True)


def exporter_problem(engine_id: str, exporter: str) -> Problem | None:
    """Return why a collector cannot send this way, without the option's name; None where it can."""
    taken = exporters_of(engine_id)
    if exporter in taken:
        return None
    able = [other for other in deployable() if exporter in exporters_of(other)]
    return Problem(
        what=f"must be {' or '.join(taken)} with collector {engine_id}",
        got=f"'{exporter}'",
        fix=f"Take collector {' or '.join(able)}, or leave it out.",
    )


def make_collector(engine_id: str, **options: object) -> Collector:
    """Return the collector of an id, for a sidecar to run.

    :raises KeyError: for an id that none of them has.
    """
    makers = {engine.id: engine.make for engine in engines() if engine.make is not None}
    return makers[engine_id](**options)
