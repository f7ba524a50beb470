"""The members that every template has, checked once so that no reader meets others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.field_limits import shown

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Outputs")
# Of a resource, what the readers walk into. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
_MEMBERS = ("Properties", "Metadata")


def require_shape(template: Mapping[str, Any], *, where: str) -> None:
    """Refuse a template that CloudFormation would refuse for its members' types alone.

    :raises ReviewError: with every problem of the template.
    """
    problems = [*_of_sections(template, where), *_of_resources(template["Resources"], where)]
    if problems:
        raise ReviewError(*problems)


def _of_sections(template: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for section in _SECTIONS:
        entries = template.get(section)
        if entries is None:
            continue
        if not isinstance(entries, Mapping):
            yield _no_mapping(where, section, entries)
        elif section == "Parameters":
            for name, parameter in entries.items():
                if not isinstance(parameter, Mapping):
                    yield _no_mapping(f"{where}, parameter '{name}'", "a parameter", parameter)


def _of_resources(resources: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for logical_id, resource in resources.items():
        place = f"{where}, resource '{logical_id}'"
        if logical_id.startswith("Fn::"):
            continue
        if not isinstance(resource, Mapping):
            yield _no_mapping(place, "a resource", resource)
            continue
        kind = resource.get("Type")
        if not isinstance(kind, str | None):
            yield Problem(
                where=place,
                what="Type must be text",
                got=shown(kind),
                fix="Write one such as AWS::ECS::TaskDefinition.",
            )
        for member in _MEMBERS:
            if not isinstance(resource.get(member), Mapping | None):
                yield _no_mapping(place, member, resource[member])


def _no_mapping(where: str, what: str, value: object) -> Problem:
    return Problem(
        where=where,
        what=f"{what} must be a mapping",
        got=shown(value),
        fix="Write it as CloudFormation has it.",
    )
