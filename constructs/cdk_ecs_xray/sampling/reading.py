"""Reads a rules file of any kind and says everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cdk_ecs_xray.errors import SamplingRuleError
from cdk_ecs_xray.files.model_file import displayed, explained, read_mapping
from cdk_ecs_xray.sampling.findings import Check, CheckFailedError, Finding
from cdk_ecs_xray.sampling.foreign_rules import in_file_shape

if TYPE_CHECKING:
    from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet

RuleSet = TypeVar("RuleSet", bound="SamplingRuleSet")

_CHECKS_BY_TYPE = {"missing": Check.MISSING_KEY, "extra_forbidden": Check.UNKNOWN_KEY}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A rules file as far as it could be read.

    :param where: the file, as messages name it.
    :param rules: None where the findings hold errors.
    :param findings: of the file for itself. :mod:`checks` finds what its rules do to each other.
    """

    where: str
    rules: SamplingRuleSet | None
    findings: tuple[Finding, ...]


def inspect_rules(path: str | Path) -> Reading:
    """Read a rules file without raising: problems are findings with ids."""
    from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet

    where = displayed(path)
    try:
        return Reading(where=where, rules=_validated(path, where, SamplingRuleSet), findings=())
    except _UnusableError as unusable:
        return Reading(where=where, rules=None, findings=unusable.findings)
    except SamplingRuleError as error:
        findings = tuple(_unreadable(problem, where) for problem in error.problems)
        return Reading(where=where, rules=None, findings=findings)


def read_rules(path: str | Path, model: type[RuleSet]) -> RuleSet:
    """Return the rules of a file.

    :raises SamplingRuleError: with every problem of the file.
    """
    try:
        return _validated(path, displayed(path), model)
    except _UnusableError as unusable:
        raise SamplingRuleError(*(finding.text for finding in unusable.findings)) from None


class _UnusableError(Exception):
    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__()


def _validated(path: str | Path, where: str, model: type[RuleSet]) -> RuleSet:
    content = in_file_shape(read_mapping(path, error=SamplingRuleError, first_key="rules"))
    try:
        return model.model_validate(content)
    except ValidationError as invalid:
        problems = explained(invalid, where=where, content=content, model=model)
        raise _UnusableError(
            *(_finding(detail, place, text) for detail, place, text in problems)
        ) from None


def _finding(detail: ErrorDetails, place: str, text: str) -> Finding:
    loc = detail["loc"]
    if "environments" in loc[:-1]:
        place += f", environment '{loc[loc.index('environments') + 1]}'"
    problem, _, cure = text.partition("; ")
    return Finding(check=_check_of(detail), place=place, problem=problem, cure=cure)


def _check_of(detail: ErrorDetails) -> Check:
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, CheckFailedError):
        return raised.check
    return _CHECKS_BY_TYPE.get(detail["type"], Check.WRONG_TYPE)


def _unreadable(problem: str, where: str) -> Finding:
    place, _, rest = problem.partition(": ") if problem.startswith(where) else (where, "", problem)
    text, _, cure = rest.partition("; ")
    return Finding(check=Check.UNREADABLE, place=place, problem=text, cure=cure)
