"""Every error this package raises on purpose.

    ValueError
    └── EcsXRayError                        anything the caller can mend
        ├── ConfigurationError              an option, an environment file, a name
        │   └── NameCollisionError          two environments want one physical name
        ├── SamplingRuleError               a sampling rules file
        ├── UnsupportedTaskDefinitionError  a task definition that cannot carry the sidecar
        ├── ReviewError                     a cloud assembly or template that cannot be reviewed
        └── LocalAwsError                   the embedded AWS could not start, stop or answer

The text of each problem reads *where: what, got value; how to fix*.
"""

from __future__ import annotations

from collections.abc import Sequence


class EcsXRayError(ValueError):
    """One or more problems, all of them found before anything was written.

    :param problems: one line each, *where: what, got value; how to fix*.
    """

    def __init__(self, *problems: str) -> None:
        self.problems: Sequence[str] = problems
        super().__init__("\n".join(problems))


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
    """The embedded AWS could not start, stop or answer."""
