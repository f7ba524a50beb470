"""Reads the instances in a Terraform state file, version 4.

Terraform documents the format for nobody but itself, so only what is needed is read. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.field_limits import kind_of
from cdk_ecs_xray.files.terraform.resource import TerraformResource


def state_instances(
    resource: object, where: str, problems: list[Problem]
) -> Iterator[TerraformResource]:
    """Yield the instances of a managed resource, without those that are deposed.

    :param problems: gets what is not as Terraform writes it, without any value of it.
    """
    if not isinstance(resource, Mapping):
        problems.append(_wrong(where, "must be a mapping", kind_of(resource)))
        return
    if resource.get("mode") != "managed":
        return
    kind, name, instances = (resource.get(key) for key in ("type", "name", "instances"))
    if not isinstance(kind, str) or not isinstance(name, str) or not isinstance(instances, list):
        problems.append(_wrong(where, "must have type, name and instances", "other members"))
        return
    module = resource.get("module")
    base = f"{module}.{kind}.{name}" if isinstance(module, str) else f"{kind}.{name}"
    for instance in instances:
        attributes = instance.get("attributes") if isinstance(instance, Mapping) else None
        if not isinstance(attributes, Mapping):
            problems.append(_wrong(f"{where} '{base}'", "attributes are required"))
        elif "deposed" not in instance:
            yield TerraformResource(
                address=base + _index(instance.get("index_key")),
                type=kind,
                name=name,
                module=module if isinstance(module, str) else "",
                values=attributes,
                sensitive=dict.fromkeys(_sensitive(instance.get("sensitive_attributes")), True),
            )


def _wrong(where: str, what: str, got: str | None = None) -> Problem:
    return Problem(where=where, what=what, got=got, fix="Write it anew with: terraform state pull")


def _index(key: object) -> str:
    """The brackets that Terraform writes behind an address."""
    if isinstance(key, str):
        return f"[{json.dumps(key, ensure_ascii=False)}]"
    return f"[{key}]" if isinstance(key, int) and not isinstance(key, bool) else ""


def _sensitive(paths: object) -> Iterator[str]:
    """The first step of each path: a list of steps, or one step in older states."""
    for path in paths if isinstance(paths, list) else ():
        step = path[0] if isinstance(path, list) and path else path
        value = step.get("value") if isinstance(step, Mapping) else step
        if isinstance(value, str):
            yield value
