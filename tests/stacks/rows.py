"""The shape of a row in the table of keys, and how its place in a template is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"
VPC: Mapping[str, Any] = {"id": "vpc-00000001", "subnets": ["subnet-00000001", "subnet-00000002"]}
FARGATE: Mapping[str, Any] = {"launch": "fargate", "task_cpu": 256, "task_memory_mib": 1024}
TASK, SERVICE_TYPE = "AWS::ECS::TaskDefinition", "AWS::ECS::Service"
APP = "ContainerDefinitions.0"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A value of a key, and what of the template it becomes.

    :param keys: the keys that the row shows, as ``Model.field``.
    :param value: expected at the place; ABSENT where nothing may be there.
    """

    keys: tuple[str, ...]
    service: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    stack: str = "api"
    kind: str
    place: str
    value: Any

    @property
    def name(self) -> str:
        return f"{self.keys[0]}={self.value}"


ABSENT = "(absent)"


def row(keys: str, kind: str, place: str, value: Any, **keys_of: Any) -> Row:
    """Return a row; what is no key of an environment is one of its service."""
    environment = {
        name: keys_of.pop(name) for name in ("environment_keys",) if name in keys_of
    }.get("environment_keys", {})
    stack = keys_of.pop("stack", "api")
    return Row(
        keys=tuple(keys.split()),
        service=keys_of,
        environment=environment,
        stack=stack,
        kind=kind,
        place=place,
        value=value,
    )


def at(template: Mapping[str, Any], kind: str, place: str) -> Any:
    """Return what is at a place of the first resource of a type that has it."""
    found = [one for one in template["Resources"].values() if one["Type"] == kind]
    assert found, f"no {kind}"
    for resource in found:
        current: Any = resource if place.startswith("!") else resource.get("Properties", {})
        for step in place.removeprefix("!").split("."):
            if isinstance(current, list):
                current = current[int(step)] if int(step) < len(current) else ABSENT
            else:
                current = current.get(step, ABSENT)
            if current is ABSENT:
                break
        if current is not ABSENT:
            return current
    return ABSENT
