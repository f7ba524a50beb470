"""Reads sampling rules of any kind and says everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cdk_ecs_xray.errors import SamplingRuleError
from cdk_ecs_xray.files.model_file import explained
from cdk_ecs_xray.files.text_file import displayed
from cdk_ecs_xray.sampling.documents import read_document
from cdk_ecs_xray.sampling.findings import (
    CheckFailedError,
    SamplingCheck,
    SamplingFinding,
    errors_in,
)
from cdk_ecs_xray.sampling.foreign_rules import in_file_shape

RuleSet = TypeVar("RuleSet", bound=BaseModel)

_CHECKS_BY_TYPE = {
    "missing": SamplingCheck.MISSING_KEY,
    "extra_forbidden": SamplingCheck.UNKNOWN_KEY,
}


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[RuleSet]):
    """Rules as far as they could be read.

    :param where: the file, as messages name it.
    :param rules: None where the findings hold errors.
    :param findings: of the rules for themselves. :mod:`checks` finds what they do to each other.
    :param per_process: they are an SDK's local rules, whose reservoirs every process has.
    """

    where: str
    rules: RuleSet | None
    findings: tuple[SamplingFinding, ...]
    per_process: bool = False


def inspect_rules(path: str | Path, model: type[RuleSet]) -> Reading[RuleSet]:
    """Read a rules file without raising: problems are findings with ids."""
    where = displayed(path)
    try:
        content = read_document(path)
    except SamplingRuleError as error:
        findings = tuple(
            SamplingFinding(check=SamplingCheck.UNREADABLE, problem=problem)
            for problem in error.problems
        )
        return Reading(where=where, rules=None, findings=findings)
    return inspect_content(content, model, where=where)


def inspect_content(
    content: Mapping[str, Any] | Sequence[Any], model: type[RuleSet], *, where: str
) -> Reading[RuleSet]:
    """Read rules that are in memory already, such as a template's, without raising.

    :param where: how messages name them.
    """
    shaped = in_file_shape(content, where=where)
    try:
        rules = model.model_validate(shaped.content)
    except ValidationError as invalid:
        findings = tuple(_findings(invalid, where=where, content=shaped.content, model=model))
        return Reading(where=where, rules=None, findings=(*shaped.findings, *findings))
    return Reading(
        where=where,
        rules=None if errors_in(shaped.findings) else rules,
        findings=tuple(shaped.findings),
        per_process=shaped.per_process,
    )


def read_rules(path: str | Path, model: type[RuleSet]) -> RuleSet:
    """Return the rules of a file.

    :raises SamplingRuleError: with every problem of the file.
    """
    reading = inspect_rules(path, model)
    if reading.rules is None:
        raise SamplingRuleError(*(finding.problem for finding in errors_in(reading.findings)))
    return reading.rules


def _findings(
    invalid: ValidationError, *, where: str, content: Mapping[str, Any], model: type[BaseModel]
) -> Sequence[SamplingFinding]:
    found = []
    for detail, problem in explained(invalid, where=where, content=content, model=model):
        environment = _environment(detail)
        if environment is not None:
            problem = problem.at(f"{problem.where}, environment '{environment}'")  # noqa: PLW2901
        found.append(
            SamplingFinding(
                check=_check_of(detail),
                problem=problem,
                entry=_entry(detail, content),
                environment=environment,
            )
        )
    return found


def _environment(detail: ErrorDetails) -> str | None:
    loc = detail["loc"]
    return str(loc[loc.index("environments") + 1]) if "environments" in loc[:-1] else None


def _entry(detail: ErrorDetails, content: Mapping[str, Any]) -> str | None:
    """Return the name of the rule or group that a problem is in."""
    section, *position = detail["loc"][:2] or ("",)
    if section not in ("rules", "groups") or not position or not isinstance(position[0], int):
        return None
    entry = content[str(section)][position[0]]
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) else None


def _check_of(detail: ErrorDetails) -> SamplingCheck:
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, CheckFailedError):
        return raised.check
    return _CHECKS_BY_TYPE.get(detail["type"], SamplingCheck.WRONG_TYPE)
