"""Follows references between the stacks of an assembly: exports, nested stacks, CDK's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.nested import NESTED_STACK
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.unknown import Unknown

# Of aws-cdk-lib, custom-resource-handlers/lib/core/cross-region-*.
_WRITER = "Custom::CrossRegionExportWriter"
_STORED = "AWS::SSM::Parameter"
_OWN_PLACEHOLDER = re.compile(r"\$\{(?!AWS::)(?P<name>[^}#]*)\}")


class References:
    """What the stacks of an assembly know of each other."""

    def __init__(self, sources: Sequence[StackSource]) -> None:
        self._sources = sources
        self._by_path = {source.path: source for source in sources}
        self._resolvers: dict[str, Resolver] = {}
        self._pending: set[tuple[str, ...]] = set()

    def resolver(self, source: StackSource) -> Resolver:
        """Return what resolves a stack's values, with what its parent and others give to it."""
        if source.path not in self._resolvers:
            parameters = self._once(("parameters", source.path), lambda: self._given(source))
            made = Resolver.of(source, parameters=parameters or {}, elsewhere=_Others(self, source))
            if parameters is None and source.parent is not None:
                return made
            self._resolvers[source.path] = made
        return self._resolvers[source.path]

    def imported(self, by: StackSource, name: str) -> Any:
        """Return what a stack imports, from the one stack that can be its exporter."""
        for near in _nearest_first(by, self._sources):
            found = [
                (source, output["Value"])
                for source in near
                for output in self._outputs(source).values()
                if "Value" in output
                and self._spelled(source, _at(output, "Export", "Name")) == name
            ]
            if found:
                return self._value(("import", by.path, name), found)
        return None

    def output(self, of: StackSource, logical_id: str, name: str) -> Any:
        """Return an output of a nested stack."""
        nested = self._by_path.get(f"{of.path}/{logical_id}")
        output = None if nested is None else self._outputs(nested).get(name)
        if nested is None or output is None or "Value" not in output:
            return None
        return self._value(("output", nested.path, name), [(nested, output["Value"])])

    def handed_over(self, by: StackSource, key: str) -> Any:
        """Return what CDK's writer of another region hands over."""
        found = [
            (source, exports[key])
            for source in self._sources
            if source.environment == by.environment
            for properties in source.resources(_WRITER).values()
            if isinstance(exports := _at(properties, "WriterProps", "exports"), Mapping)
            and key in exports
        ]
        return self._value(("writer", by.path, key), found)

    def stored(self, by: StackSource, name: str) -> Any:
        """Return the value of a parameter in the parameter store that one of the stacks writes."""
        if name.startswith("/cdk/exports/"):
            return self.handed_over(by, name)
        for near in _nearest_first(by, self._sources):
            found = [
                (source, properties["Value"])
                for source in near
                for properties in source.resources(_STORED).values()
                if "Value" in properties and self._spelled(source, properties.get("Name")) == name
            ]
            if found:
                return self._value(("store", by.path, name), found)
        return None

    def _given(self, source: StackSource) -> Mapping[str, Any]:
        parent = None if source.parent is None else self._by_path.get(source.parent)
        if parent is None:
            return {}
        logical_id = source.path.removeprefix(f"{parent.path}/")
        properties = parent.resources(NESTED_STACK).get(logical_id, {})
        resolved = self.resolver(parent).resolve(properties.get("Parameters") or {})
        return _from(parent, resolved) if isinstance(resolved, Mapping) else {}

    def _outputs(self, source: StackSource) -> Mapping[str, Mapping[str, Any]]:
        outputs = source.template.get("Outputs") or {}
        return {name: output for name, output in outputs.items() if isinstance(output, Mapping)}

    def _spelled(self, source: StackSource, name: object) -> object:
        return name if isinstance(name, str | None) else self.resolver(source).resolve(name)

    def _value(self, what: tuple[str, ...], found: Sequence[tuple[StackSource, object]]) -> Any:
        """Return the one value that several places may give; None for none, or for different."""
        values = [
            self._once((*what, source.path), partial(self._read, source, raw))
            for source, raw in found
        ]
        same = [value for value in values if value == values[0]]
        return values[0] if values and len(same) == len(values) else None

    def _read(self, source: StackSource, raw: object) -> Any:
        return _from(source, self.resolver(source).resolve(raw))

    def _once(self, what: tuple[str, ...], read: Callable[[], Any]) -> Any:
        # What refers to itself in a circle, which CloudFormation refuses, stays unknown.
        if what in self._pending:
            return None
        self._pending.add(what)
        try:
            return read()
        finally:
            self._pending.discard(what)


class _Others:
    """The other stacks, as one of them sees them."""

    def __init__(self, references: References, source: StackSource) -> None:
        self._references = references
        self._source = source

    def imported(self, name: str) -> Any:
        return self._references.imported(self._source, name)

    def output(self, logical_id: str, name: str) -> Any:
        return self._references.output(self._source, logical_id, name)

    def handed_over(self, key: str) -> Any:
        return self._references.handed_over(self._source, key)

    def stored(self, name: str) -> Any:
        return self._references.stored(self._source, name)


def _nearest_first(
    by: StackSource, sources: Sequence[StackSource]
) -> Sequence[Sequence[StackSource]]:
    """Return the stacks of the same Stage, then others that may share its account and region.

    Names of exports are unique in an account and region, and a Stage's stacks are one app.
    """
    compatible = [
        source
        for source in sources
        if (source.account == by.account or None in (source.account, by.account))
        and (source.region == by.region or None in (source.region, by.region))
    ]
    own = [source for source in compatible if source.environment == by.environment]
    return own, [source for source in compatible if source.environment != by.environment]


def _from(source: StackSource, value: Any) -> Any:
    """Return a value of one stack as another sees it: its placeholders named by their stack."""
    if isinstance(value, Unknown):
        return Unknown(
            expression=_OWN_PLACEHOLDER.sub(
                lambda found: f"${{{source.path}#{found['name']}}}", value.expression
            ),
            resource=value.resource,
            either=tuple(_from(source, one) for one in value.either),
        )
    if isinstance(value, Mapping):
        return {key: _from(source, one) for key, one in value.items()}
    return [_from(source, one) for one in value] if isinstance(value, list) else value


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
