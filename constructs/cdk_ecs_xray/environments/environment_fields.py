"""What single keys of ``environments/*.yaml`` may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, shown
from cdk_ecs_xray.plan.retention import RETENTIONS
from cdk_ecs_xray.sampling import SamplingRuleSet

_ACCOUNT_DIGITS = 12

EnvironmentName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z][a-z0-9-]{0,19}",
            "1 to 20 lower-case letters, digits and hyphens, starting with a letter",
        )
    ),
]


def account(value: object) -> object:
    """Check an account's number."""
    # Only an account that starts with 0 needs quotes in YAML; the others read as numbers.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not (
        len(text) == _ACCOUNT_DIGITS and text.isascii() and text.isdigit()
    ):
        raise InvalidValueError(
            Problem(
                what=f"must be {_ACCOUNT_DIGITS} digits",
                got=f"{len(text)} characters in '{text}'",
                fix="Copy it from the console and put it in quotes.",
            )
        )
    return text


def retention(value: int) -> int:
    """Check a number of days."""
    if value not in RETENTIONS:
        raise InvalidValueError(
            Problem(
                what="must be a number of days that CloudWatch Logs offers",
                got=str(value),
                fix=f"Choose one of {', '.join(map(str, RETENTIONS))}.",
            )
        )
    return value


def sampling_rules(value: object, info: ValidationInfo) -> object:
    """Read the rules that a path beside the file leads to."""
    if isinstance(value, SamplingRuleSet):
        return value
    if not isinstance(value, str):
        raise InvalidValueError(
            Problem(
                what="must be the path of a rules file",
                got=shown(value),
                fix="Example: ../sampling/rules.yaml.",
            )
        )
    directory: Path = (info.context or {}).get("directory", Path())
    return SamplingRuleSet.from_file(directory / value)
