"""The assembly that ``cdk import`` reads: the environment's, with what exists described as it is.

CloudFormation believes a template and does not compare it with what it imports. Imported with the
environment's own template, a resource that differs would stay as it is, and no later deployment
would see a difference. So it is imported as Terraform left it, and the next ``cdk deploy`` changes
what the report says.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_ecs_xray.adopt.comparison import HIDDEN
from cdk_ecs_xray.adopt.existing import CREATE_ONLY
from cdk_ecs_xray.adopt.plan import Adopted, Adoption, StackPlan
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.secrecy import is_shown


def write_as_is(adoption: Adoption, *, assembly: Path, folder: Path) -> None:
    """Write the assembly into a new folder, whole or not at all.

    :raises ConfigurationError: when there is something already, or it cannot be written.
    """
    if folder.exists():
        raise ConfigurationError(
            Problem(
                where=str(folder),
                what="the folder for cdk import must be new",
                got="one that exists",
                fix="Remove it, or choose another output.",
            )
        )
    unfinished = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(assembly, unfinished)
        for plan in adoption.stacks:
            if plan.imported:
                file = unfinished / Path(plan.stack.file).resolve().relative_to(assembly.resolve())
                file.write_text(json.dumps(as_is(plan), indent=1) + "\n", encoding="utf-8")
        unfinished.rename(folder)
    except OSError as failed:
        raise ConfigurationError(
            Problem(
                where=str(folder),
                what="the folder for cdk import must be writable",
                got=f"'{failed.strerror}'",
                fix="Choose another output.",
            )
        ) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def as_is(plan: StackPlan) -> Mapping[str, Any]:
    """The template of a stack that holds what is imported, and nothing else."""
    declared = plan.stack.template["Resources"]
    own = {one.logical_id for one in plan.imported}
    resources = {}
    for one in plan.imported:
        resource = declared[one.logical_id]
        kept = {"Metadata": resource["Metadata"]} if "Metadata" in resource else {}
        resources[one.logical_id] = {
            "Type": resource["Type"],
            "Properties": _properties(one, resource.get("Properties") or {}, own),
            # Between the import and the deployment nothing must be able to go.
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            **kept,
        }
    return {"Resources": resources}


def _properties(one: Adopted, declared: Mapping[str, Any], own: set[str]) -> dict[str, Any]:
    existing = one.existing
    created = CREATE_ONLY.get(existing.kind, ())
    changed = {difference.path.partition(".")[0] for difference in one.differences}
    found: dict[str, Any] = {}
    for name in dict.fromkeys([*declared, *existing.properties]):
        if name in created and name not in declared:
            # Set now and not by the environment, it would be replaced for losing its name.
            continue
        if name in declared and name not in changed and _refers_to(declared[name]) <= own:
            found[name] = declared[name]
        elif name in existing.properties and (name in declared or name in changed):
            all_hidden = name in existing.hidden
            found[name] = _redacted(existing.properties[name], (name,), all_hidden)
    return found


def _refers_to(value: Any) -> set[str]:
    return {name for name in _references(value) if not name.startswith("AWS::")}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, member in value.items():
            if name == "Ref" and isinstance(member, str):
                yield member
            elif name == "Fn::GetAtt" and isinstance(member, list) and member:
                yield str(member[0])
            elif name in ("Fn::Sub", "Fn::If"):
                # Whatever it needs, the literal value needs nothing.
                yield name
            else:
                yield from _references(member)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _redacted(value: Any, path: tuple[str, ...], all_hidden: bool) -> Any:  # noqa: FBT001 - private
    """The value without secrets, which a template must not hold.

    Both kinds of resources that may hold one, task definitions and policies, are never written back
    from this template.
    """
    if isinstance(value, Mapping):
        name = value.get("Name")
        inner = (*path, name) if isinstance(name, str) else path
        return {
            key: member
            if key == "Name"
            else _redacted(member, inner if key == "Value" else (*inner, key), all_hidden)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_redacted(item, path, all_hidden) for item in value]
    secret = isinstance(value, str) and (all_hidden or not is_shown(path))
    return HIDDEN if secret else value
