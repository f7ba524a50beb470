"""Finds the stacks in a cloud assembly, in a template or on standard input."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.field_limits import shown
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import displayed, read_standard_input, read_text
from cdk_ecs_xray.templates.template import read_template

STANDARD_INPUT = "-"
_STACK = "aws:cloudformation:stack"
NESTED_STACK = "AWS::CloudFormation::Stack"
_NESTED_ASSEMBLY = "cdk:cloud-assembly"
_ENVIRONMENT = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>.+)")


@dataclass(frozen=True, kw_only=True)
class StackSource:
    """One stack as it was found.

    :param name: its physical name.
    :param path: as ``cdk ls`` shows it, ``dev/orders``; the file's name for a lone template.
    :param environment: the Stage it belongs to; the empty text outside of any.
    :param account: 12 digits; None where the template leaves it open.
    :param region: None where the template leaves it open.
    :param file: of the template, as the user would write it.
    :param text: of the template.
    :param parent: path of the stack that it is nested in; None for one of its own.
    """

    name: str
    path: str
    environment: str
    account: str | None
    region: str | None
    file: str
    text: str
    template: Mapping[str, Any]
    parent: str | None = None

    def resources(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the properties of the resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties") or {}
            for logical_id, resource in (self.template.get("Resources") or {}).items()
            if isinstance(resource, Mapping) and resource.get("Type") == kind
        }


def read_stacks(path: str) -> Sequence[StackSource]:
    """Return every stack of a cloud assembly, or the one that a template describes.

    :param path: a folder that ``cdk synth`` wrote, a template, or ``-`` for standard input.
    :raises ReviewError: when there is nothing to review, with the command that makes something.
    """
    if path == STANDARD_INPUT:
        return [
            template_stack(read_standard_input(where="<stdin>", error=ReviewError), file="<stdin>")
        ]
    place = Path(path)
    if place.is_file() and place.name != "manifest.json":
        return [template_stack(_text(place), file=displayed(place))]
    folder = place.parent if place.is_file() else place
    if not folder.is_dir():
        raise ReviewError(
            Problem(
                where=path,
                what="not found",
                fix="Run `cdk synth` first, or pass a template.",
            )
        )
    stacks = list(_assembly(folder, environment="", root=folder))
    if not stacks:
        raise ReviewError(
            Problem(
                where=path,
                what="the cloud assembly must hold a stack",
                got="none",
                fix="Run cdk synth in an app that has one.",
            )
        )
    return stacks


def template_stack(text: str, *, file: str) -> StackSource:
    """Return the stack that a lone template describes."""
    name = re.split(r"\.(?:template|json|ya?ml)", Path(file).name)[0]
    return StackSource(
        name=name,
        path=name,
        environment="",
        account=None,
        region=None,
        file=file,
        text=text,
        template=read_template(text, where=file),
    )


def _assembly(folder: Path, *, environment: str, root: Path) -> Iterator[StackSource]:
    artifacts = _manifest(folder).get("artifacts")
    if not isinstance(artifacts, Mapping):
        raise ReviewError(
            Problem(
                where=displayed(folder / "manifest.json"),
                what="artifacts not found in the manifest",
                fix="Run cdk synth again.",
            )
        )
    for artifact_id, artifact in artifacts.items():
        if not isinstance(artifact, Mapping):
            continue
        if artifact.get("type") == _NESTED_ASSEMBLY:
            nested = _file_of(folder, artifact_id, _properties(artifact).get("directoryName"), root)
            stage = str(artifact.get("displayName") or artifact_id.removeprefix("assembly-"))
            yield from _assembly(nested, environment=stage, root=root)
        elif artifact.get("type") == _STACK:
            yield from _stack(folder, artifact_id, artifact, environment, root)


def _stack(
    folder: Path,
    artifact_id: str,
    artifact: Mapping[str, Any],
    environment: str,
    root: Path,
) -> Iterator[StackSource]:
    properties = _properties(artifact)
    file = _file_of(folder, artifact_id, properties.get("templateFile"), root)
    place = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
    text = _text(file)
    stack = StackSource(
        name=str(properties.get("stackName", artifact_id)),
        path=str(artifact.get("displayName", artifact_id)),
        environment=environment,
        account=_known(place, "account"),
        region=_known(place, "region"),
        file=displayed(file),
        text=text,
        template=read_template(text, where=displayed(file)),
    )
    yield stack
    yield from _nested(folder, stack, root)


def _nested(folder: Path, parent: StackSource, root: Path) -> Iterator[StackSource]:
    for logical_id, resource in parent.template["Resources"].items():
        if not isinstance(resource, Mapping) or resource.get("Type") != NESTED_STACK:
            continue
        asset = (resource.get("Metadata") or {}).get("aws:asset:path")
        if not isinstance(asset, str):
            continue
        file = _file_of(folder, logical_id, asset, root)
        if not file.is_file():
            continue
        text = _text(file)
        yield StackSource(
            name=f"{parent.name}-{logical_id}",
            path=f"{parent.path}/{logical_id}",
            environment=parent.environment,
            account=parent.account,
            region=parent.region,
            file=displayed(file),
            text=text,
            template=read_template(text, where=displayed(file)),
            parent=parent.path,
        )


def _manifest(folder: Path) -> Mapping[str, Any]:
    file = folder / "manifest.json"
    if not file.is_file():
        raise ReviewError(
            Problem(
                where=displayed(folder),
                what="manifest.json not found",
                fix="Run `cdk synth`, or pass the path of a template.",
            )
        )
    content = read_json(_text(file), where=displayed(file), error=ReviewError)
    return content if isinstance(content, Mapping) else {}


def _properties(artifact: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = artifact.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _file_of(folder: Path, artifact: str, named: object, root: Path) -> Path:
    """Return the path that a manifest names, which never leaves the assembly.

    An assembly comes with a pull request as often as from one's own ``cdk synth``; its paths must
    not make a review read, and show, the reviewer's own files.
    """
    try:
        path = folder / named if isinstance(named, str) else folder
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        # A loop of links, a name that is too long or has a zero byte in it.
        inside = False
    if isinstance(named, str) and inside and path.resolve() != folder.resolve():
        return path
    raise ReviewError(
        Problem(
            where=f"{displayed(folder / 'manifest.json')}, '{artifact}'",
            what="a path must be one inside the assembly",
            got=shown(named),
            fix="Run cdk synth again.",
        )
    )


def _text(file: Path) -> str:
    return read_text(file, error=ReviewError)


def _known(place: re.Match[str] | None, part: str) -> str | None:
    # CDK writes unknown-account and unknown-region where the deploying user decides.
    value = None if place is None else place[part]
    return None if value is None or value.startswith("unknown-") else value
