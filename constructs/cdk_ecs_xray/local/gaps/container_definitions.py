"""CloudFormation task definitions keep everything they declare.

Ministack spells only five members of a container definition as the ECS API does. The rest keep
CloudFormation's capital letters, which boto3 doesn't know, so ``DependsOn``, ``HealthCheck``,
``RestartPolicy`` and others come out empty; some members of the task definition never get there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from cdk_ecs_xray.templates.spelling import as_api

TASK_DEFINITION = "AWS::ECS::TaskDefinition"
_TASK_MEMBERS = (
    "EphemeralStorage",
    "PlacementConstraints",
    "ProxyConfiguration",
    "RuntimePlatform",
    "Volumes",
)


def mend() -> None:
    """Replace the conversion of container definitions and complete the task definition."""
    create = provisioners._ecs_task_def_create
    provisioners._normalize_container_defs = as_api

    def create_complete(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        return _completed(create, logical_id, properties, stack)

    # The update handler calls it by its name in the module, CloudFormation by the table.
    provisioners._ecs_task_def_create = create_complete
    provisioners._RESOURCE_HANDLERS[TASK_DEFINITION]["create"] = create_complete
    provisioners._STACK_TAG_PROPERTY[TASK_DEFINITION] = ("Tags", "list")


def _completed(
    create: Callable[..., Any], logical_id: str, properties: dict[str, Any], stack: str
) -> Any:
    physical_id, attributes = create(logical_id, properties, stack)
    stored = ecs._task_defs[physical_id.rpartition("/")[2]]
    for name in _TASK_MEMBERS:
        if name in properties:
            stored |= as_api({name: properties[name]})
    for container in stored["containerDefinitions"]:
        # RegisterTaskDefinition fills both in.
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
    return physical_id, attributes
