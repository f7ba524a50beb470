"""Connects a resource to the one that it names: by value, or by the expression behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.attributes import Attributes
from cdk_ecs_xray.templates.terraform.configuration import Configuration
from cdk_ecs_xray.unknown import Text, Unknown

# Optional attributes that the provider fills in: unknown in a plan where nobody sets them.
_FILLED_IN: Mapping[str, frozenset[str]] = {
    "aws_ecs_task_definition": frozenset({"network_mode"}),
    "aws_iam_role": frozenset({"inline_policy", "managed_policy_arns", "path"}),
}
# What others name a resource by.
_NAMES: Mapping[str, Sequence[str]] = {
    "aws_iam_policy": ("arn",),
    "aws_iam_role": ("arn", "name", "id"),
}


class Connections:
    """The resources of one document, and which of them an attribute leads to."""

    def __init__(
        self,
        resources: Sequence[TerraformResource],
        configuration: Configuration,
    ) -> None:
        self.configuration = configuration
        self._types = {one.address: one.type for one in resources}
        self._made_anew = {
            str(one.values.get("family"))
            for one in resources
            if one.type == "aws_ecs_task_definition"
            and isinstance(Attributes.of(one).get("arn"), Unknown)
        }
        self._named: dict[tuple[str, str], list[str]] = {}
        for one in resources:
            values = (one.values.get(name) for name in _NAMES.get(one.type, ()))
            for value in dict.fromkeys(one for one in values if isinstance(one, str) and one):
                self._named.setdefault((one.type, value), []).append(one.address)

    def attributes(self, resource: TerraformResource) -> Attributes:
        """Return the attributes of a resource, unset where only the provider fills them in."""
        attributes = Attributes.of(resource)
        if not isinstance(resource.unknown, Mapping) or not self.configuration.declares(resource):
            return attributes
        unset = {
            name
            for name in _FILLED_IN.get(resource.type, ())
            if self.configuration.expression(resource, name) is None
        }
        kept = {name: marks for name, marks in resource.unknown.items() if name not in unset}
        return replace(attributes, unknown=kept)

    def one(self, resource: TerraformResource, name: str, *, to: str) -> Text | None:
        """Return the value of an attribute that names a resource of a type.

        It is Unknown with that resource where it is in the document, and only then.
        """
        value = self.attributes(resource).text(name)
        if isinstance(value, Unknown):
            return self._later(resource, name, value, to)
        return value if value is None else self._known(value, to)

    def many(self, resource: TerraformResource, name: str, *, to: str) -> Sequence[Text]:
        """Return the values of an attribute that names several resources of a type."""
        values = self.attributes(resource).texts(name)
        if len(values) == 1 and isinstance(values[0], Unknown):
            sources = self.configuration.sources(resource, name)
            found = [one for one in sources.addresses if self._types[one] == to]
            rest = [] if sources.complete and not sources.data else [values[0]]
            return [*map(_reference, found), *rest] or [values[0]]
        return [one if isinstance(one, Unknown) else self._known(one, to) for one in values]

    def is_made_anew(self, family: str) -> bool:
        """Return whether a plan makes a new revision of a family, whose number nobody knows."""
        return family in self._made_anew

    def _known(self, value: str, to: str) -> Text:
        found = self._named.get((to, value), [])
        return Unknown(expression=value, resource=found[0]) if len(found) == 1 else value

    def _later(self, resource: TerraformResource, name: str, value: Unknown, to: str) -> Unknown:
        sources = self.configuration.sources(resource, name)
        if not sources.complete or sources.data or len(sources.addresses) != 1:
            return value
        address = sources.addresses[0]
        return _reference(address) if self._types[address] == to else value


def _reference(address: str) -> Unknown:
    place = Attributes(place=address, values={}, unknown=True)
    return replace(place.later("arn"), resource=address)
