"""The model of a sampling rules file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, ModelWrapValidatorHandler, model_validator
from pydantic_core import InitErrorDetails

from cdk_ecs_xray.errors import Problem, SamplingRuleError
from cdk_ecs_xray.files.model_file import clash, validate_with
from cdk_ecs_xray.sampling.findings import CheckFailedError, SamplingCheck
from cdk_ecs_xray.sampling.groups import Group
from cdk_ecs_xray.sampling.reading import read_rules
from cdk_ecs_xray.sampling.rules import STRICT, DefaultRule, SamplingRule
from cdk_ecs_xray.sampling.values import MAX_NAME

MAX_RULES = 25
MAX_GROUPS = 25
# Room between rules in file order, so that one can be put between two by hand later on.
_PRIORITY_STEP = 100


class SamplingRuleSet(BaseModel):
    """The sampling rules and groups of one file.

    :param rules: at most 25 that are enabled, X-Ray's quota for an account and region; without
        any, the Default rule decides alone. Where no rule has a priority, the first in the file
        gets 100, the next 200 and so on, switched-off ones included, so that switching one off
        doesn't change the others.
    :param default: what happens to requests that no rule matches.
    :param groups: at most 25 that are enabled, X-Ray's quota for an account and region.
    """

    model_config = STRICT

    rules: Annotated[tuple[SamplingRule, ...], Field(strict=False)] = ()
    default: DefaultRule = Field(default_factory=DefaultRule)
    groups: Annotated[tuple[Group, ...], Field(strict=False)] = ()

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a YAML or JSON file: this kit's, X-Ray's own or an SDK's local rules.

        X-Ray's own is what ``aws xray get-sampling-rules`` prints, with ``--query`` or without, or
        the input or output of a command for one rule; local rules are of version 1 or 2.

        :raises SamplingRuleError: with every problem of the file.
        """
        return read_rules(path, cls)

    def in_environment(self, environment: str | None) -> tuple[SamplingRule, ...]:
        """Return the rules that are enabled in an environment, in the order X-Ray tries them.

        :param environment: None is none in particular: the rules without what differs.
        """
        rules = (rule.in_environment(environment) for rule in self.rules)
        return tuple(
            sorted(
                (rule for rule in rules if rule.enabled),
                key=lambda rule: (rule.priority, rule.name),
            )
        )

    def groups_in(self, environment: str | None) -> tuple[Group, ...]:
        """Return the groups that are enabled in an environment, in the order of the file."""
        groups = (group.in_environment(environment) for group in self.groups)
        return tuple(group for group in groups if group.enabled)

    def qualified(self, environment: str) -> dict[str, SamplingRule]:
        """Return the rules by the name they have in an account: ``dev-checkout``.

        Rules belong to an account and region, so environments that share one must not share
        names. Those that are switched off in the environment are left out.

        :raises SamplingRuleError: when a name is too long with the environment in front.
        """
        rules = self.in_environment(environment)
        _refuse(_names_too_long(rules, environment, "rule"))
        return {f"{environment}-{rule.name}": rule for rule in rules}

    def qualified_groups(self, environment: str) -> dict[str, Group]:
        """Return the groups by the name they have in an account: ``dev-checkout-faults``.

        :raises SamplingRuleError: when a name is too long with the environment in front.
        """
        groups = self.groups_in(environment)
        _refuse(_names_too_long(groups, environment, "group"))
        return {f"{environment}-{group.name}": group for group in groups}

    def names_too_long(self, environment: str) -> Sequence[tuple[str, Problem]]:
        """Return the rules and groups whose names in the account would be too long, and why."""
        return [
            *_names_too_long(self.in_environment(environment), environment, "rule"),
            *_names_too_long(self.groups_in(environment), environment, "group"),
        ]

    @property
    def environments_named(self) -> frozenset[str]:
        """Every environment that the file says something about."""
        named = {name for rule in self.rules for name in rule.environments}
        named |= {name for group in self.groups for name in group.environments}
        managed_by = self.default.managed_by
        return frozenset(named if managed_by is None else {*named, managed_by})

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return validate_with(_clashes(data), _in_file_order(data), handler)


def _refuse(names: Iterable[tuple[str, Problem]]) -> None:
    problems = [problem for _, problem in names]
    if problems:
        raise SamplingRuleError(*problems)


def _names_too_long(
    entries: Sequence[SamplingRule | Group], environment: str, kind: str
) -> Iterator[tuple[str, Problem]]:
    spare = MAX_NAME - len(environment) - 1
    for name in (entry.name for entry in entries):
        if len(name) > spare:
            yield (
                name,
                Problem(
                    where=f"environment '{environment}', {kind} '{name}'",
                    what=f"the name in the account must be at most {MAX_NAME} characters long",
                    got=f"{len(name) + MAX_NAME - spare} in '{environment}-{name}'",
                    fix=f"Shorten the {kind}'s name by {len(name) - spare}.",
                ),
            )


def _in_file_order(data: object) -> object:
    """Give rules without priorities those of their order."""
    rules = data.get("rules") if isinstance(data, Mapping) else None
    if not isinstance(rules, list) or not all(isinstance(rule, Mapping) for rule in rules):
        return data
    if any("priority" in rule for rule in rules):
        return data
    numbered = [
        {**rule, "priority": min(position * _PRIORITY_STEP, 9999)}
        for position, rule in enumerate(rules, start=1)
    ]
    return {**data, "rules": numbered}  # type: ignore[dict-item]


def _clashes(data: object) -> list[InitErrorDetails]:
    if not isinstance(data, Mapping):
        return []
    found: list[InitErrorDetails] = []
    for key, most in (("rules", MAX_RULES), ("groups", MAX_GROUPS)):
        entries = data.get(key)
        if not isinstance(entries, Sequence) or isinstance(entries, str):
            continue
        found += _over_quota(key, entries, most)
        found += _duplicates(key, entries)
    return found


def _over_quota(key: str, entries: Sequence[Any], most: int) -> list[InitErrorDetails]:
    enabled = sum(_value(entry, "enabled") is not False for entry in entries)
    if enabled <= most:
        return []
    refused = CheckFailedError(
        SamplingCheck.QUOTA,
        Problem(
            what=f"must be at most {most}, X-Ray's quota for an account and region",
            got=str(enabled),
            fix="Merge some with wildcards.",
        ),
    )
    return [clash(refused, (key,), entries)]


def _duplicates(key: str, entries: Sequence[Any]) -> list[InitErrorDetails]:
    found = []
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        name = _value(entry, "name")
        if not isinstance(name, str):
            continue
        if name in seen:
            refused = CheckFailedError(
                SamplingCheck.DUPLICATE,
                Problem(what="must be unique", got=f"a second '{name}'", fix="Rename one of them."),
            )
            found.append(clash(refused, (key, position, "name"), name))
        seen.add(name)
    return found


def _value(entry: object, key: str) -> object:
    return entry.get(key) if isinstance(entry, Mapping) else getattr(entry, key, None)
