"""What a check says, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment


class Status(Enum):
    """The result of a check."""

    OK = "ok"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One thing that was looked at.

    :param subject: what was looked at, such as a stack or a role, by its name in AWS.
    :param cure: what to do; empty where there is nothing to do.
    """

    status: Status
    subject: str
    text: str
    cure: str = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One question to a deployment.

    :param check_id: stable, for machines.
    :param needs: the IAM actions it takes, all of which only read.
    :param look: answers the question; may raise what boto3 raises.
    """

    check_id: str
    needs: Sequence[str]
    look: Callable[[Deployment], Iterable[Outcome]]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An outcome with the check that it is from."""

    check: Check
    outcome: Outcome


def ok(subject: str, text: str) -> Outcome:
    """Return that all is well."""
    return Outcome(status=Status.OK, subject=subject, text=text)


def failed(subject: str, text: str, *, cure: str) -> Outcome:
    """Return that something is wrong."""
    return Outcome(status=Status.FAILED, subject=subject, text=text, cure=cure)


def not_checked(subject: str, text: str, *, cure: str) -> Outcome:
    """Return that a question has no answer."""
    return Outcome(status=Status.NOT_CHECKED, subject=subject, text=text, cure=cure)
