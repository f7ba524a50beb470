"""Reads one CloudFormation template, in JSON or YAML with CloudFormation's short tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.container_keys import in_api_spelling
from cdk_ecs_xray.files.field_limits import shown
from cdk_ecs_xray.files.plain_data import read_data
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader
from cdk_ecs_xray.templates.foreign import (
    name_other_tools,
    raise_if_other_text,
    raise_if_unrendered,
)
from cdk_ecs_xray.templates.shape import require_shape
from cdk_ecs_xray.templates.spelling import as_cloudformation

REGISTERED = "a task definition as ECS describes it"
"""What a template is called that was made of a task definition."""
_CONTAINERS = "containerDefinitions"


class _TemplateLoader(Yaml12Loader):
    """YAML 1.2 with ``!Ref``, ``!Sub`` and the other short forms of CloudFormation."""


def _short_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> object:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = node.value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _short_tag)


def read_template(text: str, *, where: str) -> Mapping[str, Any]:
    """Return a template as plain data, short tags spelled out.

    :param where: what errors name.
    :raises ReviewError: when the text is no CloudFormation template.
    """
    return template_in(parsed_template(text, where=where), where=where)


def parsed_template(text: str, *, where: str) -> Any:
    """Return what a text holds as plain data, short tags spelled out, whatever it is.

    :raises ReviewError: when it is neither JSON nor YAML, by what it is instead.
    """
    raise_if_other_text(text, where=where)
    try:
        return read_data(text, where=where, error=ReviewError, loader=_TemplateLoader)
    except ReviewError:
        raise_if_unrendered(text, where=where)
        raise


def template_in(content: Any, *, where: str) -> Mapping[str, Any]:
    """Return data as the template that it is, or that a task definition makes.

    :raises ReviewError: when it is neither.
    """
    if isinstance(content, Mapping) and isinstance(content.get("Resources"), Mapping):
        require_shape(content, where=where)
        return content
    task_definition = _task_definition(content)
    if task_definition is not None:
        return as_template(task_definition)
    if isinstance(content, Mapping) and _CONTAINERS in content:
        raise ReviewError(
            Problem(
                where=where,
                what=f"{_CONTAINERS} must be a list",
                got=shown(content[_CONTAINERS]),
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
    name_other_tools(content, where=where)
    fix = (
        "Pass a template, a task definition, the folder that cdk synth wrote or what "
        "terraform show -json prints."
    )
    if not content:
        what = "a CloudFormation template or a task definition is required"
        raise ReviewError(Problem(where=where, what=what, fix=fix))
    keys = list(content)[:4] if isinstance(content, Mapping) else []
    raise ReviewError(
        Problem(
            where=where,
            what="the file must be a CloudFormation template with 'Resources', or a task "
            "definition with 'containerDefinitions'",
            got=f"the keys {', '.join(map(str, keys))}" if keys else shown(content),
            fix=fix,
        )
    )


def as_template(task_definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a task definition, as ``aws ecs register-task-definition`` takes it, as a template."""
    return {
        "Description": REGISTERED,
        "Resources": {
            "TaskDefinition": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": as_cloudformation(task_definition),
            }
        },
    }


def _task_definition(content: object) -> Mapping[str, Any] | None:
    """Return the task definition that a text holds in any of the forms the AWS CLI has for it.

    As ``register-task-definition`` takes it, as ``describe-task-definition`` answers, or only its
    list of containers.
    """
    if isinstance(content, Mapping) and isinstance(content.get("taskDefinition"), Mapping):
        content = content["taskDefinition"]
    if isinstance(content, Mapping):
        return content if isinstance(content.get(_CONTAINERS), list) else None
    if not isinstance(content, list) or not content:
        return None
    try:
        # As Terraform has them, with keys in any case.
        spelled = in_api_spelling(content)
    except KeyError:
        return None
    containers = all(isinstance(one, Mapping) and "image" in one for one in spelled)
    return {_CONTAINERS: spelled} if containers else None
