"""What a check found, and the catalog of checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.severity import Severity


class SamplingCheck(StrEnum):
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
    QUOTA = "sampling-quota"
    FILTER_EXPRESSION = "sampling-filter-expression"
    NOTIFICATIONS = "sampling-notifications-without-insights"
    UNREACHABLE = "sampling-unreachable"
    NEVER_MATCHES = "sampling-never-matches"
    DEPENDS_ON_SDK = "sampling-depends-on-sdk"
    WORK_WITHOUT_REQUEST = "sampling-takes-work-without-request"
    NAME_AND_ARN = "sampling-name-and-arn"
    NEW_FIELD = "sampling-new-field"
    BOOST = "sampling-boost-without-effect"
    SKIPPED_BY_SDKS = "sampling-skipped-by-sdks"
    OTHER_ENVIRONMENTS = "sampling-other-environments"
    UNKNOWN_ENVIRONMENT = "sampling-unknown-environment"
    DEFAULT_MANAGED_TWICE = "sampling-default-managed-twice"


_WARNINGS = frozenset(
    {
        SamplingCheck.SKIPPED_BY_SDKS,
        SamplingCheck.DEPENDS_ON_SDK,
        SamplingCheck.WORK_WITHOUT_REQUEST,
        SamplingCheck.NAME_AND_ARN,
        SamplingCheck.NEW_FIELD,
        SamplingCheck.OTHER_ENVIRONMENTS,
        SamplingCheck.BOOST,
        SamplingCheck.UNKNOWN_ENVIRONMENT,
    }
)


@dataclass(frozen=True, kw_only=True)
class SamplingFinding:
    """One thing that is wrong with sampling rules.

    :param check: which check found it.
    :param entry: the name of the rule or group that it is about; None for the whole file.
    :param environment: the environment that it is about; None where it is about all.
    """

    check: SamplingCheck
    problem: Problem
    entry: str | None = None
    environment: str | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is; the same for every finding of a check."""
        return Severity.WARNING if self.check in _WARNINGS else Severity.ERROR

    def as_document(self) -> Mapping[str, str | None]:
        """Return the finding as JSON holds it."""
        return {
            "id": str(self.check),
            "severity": str(self.severity),
            **self.problem.as_document(),
        }


def errors_in(findings: Iterable[SamplingFinding]) -> list[SamplingFinding]:
    """Return the findings that must not be deployed."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


class CheckFailedError(InvalidValueError):
    """A value that a check refuses, raised by a model's validator.

    :param check: which check.
    """

    def __init__(self, check: SamplingCheck, problem: Problem) -> None:
        self.check = check
        super().__init__(problem)
