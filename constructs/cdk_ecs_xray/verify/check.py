"""What a check is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from cdk_ecs_xray.errors import Problem

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment


class CheckStatus(Enum):
    """What comes of a check."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One thing that was looked at.

    :param subject: what was looked at, such as a stack or a role, by its name in AWS.
    :param text: what is well with it; empty where there is a problem.
    :param problem: what is wrong, or why there is no answer; None where all is well.
    """

    status: CheckStatus
    subject: str
    text: str = ""
    problem: Problem | None = None

    @property
    def clause(self) -> str:
        """What was found, without the subject and without what to do."""
        return self.text if self.problem is None else self.problem.clause

    def as_document(self) -> Mapping[str, str | None]:
        """Return the parts as JSON holds them; ``got`` and ``fix`` are null where all is well."""
        if self.problem is None:
            return {"where": self.subject, "what": self.text, "got": None, "fix": None}
        return self.problem.as_document()


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to a deployment.

    :param check_id: stable, for machines.
    :param needs: the IAM actions it takes, all of which only read.
    :param look: answers the question; may raise what boto3 raises.
    """

    check_id: str
    needs: Sequence[str]
    look: Callable[[Deployment], Iterable[Answer]]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """An answer with the check that it is from."""

    check: Check
    answer: Answer


def ok(subject: str, text: str) -> Answer:
    """Return that all is well."""
    return Answer(status=CheckStatus.OK, subject=subject, text=text)


def failed(subject: str, what: str, *, fix: str, got: str | None = None) -> Answer:
    """Return that something is wrong."""
    problem = Problem(where=subject, what=what, got=got, fix=fix)
    return Answer(status=CheckStatus.FAILED, subject=subject, problem=problem)


def not_checked(subject: str, what: str, *, fix: str, got: str | None = None) -> Answer:
    """Return that a question has no answer."""
    problem = Problem(where=subject, what=what, got=got, fix=fix)
    return Answer(status=CheckStatus.NOT_CHECKED, subject=subject, problem=problem)
