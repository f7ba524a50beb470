"""Finds the stacks in a cloud assembly, in a template or on standard input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import (
    displayed,
    read_standard_input,
    read_text,
    require_reachable,
)
from cdk_ecs_xray.templates.assembly_size import bounded, require_outside
from cdk_ecs_xray.templates.foreign import configuration_folder
from cdk_ecs_xray.templates.manifest import environment_of, file_inside, properties_of
from cdk_ecs_xray.templates.nested import (
    NESTED_STACK,
    STACK_SET,
    NestedTemplates,
    asset_files,
)
from cdk_ecs_xray.templates.source_lines import source_lines
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.template import REGISTERED, parsed_template, read_template, template_in
from cdk_ecs_xray.templates.terraform.conversion import is_terraform
from cdk_ecs_xray.templates.terraform_stacks import stem, terraform_stacks
from cdk_ecs_xray.templates.unread import unread_parts

STANDARD_INPUT = "-"
_STACK = "aws:cloudformation:stack"
_NESTED_ASSEMBLY = "cdk:cloud-assembly"
_ASSET_MANIFEST = "cdk:asset-manifest"
# CloudFormation nests no deeper in practice; a template that nests itself would never end.
_DEEPEST = 12


def read_stacks(path: str) -> Sequence[StackSource]:
    """Return every stack of a cloud assembly, or what a template, plan or state describes.

    :param path: a folder that ``cdk synth`` wrote, a template, a plan or state of Terraform as
        JSON, or ``-`` for standard input.
    :raises ReviewError: when there is nothing to review, with the command that makes something.
    """
    if path == STANDARD_INPUT:
        text = read_standard_input(where="<stdin>", error=ReviewError)
        return _of_text(text, file="<stdin>", beside=_nowhere())
    require_reachable(path, error=ReviewError)
    place = Path(path)
    if place.is_file() and place.name != "manifest.json":
        beside = _beside(place.parent, {}, place.parent)
        return _of_text(_text(place), file=displayed(place), beside=beside)
    folder = place.parent if place.is_file() else place
    if not folder.is_dir():
        raise ReviewError(
            Problem(
                where=path,
                what="not found",
                fix="Run `cdk synth` first, or pass a template.",
            )
        )
    stacks = list(bounded(_assembly(folder, environment="", root=folder), where=path))
    if not stacks:
        raise ReviewError(
            Problem(
                where=path,
                what="stacks not found in the cloud assembly",
                fix="Run `cdk synth` in an app that has one.",
            )
        )
    return stacks


def template_stack(text: str, *, file: str) -> StackSource:
    """Return the stack that a lone template describes."""
    return _of_template(parsed_template(text, where=file), text=text, file=file)


def _of_text(text: str, *, file: str, beside: NestedTemplates) -> Sequence[StackSource]:
    content = parsed_template(text, where=file)
    if is_terraform(content):
        return terraform_stacks(content, file=file)
    return list(_with_nested(_of_template(content, text=text, file=file), beside))


def _of_template(content: Any, *, text: str, file: str) -> StackSource:
    template = template_in(content, where=file)
    return StackSource(
        name=stem(file),
        path=stem(file),
        environment="",
        account=None,
        region=None,
        file=file,
        text=text,
        template=template,
        form="api" if template.get("Description") == REGISTERED else "cloudformation",
    )


def _assembly(
    folder: Path, *, environment: str, root: Path, above: Sequence[Path] = ()
) -> Iterator[StackSource]:
    require_outside(folder, above)
    manifest = _manifest(folder)
    artifacts = manifest.get("artifacts")
    if not isinstance(artifacts, Mapping):
        if isinstance(manifest.get("stacks"), Mapping):
            # What CDK for Terraform writes: a folder of Terraform's files for each stack.
            raise configuration_folder(displayed(folder))
        raise ReviewError(
            Problem(
                where=displayed(folder / "manifest.json"),
                what="artifacts not found in the manifest",
                fix="Run cdk synth again.",
            )
        )
    assets = _assets(folder, artifacts, root)
    for artifact_id, artifact in artifacts.items():
        if not isinstance(artifact, Mapping):
            continue
        if artifact.get("type") == _NESTED_ASSEMBLY:
            nested = file_inside(
                folder, artifact_id, properties_of(artifact).get("directoryName"), root
            )
            stage = str(artifact.get("displayName") or artifact_id.removeprefix("assembly-"))
            yield from _assembly(
                nested, environment=stage, root=root, above=[*above, folder.resolve()]
            )
        elif artifact.get("type") == _STACK:
            yield from _stack(folder, artifact_id, artifact, environment, root=root, assets=assets)


def _stack(
    folder: Path,
    artifact_id: str,
    artifact: Mapping[str, Any],
    environment: str,
    *,
    root: Path,
    assets: Mapping[str, str],
) -> Iterator[StackSource]:
    properties = properties_of(artifact)
    file = file_inside(folder, artifact_id, properties.get("templateFile"), root)
    account, region = environment_of(artifact)
    text = _text(file)
    stack = StackSource(
        name=str(properties.get("stackName", artifact_id)),
        path=str(artifact.get("displayName", artifact_id)),
        environment=environment,
        account=account,
        region=region,
        file=displayed(file),
        text=text,
        template=read_template(text, where=displayed(file)),
        form="cdk",
        source_lines=source_lines(_metadata(folder, artifact_id, artifact, root)),
    )
    yield from _with_nested(stack, _beside(folder, assets, root))


def _with_nested(
    stack: StackSource, nested: NestedTemplates, *, depth: int = 0
) -> Iterator[StackSource]:
    """Return a stack, which then knows what of it was not read, and the stacks within it."""
    inner = _inner(stack, nested) if depth < _DEEPEST else {}
    yield replace(stack, unread=unread_parts(stack.template, list(inner)))
    for one in inner.values():
        # What a local template names is beside it.
        here = nested if nested.folder is None else replace(nested, folder=Path(one.file).parent)
        yield from _with_nested(one, here, depth=depth + 1)


def _inner(parent: StackSource, nested: NestedTemplates) -> Mapping[str, StackSource]:
    found: dict[str, StackSource] = {}
    for logical_id, resource in parent.template["Resources"].items():
        kind = resource.get("Type") if isinstance(resource, Mapping) else None
        if kind not in (NESTED_STACK, STACK_SET):
            continue
        body = (resource.get("Properties") or {}).get("TemplateBody")
        file = nested.find(logical_id, resource)
        if file is None and not (kind == STACK_SET and isinstance(body, str)):
            continue
        shown = displayed(file) if file is not None else parent.file
        text = _text(file) if file is not None else str(body)
        where = shown if file is not None else f"{shown}, resource '{logical_id}'"
        found[logical_id] = StackSource(
            name=f"{parent.name}-{logical_id}",
            path=f"{parent.path}/{logical_id}",
            environment=parent.environment,
            # A stack set chooses accounts and regions of its own.
            account=parent.account if kind == NESTED_STACK else None,
            region=parent.region if kind == NESTED_STACK else None,
            file=shown,
            text=text if file is not None else "",
            template=read_template(text, where=where),
            form=parent.form,
            source_lines=parent.source_lines,
            parent=parent.path if kind == NESTED_STACK else None,
        )
    return found


def _beside(folder: Path, assets: Mapping[str, str], root: Path) -> NestedTemplates:
    return NestedTemplates(
        folder=folder,
        assets=assets,
        file_of=lambda place, artifact, named: file_inside(place, artifact, named, root),
    )


def _nowhere() -> NestedTemplates:
    return NestedTemplates(folder=None, assets={}, file_of=lambda place, _artifact, _named: place)


def _metadata(
    folder: Path, artifact_id: str, artifact: Mapping[str, Any], root: Path
) -> Mapping[str, Any]:
    """Return what CDK says of constructs, in the manifest or, in newer ones, in a file."""
    named = artifact.get("additionalMetadataFile")
    if not isinstance(named, str):
        return artifact.get("metadata") or {}
    file = file_inside(folder, artifact_id, named, root)
    content = read_json(_text(file), where=displayed(file), error=ReviewError)
    return content if isinstance(content, Mapping) else {}


def _assets(folder: Path, artifacts: Mapping[str, Any], root: Path) -> Mapping[str, str]:
    manifests = [
        file_inside(folder, artifact_id, properties_of(artifact).get("file"), root)
        for artifact_id, artifact in artifacts.items()
        if isinstance(artifact, Mapping) and artifact.get("type") == _ASSET_MANIFEST
    ]
    return asset_files(manifests)


def _manifest(folder: Path) -> Mapping[str, Any]:
    file = folder / "manifest.json"
    require_reachable(file, error=ReviewError)
    if not file.is_file():
        if any(folder.glob("*.tf")) or any(folder.glob("*.tf.json")):
            raise configuration_folder(displayed(folder))
        raise ReviewError(
            Problem(
                where=displayed(folder),
                what="manifest.json not found",
                fix="Run `cdk synth`, or pass the path of a template.",
            )
        )
    content = read_json(_text(file), where=displayed(file), error=ReviewError)
    return content if isinstance(content, Mapping) else {}


def _text(file: Path) -> str:
    return read_text(file, error=ReviewError)
