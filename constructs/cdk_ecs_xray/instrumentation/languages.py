"""Every language that this folder describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from cdk_ecs_xray.instrumentation.description import AppPlace, Instrumentation
from cdk_ecs_xray.instrumentation.dotnet import DotNetInstrumentation
from cdk_ecs_xray.instrumentation.java import JavaInstrumentation
from cdk_ecs_xray.instrumentation.node import NodeInstrumentation
from cdk_ecs_xray.instrumentation.python import PythonInstrumentation
from cdk_ecs_xray.plan.instrumentation import Agent

LANGUAGES: Mapping[str, Callable[..., Instrumentation]] = MappingProxyType(
    {
        "dotnet": DotNetInstrumentation,
        "java": JavaInstrumentation,
        "node": NodeInstrumentation,
        "python": PythonInstrumentation,
    }
)
"""By the word that environment files and the command line have for each."""


def every_agent() -> Sequence[Agent]:
    """Return each agent that an option of a language can make, to recognize what was added."""
    place = AppPlace(where="", architecture=None)
    return [one.agent(place) for signals in (False, True) for one in _each(signals)]


def _each(signals: bool) -> Sequence[Instrumentation]:  # noqa: FBT001 - private
    return [
        PythonInstrumentation(application_signals=signals),
        JavaInstrumentation(application_signals=signals),
        NodeInstrumentation(application_signals=signals),
        NodeInstrumentation(esm=True, application_signals=signals),
        *(
            DotNetInstrumentation(libc=libc, architecture=architecture, application_signals=signals)
            for libc in ("glibc", "musl")
            for architecture in ("x86_64", "arm64")
        ),
    ]
