"""The attributes of a resource or block: set, unset, or known after apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.unknown import Text, Unknown, known


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """Attributes with the marks of what a plan does not know.

    :param place: how an unknown value is called: the address, and the block in it.
    :param unknown: true at the place of an unknown value, as ``after_unknown`` has it.
    """

    place: str
    values: Mapping[str, Any]
    unknown: Any

    @classmethod
    def of(cls, resource: TerraformResource) -> Self:
        """Return the attributes of a resource."""
        return cls(place=resource.address, values=resource.values, unknown=resource.unknown)

    def get(self, name: str) -> Any:
        """Return a value as it is; None where it is unset, Unknown where it is known later."""
        value = self.values.get(name)
        marks = self._marks(name)
        if value is None:
            return self.later(name) if marks is True else None
        # A list without all of its entries: planned values leave unknown ones null.
        return self._entries(name, value, marks) if isinstance(value, list) else value

    def later(self, name: str) -> Unknown:
        """Return the value of an attribute that is known after apply."""
        # Two unknown values with one expression are the same value; a brace would end it.
        return Unknown(expression=f"${{{self.place.replace('}', ')')}.{name}}}")

    def text(self, name: str) -> Text | None:
        """Return a text that is not empty, which Terraform keeps for unset."""
        value = self.get(name)
        return value if isinstance(value, Unknown) else known(value) or None

    def texts(self, name: str) -> list[Text]:
        """Return a list or set of texts; one unknown value where all of it is."""
        found = self.get(name)
        listed = found if isinstance(found, list) else [found]
        texts = (one if isinstance(one, Unknown) else known(one) for one in listed)
        return [one for one in texts if one]

    def blocks(self, name: str) -> Sequence[Attributes]:
        """Return the blocks of a name; Terraform keeps a single one as a list of one."""
        value, marks = self.values.get(name), self._marks(name)
        listed = value if isinstance(value, list) else [value]
        return [
            Attributes(
                place=f"{self.place}.{name}[{position}]",
                values=one,
                unknown=_at(marks, position),
            )
            for position, one in enumerate(listed)
            if isinstance(one, Mapping)
        ]

    def _marks(self, name: str) -> Any:
        if isinstance(self.unknown, Mapping):
            return self.unknown.get(name)
        return self.unknown is True

    def _entries(self, name: str, value: list[Any], marks: Any) -> list[Any]:
        return [
            self.later(f"{name}[{position}]")
            if one is None and _at(marks, position) is True
            else one
            for position, one in enumerate(value)
        ]


def _at(marks: Any, position: int) -> Any:
    if isinstance(marks, list):
        return marks[position] if position < len(marks) else False
    return marks is True
