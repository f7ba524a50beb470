"""Joins inert resources with ministack's tables: a type is learned when a template first has it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services.cloudformation import changesets, drift, provisioners

from cdk_ecs_xray.local.inert.handler import InertHandler
from cdk_ecs_xray.local.inert.schemas import schema_of

logger = logging.getLogger("cloudformation")
# In the order in which they were met.
_accepted: dict[str, None] = {}


def accept() -> None:
    """Let every type with a schema be provisioned; once per process, after all real handlers."""
    table = _Handlers(provisioners._RESOURCE_HANDLERS, _learn)
    provisioners._RESOURCE_HANDLERS = table
    changesets._RESOURCE_HANDLERS = table


def accepted() -> list[str]:
    """The types that were accepted as inert resources so far."""
    return list(_accepted)


class _Handlers(dict[str, Any]):
    """Ministack's table, to which a type is added the moment that anybody asks for it."""

    def __init__(self, handlers: Mapping[str, Any], learn: Callable[[str], Any]) -> None:
        super().__init__(handlers)
        self._learn = learn

    def __contains__(self, kind: object) -> bool:
        return super().__contains__(kind) or self.__missing__(str(kind)) is not None

    def __missing__(self, kind: str) -> Any:
        handlers = self._learn(kind)
        if handlers is not None:
            self[kind] = handlers
        return handlers

    def get(self, kind: str, default: Any = None) -> Any:
        return super().__getitem__(kind) if kind in self else default


def _learn(kind: str) -> Mapping[str, Any] | None:
    schema = schema_of(kind)
    if schema is None:
        return None
    handler = InertHandler(schema)
    provisioners._REPLACING_PROPERTIES[kind] = tuple(
        name for name in schema.create_only if "." not in name
    )
    if schema.tags is not None:
        provisioners._STACK_TAG_PROPERTY[kind] = schema.tags
    drift._DRIFT_READERS[kind] = (handler.read, schema.readable)
    changesets._IMPORT_LOOKUPS[kind] = (tuple(schema.identifier), handler.missing)
    _accepted[kind] = None
    logger.warning("%s: accepted as an inert resource", kind)
    return {
        "create": handler.create,
        "update": handler.update,
        "update_with_logical_id": True,
        "delete": handler.delete,
        "import": handler.adopt,
    }
