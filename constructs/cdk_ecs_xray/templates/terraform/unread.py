"""Names what of a plan or state may hold containers and was not read."""

from __future__ import annotations

from collections.abc import Mapping

from cdk_ecs_xray.files.terraform.resource import TerraformResource
from cdk_ecs_xray.templates.nested import Unread
from cdk_ecs_xray.templates.terraform.documents import containers_in
from cdk_ecs_xray.templates.terraform.reading import TASK_DEFINITION, Reading
from cdk_ecs_xray.unknown import Unknown

_DEFINITIONS = "container_definitions"
_STATE = "Review the state, or a plan made after the first apply: terraform show -json > state.json"
_OTHERS: Mapping[str, tuple[str, str]] = {
    "aws_cloudformation_stack": ("a CloudFormation stack", "Pass its template on its own."),
    "aws_cloudformation_stack_set": ("a stack set of CloudFormation", "Pass its template instead."),
    "awscc_ecs_task_definition": (
        "a task definition of the provider awscc",
        "Pass the task definition that it registered: aws ecs describe-task-definition.",
    ),
}
_MOST_NAMED = 6


def unread_part(resource: TerraformResource, reading: Reading) -> Unread | None:
    """Return what of a resource was not read; None where all of it was."""
    if resource.type in _OTHERS:
        got, fix = _OTHERS[resource.type]
        return Unread(logical_id=resource.address, got=f"{got} ({resource.type})", fix=fix)
    if resource.type != TASK_DEFINITION:
        return None
    value = reading.connections.attributes(resource).get(_DEFINITIONS)
    if isinstance(value, Unknown):
        return Unread(
            logical_id=resource.address,
            got=f"{_DEFINITIONS} known after apply{_made_of(resource, reading)}",
            fix=_STATE,
        )
    if containers_in(value) is not None:
        return None
    return Unread(
        logical_id=resource.address,
        got=f"{_DEFINITIONS} that are no list of containers as JSON",
        fix="Write them with jsonencode(), and plan again.",
    )


def _made_of(resource: TerraformResource, reading: Reading) -> str:
    found = reading.connections.configuration.references(resource, _DEFINITIONS)
    if not found:
        return ""
    more = len(found) - _MOST_NAMED
    named = ", ".join(sorted(found)[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f", made of {named}"
