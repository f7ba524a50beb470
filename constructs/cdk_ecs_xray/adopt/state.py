"""Reads the resources in a Terraform state, version 4.

Terraform documents the format for nobody but itself, so only what is needed is read, and what has
anything else is refused by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.field_limits import kind_of, shown
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.terraform.kinds import STATE_FILE_VERSION
from cdk_ecs_xray.files.terraform.state_file import state_instances
from cdk_ecs_xray.files.text_file import displayed, read_text


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
        StateResource(
            address=instance.address,
            kind=instance.type,
            attributes=instance.values,
            sensitive=instance.sensitive_names,
        )
        for position, resource in enumerate(content["resources"], start=1)
        for instance in state_instances(resource, f"{where}, resource {position}", problems)
    ]
    if problems:
        raise ConfigurationError(*problems)
    return found


def _shape_problem(content: Mapping[str, Any], where: str) -> Problem | None:
    if "planned_values" in content or "resource_changes" in content:
        return _no_state(where, "a plan, as 'terraform show -json PLAN' prints it")
    if "format_version" in content:
        return _no_state(where, "what 'terraform show -json' prints")
    if content.get("version") != STATE_FILE_VERSION:
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


def _wrong(where: str, what: str, got: str | None = None) -> Problem:
    return Problem(where=where, what=what, got=got, fix="Write it anew with: terraform state pull")
