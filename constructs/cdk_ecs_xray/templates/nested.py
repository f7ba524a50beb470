"""Finds the templates that a template names: nested stacks, stack sets, assets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import ReviewError
from cdk_ecs_xray.files.plain_data import read_json
from cdk_ecs_xray.files.text_file import displayed, read_text

NESTED_STACK = "AWS::CloudFormation::Stack"
STACK_SET = "AWS::CloudFormation::StackSet"


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A part of a template that may hold task definitions and that nobody read.

    :param logical_id: of the resource; empty for the template as a whole.
    :param got: what it is.
    :param fix: how to have it read.
    """

    logical_id: str
    got: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class NestedTemplates:
    """Where a stack's nested templates are.

    :param folder: that paths are relative to; None where there is none, as on standard input.
    :param assets: files by the key that they are uploaded under.
    :param file_of: returns a path inside what is reviewed; raises for any other.
    """

    folder: Path | None
    assets: Mapping[str, str]
    file_of: Callable[[Path, str, object], Path]

    def find(self, logical_id: str, resource: Mapping[str, Any]) -> Path | None:
        """Return the file of a nested stack's or stack set's template; None where it is not."""
        if self.folder is None:
            return None
        for named in self._named(resource):
            try:
                file = self.file_of(self.folder, logical_id, named)
            except ReviewError:
                if named == (resource.get("Metadata") or {}).get("aws:asset:path"):
                    raise
                continue
            if file.is_file():
                return file
        return None

    def _named(self, resource: Mapping[str, Any]) -> Sequence[str]:
        asset = (resource.get("Metadata") or {}).get("aws:asset:path")
        url = spelled_url(resource)
        key = url.rpartition("/")[2]
        names = [asset, self.assets.get(key), None if "://" in url else url.removeprefix("./")]
        return [name for name in names if isinstance(name, str) and name]


def spelled_url(resource: Mapping[str, Any]) -> str:
    """Return what is spelled out of a TemplateURL; its last part is the key of the object."""
    url = (resource.get("Properties") or {}).get("TemplateURL", "")
    if isinstance(url, Mapping):
        url = next(iter(url.values()), "")
    while isinstance(url, list):
        url = url[-1] if url and not isinstance(url[0], str) else _joined(url)
    return url if isinstance(url, str) else ""


def _joined(argument: Sequence[Any]) -> object:
    """Return the text of ``Fn::Join``'s or ``Fn::Sub``'s argument, what is open left out."""
    if len(argument) > 1 and isinstance(argument[1], list):
        separator = argument[0] if isinstance(argument[0], str) else ""
        return separator.join(part if isinstance(part, str) else "${}" for part in argument[1])
    return argument[0] if argument else ""


def asset_files(manifests: Sequence[Path]) -> Mapping[str, str]:
    """Return the files that asset manifests publish, by the key of the object they become."""
    found: dict[str, str] = {}
    for manifest in manifests:
        if not manifest.is_file():
            continue
        content = read_json(
            read_text(manifest, error=ReviewError), where=displayed(manifest), error=ReviewError
        )
        files = content.get("files") if isinstance(content, Mapping) else None
        for asset in (files if isinstance(files, Mapping) else {}).values():
            path = _at(asset, "source", "path")
            destinations = _at(asset, "destinations")
            for destination in (destinations if isinstance(destinations, Mapping) else {}).values():
                key = _at(destination, "objectKey")
                if isinstance(path, str) and isinstance(key, str):
                    found[key.rpartition("/")[2]] = path
    return found


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
