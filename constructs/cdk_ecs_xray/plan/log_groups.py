"""Where an app logs, named for OpenTelemetry as the console reads it beside a trace. Pure."""

from __future__ import annotations

from collections.abc import Sequence

# https://opentelemetry.io/docs/specs/semconv/resource/cloud-provider/aws/logs/
_ARNS = "aws.log.group.arns"
GROUPS_FIRST = f"{_ARNS}="
"""How resource attributes begin that name log groups and nothing else."""
_ANY = "aws.log.group."
_BETWEEN_GROUPS = "&"
"""What the exporter of X-Ray's segments takes apart, as a value of the variable is one text."""


def log_group_arn(group: str, *, partition: str, region: str, account: str) -> str:
    """Return the ARN of a log group."""
    return f"arn:{partition}:logs:{region}:{account}:log-group:{group}"


def with_log_groups(attributes: str | None, arns: Sequence[str]) -> str | None:
    """Return resource attributes with log groups behind them; None where they stay as they are.

    AWS's detectors write the same from inside a task, always with ``arn:aws:``, which is wrong in
    other partitions. ARNs rather than names: with names alone the console reports an error.

    :param attributes: what the app has; None for none.
    """
    if not arns or (attributes is not None and _ANY in attributes):
        return None
    groups = f"{GROUPS_FIRST}{_BETWEEN_GROUPS.join(arns)}"
    before = "" if attributes is None else attributes.strip().rstrip(",")
    return f"{before},{groups}" if before else groups
