"""Turns a plan or state of Terraform into what the readers of templates take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.files.terraform.documents import data_values, resources_before, resources_in
from cdk_ecs_xray.files.terraform.kinds import TerraformKind, terraform_kind, version_problem
from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.nested import Unread
from cdk_ecs_xray.templates.terraform.configuration import Configuration
from cdk_ecs_xray.templates.terraform.connections import Connections
from cdk_ecs_xray.templates.terraform.places import Spot, spots
from cdk_ecs_xray.templates.terraform.reading import Reading
from cdk_ecs_xray.templates.terraform.types import TYPES, properties_of
from cdk_ecs_xray.templates.terraform.unread import unread_part

_NOWHERE = "no known region"


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The resources of one document that are in one region and account.

    :param path: what distinguishes it: the document's name, and its region where it has several.
    :param resources: as CloudFormation's, by address; values are as they are, none is a function.
    :param sensitive: addresses of resources of which no value may be shown.
    :param secrets: texts in them.
    """

    path: str
    account: str | None
    region: str | None
    resources: Mapping[str, Mapping[str, Any]]
    unread: Sequence[Unread]
    sensitive: frozenset[str]
    secrets: frozenset[str]


def is_terraform(content: object) -> bool:
    """Return whether a document is a plan or state of Terraform."""
    return terraform_kind(content) is not None


def is_plan(content: object) -> bool:
    """Return whether a document is a plan, which knows what was there before it."""
    return terraform_kind(content) is TerraformKind.PLAN


def converted(
    content: Mapping[str, Any], *, name: str, where: str, before: bool = False
) -> Sequence[Converted]:
    """Return what a plan or state holds, one for each region and account.

    :param name: of the document, which its resources are known by.
    :param where: what errors name.
    :param before: as it was before a plan, instead of after it.
    :raises ReviewError: for another version of the format, and for what Terraform does not write.
    """
    problem = version_problem(content, where=where)
    if problem is not None:
        raise ReviewError(problem)
    problems: list[Problem] = []
    read = resources_before if before else resources_in
    resources = read(content, problems, where=where)
    if problems:
        raise ReviewError(*problems)
    configuration = Configuration(content, resources)
    found = spots(terraform_kind(content), resources, configuration)
    places = list(dict.fromkeys(found[one.address] for one in resources)) or [(None, None, "")]
    paths = dict(zip(places, _paths(places, name), strict=True))
    connections = Connections(resources, configuration)
    reading = Reading(connections=connections, data=data_values(content))
    return [
        _converted([one for one in resources if found[one.address] == spot], spot, path, reading)
        for spot, path in paths.items()
    ]


def _paths(places: Sequence[Spot], name: str) -> Sequence[str]:
    if len(places) == 1:
        return [name]
    # Not the file's name, so that two files can be compared region by region.
    return [
        ", ".join(part for part in (region or provider or _NOWHERE, account) if part)
        for account, region, provider in places
    ]


def _converted(
    resources: Sequence[TerraformResource], spot: Spot, path: str, reading: Reading
) -> Converted:
    hidden = {one.address: list(_hidden(one)) for one in resources}
    sensitive = {address: values for address, values in hidden.items() if values}
    found: dict[str, Mapping[str, Any]] = {}
    for one in resources:
        read = properties_of(one, reading)
        # Of other types nobody asks more than whether they are there.
        kind, properties = (one.type, {}) if read is None else read
        found[one.address] = {"Type": kind, "Properties": properties}
    parts = (unread_part(one, reading) for one in resources)
    return Converted(
        path=path,
        account=spot[0],
        region=spot[1],
        resources=found,
        unread=[part for part in parts if part is not None],
        sensitive=frozenset(sensitive),
        secrets=frozenset(_texts(list(sensitive.values()))),
    )


def _hidden(resource: TerraformResource) -> Iterator[Any]:
    """Yield the sensitive values of a resource that a review reads."""
    entry = TYPES.get(resource.type)
    for name in resource.sensitive_names if entry is not None else ():
        if entry is not None and name in entry.attributes:
            yield resource.values.get(name, "")


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value, in the JSON of texts too."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            yield one
            inner = json_or_none(one) if one.lstrip()[:1] in ("[", "{") else None
            waiting += [inner] if inner is not None else []
