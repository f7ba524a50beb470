"""Finds the resources in what Terraform and OpenTofu write as JSON: plans and states. Pure.

Addresses are compared as whole texts only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.field_limits import kind_of
from cdk_ecs_xray.files.terraform.kinds import TerraformKind, terraform_kind
from cdk_ecs_xray.files.terraform.resource import TerraformResource, is_marked
from cdk_ecs_xray.files.terraform.state_file import state_instances

_DATA = "data"


def resources_in(
    content: Mapping[str, Any], problems: list[Problem], *, where: str
) -> Sequence[TerraformResource]:
    """Return every managed resource that a state holds, or that a plan leaves, each once.

    Data sources, deleted and deposed resources are not among them.

    :param problems: gets what is not as Terraform writes it, without any value of it.
    """
    kind = terraform_kind(content)
    if kind is TerraformKind.STATE_FILE:
        found = _of_state_file(content.get("resources"), where, problems)
    elif kind is TerraformKind.STATE:
        found = _of_tree(content.get("values"), where, problems)
    else:
        changes = _changes(content, where, problems)
        planned = content.get("planned_values")
        tree = planned.get("root_module") if isinstance(planned, Mapping) else None
        if tree is not None:
            known = (_joined(one, changes) for one in _of_tree(planned, where, problems))
            found = (one for one in known if one is not None)
        else:
            found = _after(changes)
    return list({one.address: one for one in found}.values())


def resources_before(
    content: Mapping[str, Any], problems: list[Problem], *, where: str
) -> Sequence[TerraformResource]:
    """Return every managed resource as it was before a plan, under its address of afterwards."""
    return [
        _resource(change, before, unknown=False, sensitive=change["change"].get("before_sensitive"))
        for change in _changes(content, where, problems).values()
        if isinstance(before := change["change"].get("before"), Mapping)
    ]


def data_values(content: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return what data sources were read as, by address, where a plan holds it."""
    prior = content.get("prior_state")
    roots = [prior.get("values") if isinstance(prior, Mapping) else None]
    roots.append(content.get("planned_values"))
    return {
        str(one.get("address")): one["values"]
        for root in roots
        for _, one in _in_modules(root, "", [])
        if one.get("mode") == _DATA and isinstance(one.get("values"), Mapping)
    }


def _of_tree(values: object, where: str, problems: list[Problem]) -> Iterator[TerraformResource]:
    for module, one in _in_modules(values, where, problems):
        if one.get("mode") != _DATA and _is_named(one, where, problems):
            yield _resource(
                {**one, "module_address": module},
                one.get("values") or {},
                unknown=False,
                sensitive=one.get("sensitive_values"),
            )


def _in_modules(
    values: object, where: str, problems: list[Problem]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the address of its module with each resource, in the order of the file."""
    root = values.get("root_module") if isinstance(values, Mapping) else values
    waiting: deque[object] = deque([root])
    while waiting:
        module = waiting.popleft()
        if not isinstance(module, Mapping):
            if module is not None:
                problems.append(_wrong(where, "a module must be a mapping", module))
            continue
        address = module.get("address")
        for one in _listed(module, "resources", where, problems):
            yield address if isinstance(address, str) else "", one
        waiting += _listed(module, "child_modules", where, problems)


def _changes(
    content: Mapping[str, Any], where: str, problems: list[Problem]
) -> Mapping[str, Mapping[str, Any]]:
    """Return the changes of managed resources by address, without those of deposed objects."""
    return {
        one["address"]: one
        for one in _listed(content, "resource_changes", where, problems)
        if one.get("mode") != _DATA
        and one.get("deposed") is None
        and _is_named(one, where, problems)
        and _has_change(one, where, problems)
    }


def _joined(
    planned: TerraformResource, changes: Mapping[str, Mapping[str, Any]]
) -> TerraformResource | None:
    entry = changes.get(planned.address)
    if entry is None:
        # Planned values leave out what is unknown: without the change nobody can tell it from null.
        return _resource(_entry(planned), planned.values, unknown=True, sensitive=planned.sensitive)
    change = entry["change"]
    marks = [planned.sensitive, change.get("after_sensitive")]
    return _resource(
        _entry(planned),
        planned.values,
        unknown=change.get("after_unknown"),
        sensitive=_either(*marks),
    )


def _either(one: Any, other: Any) -> Any:
    """Return the marks of both trees on their first level, which is as fine as anyone asks."""
    if one is True or other is True:
        return True
    trees = [tree for tree in (one, other) if isinstance(tree, Mapping)]
    return {name: True for tree in trees for name, marks in tree.items() if is_marked(marks)}


def _after(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[TerraformResource]:
    for entry in changes.values():
        change = entry["change"]
        if isinstance(change.get("after"), Mapping):
            yield _resource(
                entry,
                change["after"],
                unknown=change.get("after_unknown"),
                sensitive=change.get("after_sensitive"),
            )


def _entry(one: TerraformResource) -> Mapping[str, Any]:
    return {
        "address": one.address,
        "type": one.type,
        "name": one.name,
        "module_address": one.module,
    }


def _resource(
    entry: Mapping[str, Any], values: Mapping[str, Any], *, unknown: Any, sensitive: Any
) -> TerraformResource:
    module, name = entry.get("module_address"), entry.get("name")
    return TerraformResource(
        address=entry["address"],
        type=entry["type"],
        name=name if isinstance(name, str) else "",
        module=module if isinstance(module, str) else "",
        values=values,
        unknown=unknown,
        sensitive=sensitive,
    )


def _of_state_file(
    resources: object, where: str, problems: list[Problem]
) -> Iterator[TerraformResource]:
    for position, resource in enumerate(resources if isinstance(resources, list) else (), start=1):
        yield from state_instances(resource, f"{where}, resource {position}", problems)


def _listed(
    owner: Mapping[str, Any], name: str, where: str, problems: list[Problem]
) -> Iterator[Mapping[str, Any]]:
    found = owner.get(name)
    if not isinstance(found, list | None):
        problems.append(_wrong(where, f"{name} must be a list", found))
        return
    for one in found or ():
        if isinstance(one, Mapping):
            yield one
        else:
            problems.append(_wrong(where, f"an entry of {name} must be a mapping", one))


def _is_named(one: Mapping[str, Any], where: str, problems: list[Problem]) -> bool:
    address = one.get("address")
    for key in ("address", "type"):
        if not isinstance(one.get(key), str):
            problems.append(_wrong(where, f"{key} of a resource must be text", one.get(key)))
            return False
    if not isinstance(one.get("values"), Mapping | None):
        problems.append(_wrong(f"{where}, {address}", "values must be a mapping", one["values"]))
        return False
    return True


def _has_change(one: Mapping[str, Any], where: str, problems: list[Problem]) -> bool:
    if isinstance(one.get("change"), Mapping):
        return True
    place = f"{where}, {one['address']}"
    problems.append(_wrong(place, "change must be a mapping", one.get("change")))
    return False


def _wrong(where: str, what: str, value: object) -> Problem:
    # Anything may be sensitive: what it is, never the value.
    fix = "Write it anew with: terraform show -json PLAN > plan.json"
    return Problem(where=where, what=what, got=kind_of(value), fix=fix)
