"""Follows the expressions in a plan's configuration to the resources that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.addresses import (
    Reference,
    heads,
    module_calls,
    module_parents,
    parsed,
    within,
)

# Far beyond what anyone writes; outputs that multiply each other would never end.
_MOST_STEPS = 2_000


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What an expression is made of.

    :param addresses: of the managed resources, each once.
    :param data: of the data sources.
    :param complete: nothing else is in it that a plan may not know.
    """

    addresses: Sequence[str]
    data: Sequence[tuple[str, str, str]]
    complete: bool


@dataclass(kw_only=True)
class _Walk:
    addresses: dict[str, None] = field(default_factory=dict)
    data: dict[tuple[str, str, str], None] = field(default_factory=dict)
    complete: bool = True
    seen: set[tuple[str, str]] = field(default_factory=set)


class Configuration:
    """The configuration in a plan, and the instances that the plan makes of it.

    In it the address of a resource is local to its module and has no index, so that its key is
    the calls that lead to the module, and that address.
    """

    def __init__(self, content: Mapping[str, Any], resources: Sequence[TerraformResource]) -> None:
        found = content.get("configuration")
        self._root = found if isinstance(found, Mapping) else {}
        self._declared: dict[tuple[str, ...], Mapping[str, Mapping[str, Any]]] = {}
        self._instances: dict[tuple[str, str, str], list[str]] = {}
        self._modules: dict[tuple[str, str], list[str]] = {}
        for one in resources:
            self._instances.setdefault((one.module, one.type, one.name), []).append(one.address)
        for module in dict.fromkeys(one.module for one in resources):
            for parent, call, own in module_parents(module):
                known = self._modules.setdefault((parent, call), [])
                if own not in known:
                    known.append(own)

    def declaration(self, module: str, local: str) -> Mapping[str, Any] | None:
        """Return what a module declares; None where the plan has no configuration of it.

        :param local: ``aws_iam_role.task``, or with ``data.`` before.
        """
        calls = tuple(module_calls(module))
        if calls not in self._declared:
            listed = _at(self._module(calls), "resources")
            self._declared[calls] = {
                str(one.get("address")): one
                for one in (listed if isinstance(listed, list) else ())
                if isinstance(one, Mapping)
            }
        return self._declared[calls].get(local)

    def expression(self, resource: TerraformResource, name: str) -> Any:
        """Return the expression of an attribute; None where there is none."""
        declared = self.declaration(resource.module, f"{resource.type}.{resource.name}")
        return _at(declared, "expressions", name)

    def declares(self, resource: TerraformResource) -> bool:
        """Return whether the plan has the configuration of a resource."""
        return self.declaration(resource.module, f"{resource.type}.{resource.name}") is not None

    def references(self, resource: TerraformResource, name: str) -> Sequence[str]:
        """Return what an attribute refers to, as it is written."""
        return heads(list(_references(self.expression(resource, name))))

    def sources(self, resource: TerraformResource, name: str) -> Sources:
        """Return what an attribute is made of, over outputs and variables of modules."""
        walk = _Walk()
        expression = self.expression(resource, name)
        if expression is None:
            walk.complete = False
        self._follow(walk, resource.module, expression)
        return Sources(addresses=list(walk.addresses), data=list(walk.data), complete=walk.complete)

    def provider(self, resource: TerraformResource) -> str:
        """Return the key of a resource's provider; empty where the plan configures none."""
        declared = self.declaration(resource.module, f"{resource.type}.{resource.name}")
        key = _at(declared, "provider_config_key")
        providers = self._root.get("provider_config")
        known = isinstance(key, str) and isinstance(providers, Mapping) and key in providers
        return key if known and isinstance(key, str) else ""

    def provider_region(self, resource: TerraformResource) -> str | None:
        """Return the region of a resource's provider where it is written out."""
        path = ("provider_config", self.provider(resource), "expressions", "region")
        region = _at(self._root, *path, "constant_value")
        return region if isinstance(region, str) and region else None

    def _follow(self, walk: _Walk, module: str, expression: Any) -> None:
        waiting = [(module, one) for one in heads(list(_references(expression)))]
        while waiting:
            here = waiting.pop()
            if here in walk.seen:
                continue
            walk.seen.add(here)
            if len(walk.seen) > _MOST_STEPS:
                walk.complete = False
                return
            waiting += self._step(walk, here[0], parsed(here[1]))

    def _step(self, walk: _Walk, module: str, reference: Reference) -> Sequence[tuple[str, str]]:
        """Take in what a reference leads to, and return the references behind it."""
        if reference.kind == "resource":
            self._take(walk, module, reference)
        elif reference.kind == "data":
            walk.data[module, reference.owner, reference.name] = None
        elif reference.kind == "variable":
            return self._of_variable(module, reference.name)
        elif reference.kind == "module":
            return self._of_output(walk, module, reference)
        elif reference.kind == "open":
            walk.complete = False
        return []

    def _take(self, walk: _Walk, module: str, reference: Reference) -> None:
        found = self._instances.get((module, reference.owner, reference.name), [])
        if reference.index:
            local = f"{reference.owner}.{reference.name}{reference.index}"
            found = [one for one in found if one == within(module, local)]
        # Without an index it fits every instance.
        if len(found) == 1:
            walk.addresses[found[0]] = None
        else:
            walk.complete = False

    def _of_variable(self, module: str, name: str) -> Sequence[tuple[str, str]]:
        # The root's variables are known in every plan, and so are defaults.
        if not module:
            return []
        parent, call, _ = module_parents(module)[-1] if module_parents(module) else ("", "", "")
        made = _at(self._module(tuple(module_calls(parent))), "module_calls", call)
        given = _at(made, "expressions", name)
        return [(parent, one) for one in heads(list(_references(given)))]

    def _of_output(
        self, walk: _Walk, module: str, reference: Reference
    ) -> Sequence[tuple[str, str]]:
        instances = self._modules.get((module, reference.owner), [])
        if reference.index:
            wanted = within(module, f"module.{reference.owner}{reference.index}")
            instances = [one for one in instances if one == wanted]
        calls = (*module_calls(module), reference.owner)
        output = _at(self._module(calls), "outputs", reference.name, "expression")
        if len(instances) != 1 or output is None:
            walk.complete = False
            return []
        return [(instances[0], one) for one in heads(list(_references(output)))]

    def _module(self, calls: Sequence[str]) -> Any:
        found: Any = self._root.get("root_module")
        for call in calls:
            found = _at(found, "module_calls", call, "module")
        return found


def _references(expression: Any) -> Iterator[str]:
    """Yield every reference in an expression, which may be a block with expressions in it."""
    waiting = [expression]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            found = one.get("references")
            yield from (text for text in (found if isinstance(found, list) else ()) if text)
            waiting += [value for key, value in one.items() if key != "references"]
        elif isinstance(one, list):
            waiting += one


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
