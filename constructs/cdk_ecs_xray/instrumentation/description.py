"""What the instrumentation of every language has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from cdk_ecs_xray.collectors.image import PinnedImage
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.instrumentation import Agent, Architecture

_FEWEST_MEMORY_MIB = 6  # Docker's minimum for a hard limit, in ECS's documentation of memory.


@dataclass(frozen=True, kw_only=True)
class AppPlace:
    """Where an app is going to run.

    :param where: what errors name.
    :param architecture: of the task; None where the instance decides.
    """

    where: str
    architecture: Architecture | None


@runtime_checkable
class Instrumentation(Protocol):
    """Brings tracing to apps of one language without a change of their code or image."""

    @property
    def language(self) -> str:
        """As environment files and the command line name it."""
        ...

    def agent(self, place: AppPlace) -> Agent:
        """Return what is loaded into an app, and the container that brings it.

        :raises ConfigurationError: for a place that needs an option.
        """
        ...


def init_image(language: str, *, registry: str, version: str, digest: str | None) -> PinnedImage:
    """Return the image that holds AWS's distribution for a language."""
    return PinnedImage(
        registry=registry,
        repository=f"aws-observability/adot-autoinstrumentation-{language}",
        version=version,
        digest=digest,
    )


def require_valid(where: str, *, image: PinnedImage, memory_mib: int) -> None:
    """Refuse what a registry or ECS would.

    :raises ConfigurationError: with everything that is wrong.
    """
    problems = list(image.problems(where))
    if memory_mib < _FEWEST_MEMORY_MIB:
        problems.append(
            Problem(
                where=where,
                what=f"memory_mib must be at least {_FEWEST_MEMORY_MIB}",
                got=str(memory_mib),
                fix="Leave it out for what AWS gives this container.",
            )
        )
    if problems:
        raise ConfigurationError(*problems)


def plain_tracing() -> Mapping[str, str]:
    """Return the variables that let a distribution send traces, and nothing that costs more."""
    return {
        "OTEL_TRACES_EXPORTER": "otlp",
        # Off by default too; set, as Application Signals is charged for by request.
        "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "false",
    }


def sent_with(*, application_signals: bool) -> Mapping[str, str]:
    """Return the variables that say what a distribution sends: traces, and metrics beside them."""
    if not application_signals:
        return plain_tracing()
    return {
        **plain_tracing(),
        "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "true",
        # Of the metrics; the image for Python holds no gRPC.
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        # On with it by default: profiles and logs, in log groups of their own.
        "OTEL_AWS_SERVICE_EVENTS_ENABLED": "false",
    }


def wants_application_signals(instrumentation: object) -> bool:
    """Return whether apps send Application Signals; one of the user's own may not know them."""
    return getattr(instrumentation, "application_signals", False) is True


def copying(source: str, target: str) -> Sequence[str]:
    """Return the one command that the images have: they hold no shell."""
    return ("cp", "-a", source, target)
