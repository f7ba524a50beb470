"""How the ECS API and CloudFormation spell one member of a task definition: one table, both ways.

A member is spelled alike but for its first letter, a capital in CloudFormation; the table holds the
others. Sources, which a test walks: botocore's ``RegisterTaskDefinition`` and the schema of
``AWS::ECS::TaskDefinition`` in cfn-lint.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_ODD: tuple[tuple[str | None, str, str], ...] = (
    (None, "efsVolumeConfiguration", "EFSVolumeConfiguration"),
    (None, "fsxWindowsFileServerVolumeConfiguration", "FSxWindowsFileServerVolumeConfiguration"),
    (None, "s3filesVolumeConfiguration", "S3FilesVolumeConfiguration"),
    ("authorizationConfig", "iam", "IAM"),
    ("efsVolumeConfiguration", "fileSystemId", "FilesystemId"),
    ("proxyConfiguration", "properties", "ProxyConfigurationProperties"),
)
"""Owner in the API's spelling, None for any; the API's member; CloudFormation's."""

_CLOUDFORMATION = MappingProxyType({(owner, api): declared for owner, api, declared in _ODD})
_API = MappingProxyType({declared: api for _, api, declared in _ODD})

ATTACHMENT = "aws_iam_role_policy_attachment"
"""Terraform's type of what attaches a policy to a role; CloudFormation has no resource for it."""

MAP_MEMBERS = frozenset({"dockerLabels", "driverOpts", "labels", "options"})
"""Members, in the API's spelling, whose keys are the user's own: labels and a driver's options."""


def cloudformation_name(name: str, *, owner: str | None = None) -> str:
    """Return how CloudFormation spells a member of the API.

    :param owner: the member it is in, in the API's spelling.
    """
    known = _CLOUDFORMATION.get((owner, name), _CLOUDFORMATION.get((None, name)))
    return name[:1].upper() + name[1:] if known is None else known


def api_name(name: str) -> str:
    """Return how the API spells a member of CloudFormation."""
    return _API.get(name, name[:1].lower() + name[1:])


def as_cloudformation(task_definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of ``AWS::ECS::TaskDefinition`` for what the API takes.

    A member that neither source knows gets a capital letter like all others. Nulls go:
    CloudFormation has none.
    """
    properties: dict[str, Any] = declared(task_definition, None)
    for name in ("Cpu", "Memory"):
        if isinstance(properties.get(name), int):
            properties[name] = str(properties[name])
    return properties


def as_api(value: Any) -> Any:
    """Return what a template declares with its members spelled as the API does.

    What is no plain data, such as a value that the template leaves open, stays as it is.
    """
    if isinstance(value, list):
        return [as_api(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    spelled = {api_name(name): member for name, member in value.items()}
    return {name: one if name in MAP_MEMBERS else as_api(one) for name, one in spelled.items()}


def declared(value: Any, owner: str | None) -> Any:
    """Return a value of the API as CloudFormation spells it.

    :param owner: the member it is in, in the API's spelling.
    """
    if isinstance(value, list):
        return [declared(item, owner) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        cloudformation_name(name, owner=owner): (
            dict(member)
            if name in MAP_MEMBERS and isinstance(member, Mapping)
            else declared(member, name)
        )
        for name, member in value.items()
        if member is not None
    }
