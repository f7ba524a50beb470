"""CloudFormation's resource schemas, from the data of cfn-lint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PROPERTIES = "/properties/"


@dataclass(frozen=True)
class Schema:
    """One type's schema.

    :param document: as CloudFormation publishes it, with cfn-lint's corrections.
    """

    kind: str
    document: Mapping[str, Any]

    @cached_property
    def identifier(self) -> Sequence[str]:
        """The properties that identify a resource, in their order."""
        return [_dotted(path) for path in self.document.get("primaryIdentifier", ())]

    @cached_property
    def read_only(self) -> Sequence[str]:
        """What ``Fn::GetAtt`` gives beyond what the template sets; a dot leads into a mapping."""
        paths = self.document.get("readOnlyProperties") or ()
        return [_dotted(path) for path in paths if "*" not in path]

    @cached_property
    def create_only(self) -> Sequence[str]:
        """The properties whose change replaces the resource."""
        return [_dotted(path) for path in self.document.get("createOnlyProperties") or ()]

    @cached_property
    def readable(self) -> frozenset[str]:
        """The properties that AWS gives back; one that holds a secret it does not."""
        written = {_dotted(path) for path in self.document.get("writeOnlyProperties") or ()}
        return frozenset(self.document.get("properties") or ()) - written

    @property
    def tags(self) -> tuple[str, str] | None:
        """The property with the tags, and whether it is a ``list`` or a ``map``; None without."""
        path = (self.document.get("tagging") or {}).get("tagProperty")
        if path is None:
            return None
        name = _dotted(path)
        of_type = self.resolve((self.document.get("properties") or {}).get(name) or {}).get("type")
        return name, "map" if of_type == "object" else "list"

    def resolve(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow ``$ref`` to what it refers to."""
        seen = set()
        while "$ref" in part and part["$ref"] not in seen:
            seen.add(part["$ref"])
            found: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found.get(step, {})
            part = found
        return part

    def at(self, dotted: str) -> Mapping[str, Any]:
        """The schema of a property, empty where there is none."""
        part: Mapping[str, Any] = self.document
        for step in dotted.split("."):
            part = self.resolve((part.get("properties") or {}).get(step) or {})
        return part


@cache
def schema_of(kind: str) -> Schema | None:
    """The schema of a type; None where cfn-lint has none."""
    folder = _folder()
    file = _files().get(kind)
    if folder is None or file is None:
        return None
    document = json.loads((folder / "resources" / f"{file}.json").read_text(encoding="utf-8"))
    return Schema(kind, document)


@cache
def _files() -> Mapping[str, str]:
    """The file of each type, of whatever region has it."""
    found: dict[str, str] = {}
    for region in _regions():
        for kind, file in json.loads(region.read_text(encoding="utf-8")).items():
            found.setdefault(kind, file)
    return found


def _regions() -> Iterator[Path]:
    folder = _folder()
    if folder is None:
        return
    # The region that has nearly all types is the one whose schemas count.
    first = folder / "providers" / "us-east-1.json"
    yield first
    yield from (path for path in sorted(first.parent.glob("*.json")) if path != first)


@cache
def _folder() -> Path | None:
    found = find_spec("cfnlint")
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "data" / "schemas"
    return folder if (folder / "providers" / "us-east-1.json").is_file() else None


def _dotted(path: str) -> str:
    return path.removeprefix(_PROPERTIES).replace("/", ".")
