"""Which properties replace a resource, held to the schemas of CloudFormation."""

from __future__ import annotations

import pytest

from cdk_ecs_xray.adopt.existing import CREATE_ONLY
from cdk_ecs_xray.local.inert.schemas import schema_of

# The template reference says "Replacement"; their schemas say "conditionally", or nothing.
_BY_THE_REFERENCE = {("AWS::ECS::Service", "LaunchType"), ("AWS::XRay::Group", "GroupName")}


@pytest.mark.parametrize("kind", CREATE_ONLY)
def test_what_replaces_is_what_the_schema_says(kind: str) -> None:
    schema = schema_of(kind)
    assert schema is not None

    ours = {name for name in CREATE_ONLY[kind] if "." not in name}
    assert {name for name in ours if (kind, name) not in _BY_THE_REFERENCE} == {
        name for name in schema.create_only if "." not in name
    } - {"PolicyArn"}
