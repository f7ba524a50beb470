"""Names what a template holds beyond the resources that can be read in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.templates.nested import NESTED_STACK, STACK_SET, Unread, spelled_url

# Macros of AWS that add no task definition: those of Lambda, of functions, of hooks and of secrets.
_HARMLESS = (
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-",
)
_RENDER = "Review the template that CloudFormation makes of it: aws cloudformation get-template."
_EXPRESS = "AWS::ECS::ExpressGatewayService"
_ELSEWHERE: Mapping[str, str] = {
    "AWS::ECS::DaemonTaskDefinition": "a managed daemon",
    _EXPRESS: "an Express service, which has no sidecar",
    "AWS::Serverless::Application": "a serverless application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "a provisioned product",
}
_MODULE = "::MODULE"
# What a loop may make without a task definition, and without what roles may.
_LOOP = "Fn::ForEach::"
_DECIDES_TRACING = ("AWS::CloudFormation::", "AWS::ECS::", "AWS::IAM::", "AWS::Serverless::")


def unread_parts(template: Mapping[str, Any], read: Sequence[str]) -> Sequence[Unread]:
    """Return what of a template was not read.

    :param read: logical ids of the nested stacks and stack sets that were.
    """
    return [*_macros(template), *_of_resources(template, read)]


def _macros(template: Mapping[str, Any]) -> Iterator[Unread]:
    declared = template.get("Transform") or []
    for entry in declared if isinstance(declared, list) else [declared]:
        name = str(entry.get("Name") if isinstance(entry, Mapping) else entry)
        if not name.startswith(_HARMLESS):
            yield Unread(logical_id="", got=f"what the macro '{name}' adds", fix=_RENDER)


def _of_resources(template: Mapping[str, Any], read: Sequence[str]) -> Iterator[Unread]:
    for logical_id, resource in template["Resources"].items():
        if logical_id.startswith(_LOOP) and _makes_others_only(resource):
            continue
        if logical_id.startswith("Fn::"):
            yield Unread(logical_id=logical_id, got=f"what {logical_id} makes", fix=_RENDER)
        elif isinstance(resource, Mapping) and logical_id not in read:
            yield from _of_resource(logical_id, resource)


def _makes_others_only(loop: object) -> bool:
    """Return whether every type of a loop's resources is known, and is no matter of tracing.

    A loop is a list of its name, its values and the resources of one round.
    """
    made = loop[-1] if isinstance(loop, list) and loop else None
    if not isinstance(made, Mapping) or not made:
        return False
    for logical_id, resource in made.items():
        if str(logical_id).startswith(_LOOP):
            if not _makes_others_only(resource):
                return False
            continue
        kind = resource.get("Type") if isinstance(resource, Mapping) else None
        known = isinstance(kind, str) and "${" not in kind and "::" in kind
        if not known or str(kind).startswith(_DECIDES_TRACING) or str(kind).endswith(_MODULE):
            return False
    return True


def _of_resource(logical_id: str, resource: Mapping[str, Any]) -> Iterator[Unread]:
    kind = str(resource.get("Type"))
    url = spelled_url(resource)
    if kind == NESTED_STACK:
        got = f"the nested stack's template{f', {url}' if url else ''}"
        fix = "Put its template beside this one, or pass it on its own."
        yield Unread(logical_id=logical_id, got=got, fix=fix)
    elif kind == STACK_SET:
        got = f"the stack set's template{f', {url}' if url else ''}"
        yield Unread(logical_id=logical_id, got=got, fix="Pass its template on its own.")
    elif kind == _EXPRESS and _member(resource, "TaskDefinitionArn") is not None:
        # Its containers are those of the task definition, which is read where it is.
        return
    elif kind in _ELSEWHERE or kind.endswith(_MODULE):
        got = f"{_ELSEWHERE.get(kind, 'a module')} ({kind})"
        yield Unread(logical_id=logical_id, got=got, fix="Look at its containers by hand.")
    elif kind == "AWS::ECS::TaskDefinition" and _holds(resource.get("Properties"), "Fn::Transform"):
        yield Unread(logical_id=logical_id, got="what Fn::Transform adds", fix=_RENDER)


def _member(resource: Mapping[str, Any], key: str) -> Any:
    properties = resource.get("Properties")
    return properties.get(key) if isinstance(properties, Mapping) else None


def _holds(value: object, function: str) -> bool:
    if isinstance(value, Mapping):
        return function in value or any(_holds(one, function) for one in value.values())
    return isinstance(value, list) and any(_holds(one, function) for one in value)
