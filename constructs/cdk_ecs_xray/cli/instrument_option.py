"""What the options of ``inject`` choose: the collector, and how apps are instrumented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from cdk_ecs_xray.collectors import Collector
    from cdk_ecs_xray.instrumentation import Instrumentation
    from cdk_ecs_xray.instrumentation.choice import Choice

_EXAMPLE = "Such as --instrument python, or --instrument web=python --instrument worker=node."


def instrumentation(
    values: Sequence[str],
    *,
    registry: str | None,
    esm: bool,
    musl: bool,
    application_signals: bool = False,
) -> Choice:
    """Return what ``--instrument`` and its companions choose.

    :param values: each ``LANGUAGE`` or ``CONTAINER=LANGUAGE``.
    :raises ConfigurationError: with everything that cannot be chosen together.
    """
    from cdk_ecs_xray.instrumentation.languages import LANGUAGES

    pairs = [(name, language) for name, _, language in (one.rpartition("=") for one in values)]
    used = {language for _, language in pairs}
    problems = [
        Problem(
            where="inject",
            what=f"--instrument must name one of {', '.join(LANGUAGES)}",
            got=f"'{language}'",
            fix=_EXAMPLE,
        )
        for language in used - LANGUAGES.keys()
    ]
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names) or ("" in names and len(names) > 1):
        problems.append(
            Problem(
                where="inject",
                what="--instrument must be given once, or once for each container",
                got=", ".join(values),
                fix=_EXAMPLE,
            )
        )
    problems += [
        Problem(
            where="inject",
            what=f"--{option} requires --instrument {language}",
            fix="Add it, or leave the option out.",
        )
        for option, given, language in (("esm", esm, "node"), ("musl", musl, "dotnet"))
        if given and language not in used
    ]
    if application_signals and not values:
        problems.append(
            Problem(
                where="inject",
                what="--application-signals requires --instrument",
                fix="Add it, or leave the option out.",
            )
        )
    if problems:
        raise ConfigurationError(*problems)
    options: dict[str, Any] = {} if registry is None else {"registry": registry}
    if application_signals:
        options["application_signals"] = True
    made = {
        name: _made(LANGUAGES, language, options, esm=esm, musl=musl) for name, language in pairs
    }
    return made.get("", made or None)


def chosen_collector(engine_id: str, *, exporter: str, registry: str | None) -> Collector:
    """Return the collector of the sidecar.

    :raises ConfigurationError: for an exporter that it has not.
    """
    from cdk_ecs_xray.collectors.engines import exporter_problem, make_collector

    problem = exporter_problem(engine_id, exporter)
    if problem is not None:
        raise ConfigurationError(
            replace(problem, where="inject", what=f"--exporter {problem.what}")
        )
    given = {"registry": registry, "exporter": None if exporter == "xray" else exporter}
    options = {name: value for name, value in given.items() if value is not None}
    return make_collector(engine_id, **options)


def _made(
    languages: Mapping[str, Any],
    language: str,
    common: Mapping[str, Any],
    *,
    esm: bool,
    musl: bool,
) -> Instrumentation:
    options = dict(common)
    if language == "node":
        options["esm"] = esm
    if language == "dotnet" and musl:
        options["libc"] = "musl"
    made: Instrumentation = languages[language](**options)
    return made
