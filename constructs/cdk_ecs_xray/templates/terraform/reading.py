"""What the reading of one document shares, and how its blocks are spelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.terraform.attributes import Attributes
from cdk_ecs_xray.templates.terraform.connections import Connections
from cdk_ecs_xray.templates.terraform.documents import policy_document

ROLE = "aws_iam_role"
MANAGED_POLICY = "aws_iam_policy"
TASK_DEFINITION = "aws_ecs_task_definition"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the reading of one document shares.

    :param data: what data sources were read as, by address.
    """

    connections: Connections
    data: Mapping[str, Mapping[str, Any]]

    def document(self, resource: TerraformResource, name: str) -> Any:
        """Return the policy document in an attribute."""
        return policy_document(
            resource,
            name,
            self.connections.attributes(resource).get(name),
            configuration=self.connections.configuration,
            data=self.data,
        )


def first(attributes: Attributes, name: str, members: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the one block of a name with its attributes as members; empty without one."""
    return next(iter(each(attributes, name, members)), {})


def each(attributes: Attributes, name: str, members: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the blocks of a name with their attributes as members, unset ones left out."""
    found = [
        {member: block.get(own) for own, member in members.items()}
        for block in attributes.blocks(name)
    ]
    return [
        {member: value for member, value in one.items() if value not in (None, "")} for one in found
    ]
