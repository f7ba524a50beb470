"""What Terraform writes as JSON: kinds, and keys of containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from cdk_ecs_xray.files.container_keys import API_KEYS, USERS_OWN, in_api_spelling
from cdk_ecs_xray.files.terraform.kinds import TerraformKind, terraform_kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"format_version": "1.2", "planned_values": {}}, TerraformKind.PLAN),
        ({"resource_changes": []}, TerraformKind.PLAN),
        ({"format_version": "1.0", "values": {}}, TerraformKind.STATE),
        ({"format_version": "1.0"}, TerraformKind.STATE),
        ({"format_version": "1.0", "terraform_version": "1.9.8"}, TerraformKind.STATE),
        ({"version": 4, "lineage": "x", "serial": 1}, TerraformKind.STATE_FILE),
        ({"version": 4, "lineage": "x", "resources": []}, TerraformKind.STATE_FILE),
        # terraform providers schema -json, terraform validate -json, and a Pulumi export.
        ({"format_version": "1.0", "provider_schemas": {}}, None),
        ({"format_version": "1.0", "valid": True, "diagnostics": []}, None),
        ({"version": 3, "deployment": {}}, None),
        ({"values": {}}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_document_is_known_by_its_keys(content: Any, kind: TerraformKind | None) -> None:
    assert terraform_kind(content) is kind


def members(shape: Any, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield every member below a shape of the API, and what kind it is of."""
    if shape.type_name == "list":
        yield from members(shape.member, seen)
    elif shape.type_name == "structure" and shape.name not in seen:
        for name, inner in shape.members.items():
            yield name, inner.type_name
            yield from members(inner, seen | {shape.name})


def test_the_keys_of_containers_are_those_of_the_api() -> None:
    ecs = botocore.session.get_session().get_service_model("ecs")
    found = dict(members(ecs.shape_for("ContainerDefinition")))

    assert set(found) == set(API_KEYS.values())
    assert {name for name, kind in found.items() if kind == "map"} == USERS_OWN


def test_other_keys_and_the_users_own_stay() -> None:
    container = {"NAME": "a", "X": 1, "dockerlabels": {"Name": "b"}, "Environment": [{"NAME": "c"}]}

    assert in_api_spelling(container) == {
        "name": "a",
        "X": 1,
        "dockerLabels": {"Name": "b"},
        "environment": [{"name": "c"}],
    }
