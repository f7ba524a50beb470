"""A JSON or YAML file as values that know their place in the text. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import yaml

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader
from cdk_ecs_xray.inject.placeholders import (
    digits_for_unquoted,
    protect,
    restore,
)
from cdk_ecs_xray.inject.tree import Format, Node, TreeBuilder


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file: its text, verbatim, and the tree of its values."""

    where: str
    format: Format
    text: str
    root: Node


def parse(text: str, *, where: str) -> Document:
    """Return a JSON or YAML text as a document.

    :param where: what errors name; a name that ends in ``.yaml`` or ``.yml`` is read as YAML,
        in ``.json`` as JSON, and anything else as what it looks like.
    :raises ConfigurationError: for a text that is neither, or that cannot be edited safely.
    """
    if not text.strip():
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must hold a task definition",
                got="nothing",
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
    kind = _format_of(text, where)
    protected = protect(text, where=where)
    if kind == "json":
        _require_json(protected, where)
        # Tabs between JSON's tokens are legal; inside a string they are not, so none is lost.
        composed = _compose(protected.replace("\t", " "), where)
    else:
        composed = _compose(protected, where)
    if composed is None:
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must hold a task definition",
                got="only comments",
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
    return Document(
        where=where, format=kind, text=text, root=TreeBuilder(protected, kind, where).node(composed)
    )


def _format_of(text: str, where: str) -> Format:
    suffix = PurePath(where).suffix.lower()
    if suffix in (".yaml", ".yml"):
        return "yaml"
    if suffix == ".json" or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return "json"
    return "yaml"


def _require_json(protected: str, where: str) -> None:
    try:
        json.loads(
            digits_for_unquoted(protected).removeprefix("\ufeff"), parse_constant=_no_constant
        )
    except json.JSONDecodeError as invalid:
        raise ConfigurationError(
            Problem(
                where=f"{where}, line {invalid.lineno}, column {invalid.colno}",
                what="the file must be valid JSON",
                got=f"'{invalid.msg}'",
                fix="Placeholders are written ${NAME}, in quotes where text stands.",
            )
        ) from None
    except ValueError as invalid:
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must be valid JSON",
                got=f"'{invalid}'",
                fix="Write a number that ECS takes.",
            )
        ) from None
    except RecursionError:
        raise _too_deep(where) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _too_deep(where: str) -> ConfigurationError:
    return ConfigurationError(
        Problem(
            where=where,
            what="the file must be nested less deeply",
            got="more levels than can be read",
            fix="Flatten it.",
        )
    )


class _NoAliasLoader(Yaml12Loader):
    """Refuses what stands in two places of a file at once: an edit would change both."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                problem=f"the alias *{event.anchor}, which cannot be edited safely",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def _compose(protected: str, where: str) -> yaml.Node | None:
    try:
        return yaml.compose(protected, _NoAliasLoader)
    except yaml.MarkedYAMLError as invalid:
        mark = invalid.problem_mark
        place = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        raise ConfigurationError(
            Problem(
                where=f"{where}{place}",
                what="the file must be plain YAML or JSON",
                got=f"'{restore(str(invalid.problem))}'",
                fix="Check it there.",
            )
        ) from None
    except RecursionError:
        raise _too_deep(where) from None
    except yaml.YAMLError as invalid:
        raise ConfigurationError(
            Problem(
                where=where,
                what="the file must be text",
                got=f"'{str(invalid).splitlines()[0]}'",
                fix="Remove what is none.",
            )
        ) from None
