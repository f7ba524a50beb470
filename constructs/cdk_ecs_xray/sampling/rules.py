"""The model of a sampling rules file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    model_validator,
)
from pydantic_core import InitErrorDetails

from cdk_ecs_xray.errors import SamplingRuleError
from cdk_ecs_xray.model_file import at_most, clash, read_model, validate_with, within

MAX_RULE_NAME = 32
MAX_RULES = 25
DEFAULT_RULE_NAME = "Default"


def _percent(value: float) -> str:
    if 1 < value <= 100:  # noqa: PLR2004 - a percentage
        return f"for {value:g} % write {value / 100:g}"
    return "0 samples nothing and 1 everything"


def _not_default(value: str) -> str:
    if value == DEFAULT_RULE_NAME:
        raise ValueError(
            "must not be 'Default', got 'Default'; X-Ray keeps that rule itself and "
            "CloudFormation cannot manage it"
        )
    return value


class SamplingRule(BaseModel):
    """One X-Ray sampling rule: which requests, and how many of them.

    Limits are those of AWS::XRay::SamplingRule. Patterns take ``*`` and ``?`` and ignore case.

    :param name: 1 to 32 characters, together with the environment's prefix.
    :param priority: 1 to 9999, lowest first; equal ones fall back to the order of names.
    :param fixed_rate: share of requests beyond the reservoir, 0 to 1.
    :param reservoir_size: requests a second that are always traced, over all processes.
    :param service_name: the app's ``AWS_XRAY_TRACING_NAME``. ``*`` matches every service of the
        account and region, those of other environments too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, AfterValidator(at_most(MAX_RULE_NAME)), AfterValidator(_not_default)]
    priority: Annotated[int, AfterValidator(within(1, 9999, "the built-in rule Default has 10000"))]
    fixed_rate: Annotated[float, AfterValidator(within(0, 1, _percent))]
    reservoir_size: Annotated[int, AfterValidator(within(0, 2**31 - 1, "0 reserves nothing"))] = 0
    http_method: Annotated[str, AfterValidator(at_most(10))] = "*"
    host: Annotated[str, AfterValidator(at_most(64))] = "*"
    url_path: Annotated[str, AfterValidator(at_most(128))] = "*"
    service_name: Annotated[str, AfterValidator(at_most(64))] = "*"
    service_type: Annotated[str, AfterValidator(at_most(64))] = "*"


class SamplingRuleSet(BaseModel):
    """The sampling rules of one file.

    :param rules: at most 25, X-Ray's quota for an account and region.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    rules: Annotated[tuple[SamplingRule, ...], Field(strict=False)]

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a YAML or JSON file.

        :raises SamplingRuleError: with every problem of the file.
        """
        return read_model(path, cls, error=SamplingRuleError)

    def qualified(self, environment: str) -> dict[str, SamplingRule]:
        """Return the rules by the name they have in an account: ``dev-checkout``.

        Rules belong to an account and region, so environments that share one must not share
        names.

        :raises SamplingRuleError: when a name is too long with the environment in front.
        """
        qualified = {f"{environment}-{rule.name}": rule for rule in self.rules}
        too_long = [name for name in qualified if len(name) > MAX_RULE_NAME]
        if too_long:
            raise SamplingRuleError(
                *(
                    f"environment '{environment}', rule '{qualified[name].name}': the name in "
                    f"the account must be at most {MAX_RULE_NAME} characters long, got "
                    f"{len(name)} in '{name}'; shorten the rule's name by "
                    f"{len(name) - MAX_RULE_NAME}"
                    for name in too_long
                )
            )
        return qualified

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return validate_with(_clashes(data), data, handler)


def _clashes(data: object) -> list[InitErrorDetails]:
    rules = data.get("rules") if isinstance(data, Mapping) else None
    if not isinstance(rules, Sequence) or isinstance(rules, str):
        return []
    found = []
    if not rules:
        found.append(clash("must hold at least one rule, got none; add one", ("rules",), rules))
    if len(rules) > MAX_RULES:
        message = (
            f"must be at most {MAX_RULES}, X-Ray's quota for an account and region, got "
            f"{len(rules)}; merge some with wildcards"
        )
        found.append(clash(message, ("rules",), rules))
    seen: set[str] = set()
    for position, rule in enumerate(rules):
        name = rule.get("name") if isinstance(rule, Mapping) else getattr(rule, "name", None)
        if not isinstance(name, str):
            continue
        if name in seen:
            message = f"must be unique, got a second '{name}'; rename one of them"
            found.append(clash(message, ("rules", position, "name"), name))
        seen.add(name)
    return found
