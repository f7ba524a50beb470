"""Every error this package raises on purpose, and what it says.

    ValueError
    ├── EcsXRayError                        anything the caller can fix
    │   ├── ConfigurationError              an option, an environment file, a name
    │   │   └── NameCollisionError          two environments want one physical name
    │   ├── SamplingRuleError               a sampling rules file
    │   ├── UnsupportedTaskDefinitionError  a task definition that cannot carry the sidecar
    │   ├── ReviewError                     a cloud assembly or template that cannot be reviewed
    │   ├── LocalAwsError                   the AWS emulator could not start, stop or answer
    │   └── AwsAnswerError                  what answered for AWS was not AWS
    └── InvalidValueError                   a value that a model refuses; its place is added later

An error carries its problems as values. Nobody takes a sentence apart: what needs a part asks
for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from cdk_ecs_xray.printable import printable


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, in parts; the sentence is its ``str``.

    One of four forms: *X must be R (got V). Fix.*, *X is required. Fix.*, *X and Y cannot be
    combined. Keep one.*, *X not found. Fix.*

    :param what: the clause that is not met, without the value: ``fixed_rate must be between 0 and
        1``.
    :param fix: what to do, in whole sentences.
    :param where: the place, such as ``sampling/rules.yaml, rule 'checkout'``; empty where there is
        none, or where who reads the file adds it.
    :param got: the value that was found, as it is shown; None where the form has none.
    """

    what: str
    fix: str
    where: str = ""
    got: str | None = None

    def __str__(self) -> str:
        """The problem as one line, with nothing in it that a terminal would obey."""
        place = f"{self.where}: " if self.where else ""
        return printable(f"{place}{self.clause}. {self.fix}")

    @property
    def clause(self) -> str:
        """What is wrong, for forms that show place and fix by themselves."""
        return self.what if self.got is None else f"{self.what} (got {self.got})"

    def at(self, where: str) -> Self:
        """Return the problem with its place."""
        return replace(self, where=where)

    def as_document(self) -> Mapping[str, str | None]:
        """Return the parts as JSON holds them."""
        return {"where": self.where, "what": self.what, "got": self.got, "fix": self.fix}


class EcsXRayError(ValueError):
    """One or more problems, all of them found before anything was written.

    :param problems: at least one; the error's text is a line for each.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems: Sequence[Problem] = problems
        super().__init__("\n".join(map(str, problems)))


class ConfigurationError(EcsXRayError):
    """An option, an environment file or a name that cannot work."""


class NameCollisionError(ConfigurationError):
    """Two environments that may share an account and region want the same physical name."""


class SamplingRuleError(EcsXRayError):
    """A sampling rules file that X-Ray would refuse or misread."""


class UnsupportedTaskDefinitionError(EcsXRayError):
    """A task definition that cannot carry the sidecar."""


class ReviewError(EcsXRayError):
    """A cloud assembly, template or baseline that cannot be reviewed."""


class LocalAwsError(EcsXRayError):
    """The AWS emulator could not start, stop or answer."""


class AwsAnswerError(EcsXRayError):
    """What answered for AWS, such as a network's sign-in page, was not AWS."""


class InvalidValueError(ValueError):
    """A value that a model refuses, raised by a validator, which does not know its place.

    :param problem: without ``where``, and with a ``what`` that begins behind the field's name:
        ``must be between 0 and 1``.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem: Problem = problem
        super().__init__(str(problem))
