"""What is known of a stack beside its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """What is known of a stack beside its template.

    :param references: what ``Ref`` gives: parameters, pseudo parameters and, of a deployed stack,
        the physical ids of its resources. They win over what the template says.
    :param role_names: the names of roles by logical id; their ARNs end with them.
    """

    references: Mapping[str, Any] = field(default_factory=dict)
    role_names: Mapping[str, str] = field(default_factory=dict)


class Elsewhere(Protocol):
    """What other stacks hold; each answers None for what none of them has."""

    def imported(self, name: str) -> Any:
        """Return the value that is exported by this name."""

    def output(self, logical_id: str, name: str) -> Any:
        """Return an output of a nested stack."""

    def handed_over(self, key: str) -> Any:
        """Return what CDK's writer hands to its reader in another region."""

    def stored(self, name: str) -> Any:
        """Return the value of a parameter in the parameter store."""
