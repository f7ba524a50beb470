"""One resource of Terraform's, and the marks of what is unknown and sensitive in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TerraformResource:
    """One instance of a managed resource.

    :param module: the address of the module instance that it is in; empty for the root.
    :param unknown: what a plan does not know of it: true at the place of a value, as
        ``after_unknown`` has it; true as a whole where nobody says.
    :param sensitive: likewise true at the place of a value that must not be shown.
    """

    address: str
    type: str
    name: str
    module: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: Any = False
    sensitive: Any = False

    @property
    def sensitive_names(self) -> frozenset[str]:
        """The attributes of the first level in which a sensitive value is."""
        if self.sensitive is True:
            return frozenset(self.values)
        if not isinstance(self.sensitive, Mapping):
            return frozenset()
        return frozenset(name for name, tree in self.sensitive.items() if is_marked(tree))


def is_marked(tree: object) -> bool:
    """Return whether there is a true in a tree of marks."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if one is True:
            return True
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False
