"""Creates, updates, deletes, imports and reads inert resources of one type.

They are kept where Cloud Control API finds them, so ``aws cloudcontrol get-resource`` shows them,
``update-resource`` makes them drift and ``delete-resource`` takes them away behind a stack's back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ministack.services import cloudcontrol
from ministack.services.cloudformation import provisioners

from cdk_ecs_xray.local.inert.attributes import Naming, attributes_of, changed, reference_of
from cdk_ecs_xray.local.inert.properties import check_properties
from cdk_ecs_xray.local.inert.schemas import Schema

Properties = dict[str, Any]
Provisioned = tuple[str, dict[str, Any]]


class InertHandler:
    """The handler of one type, in the form of ministack's table."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        """Check the properties, and keep the resource."""
        check_properties(self._schema, logical_id, properties)
        naming = Naming(schema=self._schema, stack=stack, logical_id=logical_id)
        model = naming.model(properties)
        physical_id = reference_of(self._schema, model)
        if self._key(physical_id) in cloudcontrol._resources:
            identifier = json.dumps({"/properties/" + name: model.get(name)
                                     for name in self._schema.identifier},
                                    separators=(",", ":"))  # fmt: skip
            raise ValueError(
                f"Resource of type '{self._schema.kind}' with identifier '{identifier}' "
                "already exists."
            )
        return self._keep(physical_id, model)

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Provisioned:
        """Update in place; what a property of the first level replaces, ministack replaces."""
        check_properties(self._schema, logical_id, new)
        if changed(self._schema, old, new):
            replaced: Provisioned = provisioners._replace_resource(
                self._schema.kind, physical_id, old, new, stack, logical_id
            )
            return replaced
        model = self._model(physical_id)
        if model is None:
            raise ValueError(
                f"Resource of type '{self._schema.kind}' with identifier '{physical_id}' was not "
                "found."
            )
        kept = {name: value for name, value in model.items() if name not in old}
        return self._keep(physical_id, kept | new)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete it; one that is already gone is no error."""
        cloudcontrol._resources.pop(self._key(physical_id), None)

    def read(self, physical_id: str, properties: Mapping[str, Any]) -> Properties | None:
        """The resource as it is; None when it is gone."""
        return self._model(physical_id)

    def adopt(self, identifier: Mapping[str, str]) -> Provisioned:
        """Take an existing resource into a stack."""
        physical_id = reference_of(self._schema, identifier)
        model = self._model(physical_id)
        if model is None:
            raise ValueError(self.missing(*identifier.values()) or "")
        return physical_id, attributes_of(self._schema, model)

    def missing(self, *values: str) -> str | None:
        """Why an import of an identifier cannot work; None where it can."""
        named = dict(zip(self._schema.identifier, values, strict=False))
        if self._model(reference_of(self._schema, named)) is not None:
            return None
        value = "|".join(values)
        return f"Resource of type '{self._schema.kind}' with identifier '{value}' was not found."

    def _keep(self, physical_id: str, model: Properties) -> Provisioned:
        cloudcontrol._resources[self._key(physical_id)] = {
            "TypeName": self._schema.kind,
            "Identifier": physical_id,
            "Properties": json.dumps(model),
        }
        return physical_id, attributes_of(self._schema, model)

    def _model(self, physical_id: str) -> Properties | None:
        kept = cloudcontrol._resources.get(self._key(physical_id))
        if kept is None:
            return None
        model: Properties = json.loads(kept["Properties"])
        return model

    def _key(self, physical_id: str) -> str:
        return str(cloudcontrol._resource_key(self._schema.kind, physical_id))
