"""What a check found, and the catalogue of checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error must not be deployed, a warning may be meant."""

    ERROR = "error"
    WARNING = "warning"


class Check(StrEnum):
    """The checks of a sampling file by their ids, which are API and listed in docs/sampling.md."""

    UNREADABLE = "sampling-unreadable"
    UNKNOWN_KEY = "sampling-unknown-key"
    MISSING_KEY = "sampling-missing-key"
    WRONG_TYPE = "sampling-wrong-type"
    OUT_OF_RANGE = "sampling-out-of-range"
    TEXT_LENGTH = "sampling-text-length"
    NAME_LENGTH = "sampling-name-length"
    RESERVED_NAME = "sampling-reserved-name"
    DUPLICATE = "sampling-duplicate"
    NO_RULES = "sampling-no-rules"
    QUOTA = "sampling-quota"
    FILTER_EXPRESSION = "sampling-filter-expression"
    NOTIFICATIONS = "sampling-notifications-without-insights"
    UNREACHABLE = "sampling-unreachable"
    BOOST = "sampling-boost-without-effect"
    SKIPPED_BY_SDKS = "sampling-skipped-by-sdks"
    OTHER_ENVIRONMENTS = "sampling-other-environments"
    UNKNOWN_ENVIRONMENT = "sampling-unknown-environment"
    DEFAULT_MANAGED_TWICE = "sampling-default-managed-twice"


_WARNINGS = frozenset(
    {Check.SKIPPED_BY_SDKS, Check.OTHER_ENVIRONMENTS, Check.BOOST, Check.UNKNOWN_ENVIRONMENT}
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong in a sampling file.

    :param check: which check found it.
    :param place: the file and the entry in it.
    :param problem: what is wrong, and the value that was found.
    :param cure: how to mend it.
    """

    check: Check
    place: str
    problem: str
    cure: str

    @property
    def severity(self) -> Severity:
        """How bad it is; the same for every finding of a check."""
        return Severity.WARNING if self.check in _WARNINGS else Severity.ERROR

    @property
    def text(self) -> str:
        """The finding in one line: *where: what, got value; how to fix*."""
        return f"{self.place}: {self.problem}" + (f"; {self.cure}" if self.cure else "")

    def as_document(self) -> Mapping[str, str]:
        """Return the finding as JSON holds it."""
        return {
            "id": str(self.check),
            "severity": str(self.severity),
            "place": self.place,
            "problem": self.problem,
            "cure": self.cure,
        }


def errors_in(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that must not be deployed."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


class CheckFailedError(ValueError):
    """A value that a check refuses, raised by a model's validator.

    :param check: which check.
    :param message: what is wrong, got value; how to fix. Without the field's name.
    """

    def __init__(self, check: Check, message: str) -> None:
        self.check = check
        super().__init__(message)
