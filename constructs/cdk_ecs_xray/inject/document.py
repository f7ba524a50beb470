"""A JSON or YAML file as values that know their place in the text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import yaml

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.bounds import require_bounded, too_deep
from cdk_ecs_xray.files.foreign_format import format_of_text
from cdk_ecs_xray.files.plain_data import not_yaml, read_json, require_short
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader
from cdk_ecs_xray.inject.any_case import in_api_keys
from cdk_ecs_xray.inject.placeholders import (
    block_in,
    digits_for_unquoted,
    protect,
    restore,
)
from cdk_ecs_xray.inject.shape_check import not_a_task_definition
from cdk_ecs_xray.inject.tree import Format, Node, TreeBuilder


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed file: its text, verbatim, and the tree of its values."""

    where: str
    format: Format
    text: str
    root: Node


# Whoever edits a file reads what it was and what it has become, and proves the way back: the two
# texts by turns. A document never changes.
@lru_cache(maxsize=2)
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
                what="a task definition is required, and the file is empty",
                fix="Write what aws ecs register-task-definition takes.",
            )
        )
    # JSON too is read with the places of its values, as YAML.
    require_short(text, where=where)
    try:
        return _parsed(text, where=where, with_quotes=False)
    except ConfigurationError:
        try:
            return _parsed(text, where=where, with_quotes=True)
        except ConfigurationError:
            # What it is instead says more than the character where the parser gave up.
            problem = _instead(text, where)
        if problem is None:
            raise
        raise ConfigurationError(problem) from None


def fragment(document: Document, path: Sequence[str | int], text: str) -> Any:
    """Return what a text means where it takes the place of a value of a document.

    :raises ConfigurationError: as :func:`parse` does.
    """
    node = document.root.at(path)
    if node is None:
        raise LookupError(path)
    # A block of YAML is read by how deep its first line is.
    column = 0 if node.flow else node.start - (document.text.rfind("\n", 0, node.start) + 1)
    where = f"{document.where}.{document.format}"
    return parse(" " * column + text, where=where).root.plain


def _instead(text: str, where: str) -> Problem | None:
    foreign = format_of_text(text)
    if foreign is not None:
        return not_a_task_definition(foreign, where=where)
    block = block_in(text)
    if block is None:
        return None
    return Problem(
        where=where,
        what="the file must be data, with placeholders for single values",
        got=f"a template with blocks such as '{block[:60]}'",
        fix="Render the template first and run inject on the result.",
    )


def _parsed(text: str, *, where: str, with_quotes: bool) -> Document:
    kind = _format_of(text, where)
    protected = protect(text, where=where, with_quotes=with_quotes)
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
    root = TreeBuilder(protected, kind, where).node(composed)
    require_bounded(root.plain, where=where)
    root = in_api_keys(root, where=where)
    return Document(where=where, format=kind, text=text, root=root)


def _format_of(text: str, where: str) -> Format:
    suffix = PurePath(where).suffix.lower()
    if suffix in (".yaml", ".yml"):
        return "yaml"
    if suffix == ".json" or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return "json"
    return "yaml"


def _require_json(protected: str, where: str) -> None:
    read_json(digits_for_unquoted(protected).removeprefix("\ufeff"), where=where)


class _Alias(yaml.composer.ComposerError):
    """The file has an alias."""


class _NoAliasLoader(Yaml12Loader):
    """Refuses what is in two places of a file at once: an edit would change both."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _Alias(problem=f"*{event.anchor}", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


def _compose(protected: str, where: str) -> yaml.Node | None:
    try:
        return _NoAliasLoader(protected).bounded_node()
    except _Alias as alias:
        problem = not_yaml(alias, where=where)
        what, fix = "the file must be without YAML aliases", "Write out what the anchor holds."
        raise ConfigurationError(replace(problem, what=what, got=alias.problem, fix=fix)) from None
    except yaml.YAMLError as invalid:
        problem = not_yaml(invalid, where=where)
        raise ConfigurationError(replace(problem, got=restore(str(problem.got)))) from None
    except RecursionError:
        raise ConfigurationError(too_deep(where)) from None
