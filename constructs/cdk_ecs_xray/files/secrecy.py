"""What may hold a secret, and is said to have changed instead of shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

OWN_VARIABLES = frozenset(
    {
        "AWS_REGION",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "AWS_XRAY_TRACING_NAME",
        "GOMEMLIMIT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_LOGS_EXPORTER",
        "OTEL_METRICS_EXPORTER",
        "OTEL_PROPAGATORS",
        "OTEL_SERVICE_NAME",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
    }
)
"""Variables of tracing, whose values are names, addresses and settings."""

SHOWN_TYPES = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::ECS::Cluster",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::XRay::Group",
        "AWS::XRay::SamplingRule",
    }
)
"""Types of resources whose property values reports show: those that tracing is made of.

Of 1,868 types, those whose schema marks a property as write-only, as secrets are, number in the
hundreds; a list of what is shown is short, and right for a type that is new tomorrow.
"""

_SECRET = re.compile(
    r"pass(?:word|wd|phrase)|secret|token|credential|private.?key|api.?key|access.?key|auth(?!or)"
    r"|signature|connection.?string|dsn\b",
    re.IGNORECASE,
)


def holds_secret(name: str) -> bool:
    """Return whether a variable, property or option holds a secret by its name."""
    return _SECRET.search(name) is not None


def is_shown(path: Sequence[str]) -> bool:
    """Return whether the value at a path of members may stand in a report.

    Not that of a variable that is not tracing's own, whatever it is called: people put connection
    strings and keys in any.
    """
    for position, part in enumerate(path):
        if part.lower() == "environment" and position + 1 < len(path):
            return any(name in OWN_VARIABLES for name in path[position + 1 :])
        if holds_secret(part):
            return False
    return True
