"""Reads the resources in a Terraform state, version 4.

Terraform documents the format for nobody but itself, so only what is needed is read, and what has
anything else is refused by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.field_limits import kind_of, shown
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import displayed, read_text

_VERSION = 4


@dataclass(frozen=True, kw_only=True)
class StateResource:
    """One instance of a managed resource.

    :param address: as ``terraform state list`` shows it.
    :param sensitive: the attributes of the first level in which a sensitive value is.
    """

    address: str
    kind: str
    attributes: Mapping[str, Any]
    sensitive: frozenset[str]

    def text(self, name: str) -> str | None:
        """An attribute that is text and not empty."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) and value else None

    def texts(self, name: str) -> list[str]:
        """A set or list of texts, sorted.

        :raises ConfigurationError: when the attribute holds something else.
        """
        found = [one for one in self._list(name) if isinstance(one, str)]
        if len(found) != len(self._list(name)):
            raise ConfigurationError(self._wrong(name, "a list of texts"))
        return sorted(found)

    def blocks(self, name: str) -> list[Mapping[str, Any]]:
        """The blocks of a name; Terraform keeps a single one as a list of one.

        :raises ConfigurationError: when the attribute holds something else.
        """
        found = [one for one in self._list(name) if isinstance(one, Mapping)]
        if len(found) != len(self._list(name)):
            raise ConfigurationError(self._wrong(name, "a list of blocks"))
        return found

    def _list(self, name: str) -> list[Any]:
        value = self.attributes.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ConfigurationError(self._wrong(name, "a list"))
        return value

    def _wrong(self, name: str, rule: str) -> Problem:
        return _wrong(self.address, f"{name} must be {rule}", kind_of(self.attributes.get(name)))


def read_state(path: str | Path) -> Sequence[StateResource]:
    """Return every managed resource of a state.

    :raises ConfigurationError: when the file is no state of version 4.
    """
    where = displayed(path)
    text = read_text(path)
    if not text.lstrip().startswith("{"):
        raise ConfigurationError(_no_state(where, "no JSON object"))
    content = read_json(text, where=where)
    problem = _shape_problem(content, where)
    if problem is not None:
        raise ConfigurationError(problem)
    problems: list[Problem] = []
    found = [
        instance
        for position, resource in enumerate(content["resources"])
        for instance in _instances(resource, f"{where}, resource {position + 1}", problems)
    ]
    if problems:
        raise ConfigurationError(*problems)
    return found


def _shape_problem(content: Mapping[str, Any], where: str) -> Problem | None:
    if "planned_values" in content or "resource_changes" in content:
        return _no_state(where, "a plan, as 'terraform show -json PLAN' prints it")
    if "format_version" in content:
        return _no_state(where, "what 'terraform show -json' prints")
    if content.get("version") != _VERSION:
        got = f"version {shown(content['version'])}" if "version" in content else "no version"
        return _no_state(where, got)
    if not isinstance(content.get("resources"), list):
        return _no_state(where, "no list of resources")
    return None


def _no_state(where: str, got: str) -> Problem:
    return Problem(
        where=where,
        what="the file must be a Terraform state of version 4",
        got=got,
        fix="Write one with: terraform state pull > terraform.tfstate",
    )


def _instances(resource: object, where: str, problems: list[Problem]) -> Iterator[StateResource]:
    if not isinstance(resource, Mapping):
        problems.append(_wrong(where, "must be a mapping", shown(resource)))
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
            yield StateResource(
                address=base + _index(instance.get("index_key")),
                kind=kind,
                attributes=attributes,
                sensitive=frozenset(_sensitive(instance.get("sensitive_attributes"))),
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
