"""Says what a file is that is not what its reader takes, by the keys that its format has. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from cdk_ecs_xray.files.terraform.kinds import terraform_kind


class ForeignFormat(StrEnum):
    """What people pass by mistake; the value is how messages call it."""

    APPSPEC = "a CodeDeploy AppSpec file"
    CLOUDFORMATION = "a CloudFormation template"
    CLOUDFORMATION_PROPERTIES = "a task definition in CloudFormation's spelling"
    COMPOSE = "a Compose file"
    CONTAINER = "a single container"
    COPILOT = "a Copilot manifest"
    DOCKERFILE = "a Dockerfile"
    IMAGE_DEFINITIONS = "CodePipeline's image definitions"
    KUBERNETES = "a Kubernetes manifest"
    PULUMI_EXPORT = "a Pulumi stack export"
    PULUMI_PREVIEW = "a Pulumi preview"
    SERVICE = "a service or task that names its task definition"
    TASK_DEFINITIONS = "a list of task definitions"
    TERRAFORM = "Terraform configuration"
    TERRAFORM_JSON = "a Terraform plan or state"
    TERRAFORM_LOG = "the log of terraform plan -json"


_CONFIGURATION = re.compile(
    r'^[ \t]*(?:(?:resource|data|module|variable|output|provider)[ \t]+"|'
    r"(?:locals|terraform)[ \t]*\{)",
    re.MULTILINE,
)
# A message a line, with the level first: "Machine-Readable UI" in Terraform's documentation.
_LOG = re.compile(r'\s*\{"@level"\s*:')
_DOCKERFILE = re.compile(r"\A(?:\s*#[^\n]*\n)*\s*FROM[ \t]+\S+", re.MULTILINE)
_COPILOT = re.compile(r"Service\Z|Job\Z|Static Site\Z")


def format_of_text(text: str) -> ForeignFormat | None:
    """Return the format of a text that is neither JSON nor YAML; None for one that is not known."""
    if _LOG.match(text) is not None:
        return ForeignFormat.TERRAFORM_LOG
    if _CONFIGURATION.search(text) is not None:
        return ForeignFormat.TERRAFORM
    return ForeignFormat.DOCKERFILE if _DOCKERFILE.match(text) is not None else None


def format_of(content: Any) -> ForeignFormat | None:
    """Return the format of a parsed file; None for a format that is not known."""
    if isinstance(content, list):
        return next((found for item in content if (found := _of_item(item)) is not None), None)
    if not isinstance(content, Mapping):
        return None
    return next((kind for kind, holds in _MAPPINGS.items() if holds(content)), None)


def _of_item(item: object) -> ForeignFormat | None:
    if not isinstance(item, Mapping):
        return None
    if "containerDefinitions" in item:
        return ForeignFormat.TASK_DEFINITIONS
    return ForeignFormat.IMAGE_DEFINITIONS if "imageUri" in item else None


def _is_template(content: Mapping[str, Any]) -> bool:
    resources = content.get("Resources")
    return "AWSTemplateFormatVersion" in content or (
        isinstance(resources, Mapping)
        and any(isinstance(one, Mapping) and "Type" in one for one in resources.values())
    )


def _is_of_terraform(content: Mapping[str, Any]) -> bool:
    # The last is a state with something cut out of it.
    return terraform_kind(content) is not None or "terraform_version" in content


def _is_configuration(content: Mapping[str, Any]) -> bool:
    # The attribute of Terraform's resource, and its language in JSON.
    return "container_definitions" in content or isinstance(content.get("resource"), Mapping)


def _names_task_definition(content: Mapping[str, Any]) -> bool:
    lists = ("taskDefinitionArns", "services", "tasks")
    return isinstance(content.get("taskDefinition"), str) or any(
        isinstance(content.get(key), list) for key in lists
    )


def _is_export(content: Mapping[str, Any]) -> bool:
    return "version" in content and isinstance(content.get("deployment"), Mapping)


def _is_preview(content: Mapping[str, Any]) -> bool:
    steps = content.get("steps")
    return isinstance(steps, list) and any(
        isinstance(one, Mapping) and "urn" in one for one in steps
    )


def _is_copilot(content: Mapping[str, Any]) -> bool:
    kind = content.get("type")
    return "name" in content and isinstance(kind, str) and _COPILOT.search(kind) is not None


# The order matters: a container has an image as well, and a manifest a name.
_MAPPINGS: Mapping[ForeignFormat, Callable[[Mapping[str, Any]], bool]] = {
    ForeignFormat.CLOUDFORMATION: _is_template,
    ForeignFormat.CLOUDFORMATION_PROPERTIES: lambda one: "ContainerDefinitions" in one,
    ForeignFormat.TERRAFORM_JSON: _is_of_terraform,
    ForeignFormat.TERRAFORM: _is_configuration,
    ForeignFormat.PULUMI_EXPORT: _is_export,
    ForeignFormat.PULUMI_PREVIEW: _is_preview,
    ForeignFormat.KUBERNETES: lambda one: "apiVersion" in one and "kind" in one,
    ForeignFormat.APPSPEC: lambda one: isinstance(one.get("Resources"), list),
    ForeignFormat.COMPOSE: lambda one: isinstance(one.get("services"), Mapping),
    ForeignFormat.SERVICE: _names_task_definition,
    ForeignFormat.COPILOT: _is_copilot,
    ForeignFormat.CONTAINER: lambda one: "image" in one,
}
