"""What an app needs to send spans to X-Ray by itself, and what it cannot be. Pure.

How each distribution signs was read in its source: Python 0.21.0, Node 0.13.0, Java 2.29, .NET
1.14. They sign for X-Ray's own address in the variable of traces alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.open_telemetry import (
    ENDPOINT,
    OTHER_SIGNALS,
    PROPAGATORS,
    PROTOCOL,
    SAMPLER,
    SAMPLER_ARGUMENT,
    TRACES_ENDPOINT,
    TRACES_PROTOCOL,
)
from cdk_ecs_xray.plan.wiring import PresentWiring

Distribution = Literal["python", "node", "java", "dotnet"]
"""AWS's distribution of OpenTelemetry that the image of an app has."""

_WHERE = "XRayDirect"
_EXPORTER = "OTEL_TRACES_EXPORTER"
_SIGNING = "OTEL_AWS_SIG_V4_ENABLED"
_HEADERS = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
_OF_DISTRIBUTION: Mapping[Distribution, Mapping[str, str]] = {
    "python": {},
    "node": {},
    # It sends uncompressed without.
    "java": {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip"},
    # With one of the two missing it sends unsigned, and says so in an information line only.
    "dotnet": {_SIGNING: "true", _EXPORTER: "none"},
}


@dataclass(frozen=True, kw_only=True)
class Direct:
    """How the apps of a task definition in a file send spans to X-Ray without a collector.

    :param distribution: AWS's distribution of OpenTelemetry in their images.
    :param sampling_ratio: of the traces that no caller decided, the part that is recorded.
    :param botocore_in_image: declares that the image of a Python app has botocore.
    :raises ConfigurationError: for what cannot work, such as Python without botocore.
    """

    distribution: Distribution
    sampling_ratio: float = 0.05
    botocore_in_image: bool = False

    def __post_init__(self) -> None:
        problems = choice_problems(
            self.distribution,
            sampling_ratio=self.sampling_ratio,
            botocore_in_image=self.botocore_in_image,
        )
        if problems:
            raise ConfigurationError(*problems)


def direct_environment(
    distribution: Distribution, *, endpoint: str, sampling_ratio: float
) -> Mapping[str, str]:
    """Return the variables of an app that sends to X-Ray's endpoint for OpenTelemetry."""
    return {
        TRACES_ENDPOINT: endpoint,
        **{f"OTEL_{signal}_EXPORTER": "none" for signal in OTHER_SIGNALS},
        PROPAGATORS: "baggage,xray,tracecontext",
        # The sampler named xray asks a collector for rules, and there is none.
        SAMPLER: "parentbased_traceidratio",
        SAMPLER_ARGUMENT: f"{sampling_ratio:g}",
        # Its metrics would be paid for besides.
        "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "false",
        **_OF_DISTRIBUTION[distribution],
    }


def choice_problems(
    distribution: object, *, sampling_ratio: float, botocore_in_image: bool
) -> Sequence[Problem]:
    """Return what cannot work, whatever the app."""
    found = []
    if distribution not in get_args(Distribution):
        found.append(
            Problem(
                where=_WHERE,
                what=f"distribution must be one of {', '.join(get_args(Distribution))}",
                got=f"{distribution!r}",
                fix="Plain SDKs do not sign: give their tasks a collector.",
            )
        )
    if not 0 <= sampling_ratio <= 1:
        found.append(
            Problem(
                where=_WHERE,
                what="sampling_ratio must be between 0 and 1",
                got=f"{sampling_ratio}",
                fix="For 5 %, write 0.05.",
            )
        )
    if distribution == "python" and not botocore_in_image:
        found.append(
            Problem(
                where=_WHERE,
                what="botocore is required in the image of a Python app, which signs with it and "
                "sends nothing without",
                fix="Install it there and pass botocore_in_image=True, --botocore-in-image on the "
                "command line, or use a collector.",
            )
        )
    return found


def app_problems(
    app: PresentWiring, distribution: Distribution, environment: Mapping[str, str]
) -> Iterator[Problem]:
    """Return the variables of an app with which nothing would arrive.

    :param environment: what :func:`direct_environment` gives it.
    """
    if ENDPOINT in app.environment and TRACES_ENDPOINT not in app.environment:
        yield Problem(
            where=app.where,
            what=f"{ENDPOINT} and XRayDirect cannot be combined",
            fix="It decides where traces go: name the endpoints of the other signals, or keep one.",
        )
    for name, allowed in _required(distribution, environment):
        value = app.environment.get(name)
        if value is not None and value not in allowed:
            yield Problem(
                where=app.where,
                what=f"{name} must be {' or '.join(allowed)} for an app that sends to X-Ray by "
                "itself",
                got=f"'{value}'",
                fix="Remove it.",
            )
    for name in _HEADERS:
        if distribution == "python" and "authorization" in _header_names(app.environment.get(name)):
            yield Problem(
                where=app.where,
                what=f"{name} must hold no Authorization header, which turns signing off",
                got="one",
                fix="Remove it.",
            )


def _required(
    distribution: Distribution, environment: Mapping[str, str]
) -> Iterator[tuple[str, Sequence[str]]]:
    yield TRACES_ENDPOINT, (environment[TRACES_ENDPOINT],)
    yield SAMPLER, ("parentbased_traceidratio", "traceidratio", "always_on", "always_off")
    over_http = ("http/protobuf", "http/json") if distribution == "node" else ("http/protobuf",)
    yield TRACES_PROTOCOL, over_http
    yield PROTOCOL, over_http
    yield _EXPORTER, ("none",) if distribution == "dotnet" else ("otlp",)
    if distribution == "dotnet":
        yield _SIGNING, ("true",)


def _header_names(headers: str | None) -> Sequence[str]:
    pairs = "" if headers is None else headers
    return [pair.partition("=")[0].strip().lower() for pair in pairs.split(",")]
