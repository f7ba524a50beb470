"""Writes values the way a file writes its own: indentation, line breaks, brackets. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cdk_ecs_xray.inject.document import Document
from cdk_ecs_xray.inject.placeholders import is_open
from cdk_ecs_xray.inject.tree import Node
from cdk_ecs_xray.printable import visible_json

_QUOTED_KEY = re.compile(r'"[A-Za-z]\w*"\s*:')
# All that may be before a value that has a line to itself.
_KEY_ONLY = re.compile(r'[ \t]*(?:"[^"]*"[ \t]*:[ \t]*)?')


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How one file is laid out.

    :param newline: its line break.
    :param indent: one level of it.
    :param colon: what is between a key and its value in JSON.
    :param indented_lists: whether YAML's dashes are deeper than the key above them.
    :param plain: whether brackets hold words without quotes, as YAML has them.
    """

    text: str
    newline: str
    indent: str
    colon: str
    indented_lists: bool
    plain: bool = False

    @classmethod
    def of(cls, document: Document) -> Layout:
        """Return the layout of a file, or what is usual where it shows none."""
        text = document.text
        quoted = _QUOTED_KEY.search(text) is not None
        spaced = re.search(r'":\s', text) is not None
        return cls(
            text=text,
            newline="\r\n" if "\r\n" in text else "\n",
            indent=_usual_indent(text),
            colon=": " if spaced or not quoted else ":",
            indented_lists=any(_indented_lists(document)),
            plain=document.format == "yaml" and not quoted,
        )

    def filled(self, value: Any, node: Node) -> str:
        """Return what takes the place of an empty list or mapping, in brackets."""
        line = self.text[self._line_start(node.start) : node.start]
        if self._line_start(node.start) > 0 and _KEY_ONLY.fullmatch(line) is not None:
            return self._pretty(value, self._indent_at(node.start))
        return self._compact(value)

    def in_place_of(self, value: Mapping[str, Any], node: Node) -> str:
        """Return what takes the place of another mapping."""
        if node.flow:
            return self._like(value, node)
        return self._block([dict(value)], self._column(node.start)).lstrip("\r\n ")

    def below(self, value: Any, key_start: int) -> str:
        """Return lines of YAML for a key that has its value below it."""
        column = self._column(key_start)
        if isinstance(value, list) and not self.indented_lists:
            return self._block([value], column)
        return self._block([value], column + len(self.indent))

    def flow_items(self, items: Sequence[Any], node: Node) -> str:
        """Return what is behind the last item of a list in brackets."""
        last = node.items[-1]
        return "".join(
            self._separator([item.start for item in node.items], node.items[-2:])
            + self._like(item, last)
            for item in items
        )

    def flow_entries(self, entries: Mapping[str, Any], node: Node) -> str:
        """Return what is behind the last key of a mapping in braces."""
        starts = [entry.start for entry in node.entries]
        separator = self._separator(starts, [entry.node for entry in node.entries[-2:]])
        own_line = self._own_line(starts[-1])
        written = []
        for key, value in entries.items():
            text = self._compact(value)
            if own_line:
                text = self._pretty(value, self._indent_at(starts[-1]))
            name = key if self.plain else json.dumps(key)
            written.append(f"{separator}{name}{self.colon}{text}")
        return "".join(written)

    def block_items(self, items: Sequence[Any], node: Node) -> str:
        """Return lines for the end of a YAML list."""
        return self._block([list(items)], self._column(node.start))

    def block_entries(self, entries: Mapping[str, Any], node: Node) -> str:
        """Return lines for the end of a YAML mapping."""
        return self._block([dict(entries)], self._column(node.start))

    def _block(self, values: Sequence[Any], column: int) -> str:
        lines = [
            line
            for value in values
            for line in yaml.dump(
                value,
                Dumper=_IndentedDumper if self.indented_lists else _Dumper,
                sort_keys=False,
                allow_unicode=_is_visible(value),
                width=10_000,
            ).splitlines()
        ]
        return "".join(self.newline + (" " * column + line if line else line) for line in lines)

    def _like(self, value: Any, sibling: Node) -> str:
        """Write a value the way the one before it is written."""
        written = self.text[sibling.start : sibling.end]
        if "\n" in written:
            return self._pretty(value, self._indent_at(sibling.end))
        if self._own_line(sibling.start) and (sibling.kind == "scalar" or _is_large(value)):
            return self._pretty(value, self._indent_at(sibling.start))
        padding = " " if sibling.kind != "scalar" and written[1:2] == " " else ""
        compact = self._compact(value)
        return compact[0] + padding + compact[1:-1] + padding + compact[-1]

    def _separator(self, starts: Sequence[int], last_two: Sequence[Node]) -> str:
        if self._own_line(starts[-1]):
            return "," + self.newline + self._indent_at(starts[-1])
        if len(starts) > 1:
            between = self.text[last_two[0].end : starts[-1]]
            return between if between.strip() == "," else ", "
        return ", " if self.colon == ": " else ","

    def _compact(self, value: Any) -> str:
        if self.plain:
            return yaml.dump(
                [value],
                Dumper=_Dumper,
                sort_keys=False,
                allow_unicode=_is_visible(value),
                width=10_000_000,
                default_flow_style=True,
            ).strip()[1:-1]
        comma = ", " if self.colon == ": " else ","
        return visible_json(json.dumps(value, separators=(comma, self.colon), ensure_ascii=False))

    def _pretty(self, value: Any, base: str) -> str:
        written = visible_json(
            json.dumps(value, indent=self.indent, separators=(",", self.colon), ensure_ascii=False)
        )
        return written.replace("\n", self.newline + base)

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _column(self, position: int) -> int:
        return position - self._line_start(position)

    def _own_line(self, position: int) -> bool:
        start = self._line_start(position)
        return start > 0 and not self.text[start:position].strip()

    def _indent_at(self, position: int) -> str:
        line = self.text[self._line_start(position) :]
        return line[: len(line) - len(line.lstrip(" \t"))]


class _Dumper(yaml.SafeDumper):
    """Writes texts so that they stay texts, placeholders and line breaks included."""


class _IndentedDumper(_Dumper):
    """The same, with dashes deeper than their key."""

    def increase_indent(  # PyYAML's own signature
        self,
        flow: bool = False,  # noqa: FBT001, FBT002
        indentless: bool = False,  # noqa: FBT001, FBT002, ARG002
    ) -> None:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else '"' if is_open(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
_IndentedDumper.add_representer(str, _text)


def _is_visible(value: Any) -> bool:
    return json.dumps(value, ensure_ascii=False).isprintable()


def _usual_indent(text: str) -> str:
    """Return the step by which lines go deeper most often, in what most lines are indented with."""
    steps: Counter[str] = Counter()
    tabs, spaces = (len(re.findall(rf"^{one}", text, re.MULTILINE)) for one in ("\t", " "))
    usual = "\t" if tabs > spaces else " "
    before = ""
    for line in text.splitlines():
        bare = line.lstrip(" \t")
        if not bare or bare.startswith("#"):
            continue
        indent = line[: len(line) - len(bare)]
        if indent.startswith(before) and indent != before:
            step = indent.removeprefix(before)
            steps[step] += step.strip(usual) == ""
        before = indent
    return steps.most_common(1)[0][0] if steps else "  "


def _is_large(value: Any) -> bool:
    return isinstance(value, Mapping) and any(
        isinstance(inner, Mapping | list) for inner in value.values()
    )


def _indented_lists(document: Document) -> Iterator[bool]:
    if document.format == "json":
        return
    pending = [document.root]
    while pending:
        node = pending.pop()
        for entry in node.entries:
            pending.append(entry.node)
            if entry.node.kind == "sequence" and not entry.node.flow:
                text = document.text
                key_line = text.rfind("\n", 0, entry.start) + 1
                dash_line = text.rfind("\n", 0, entry.node.start) + 1
                yield entry.node.start - dash_line > entry.start - key_line
        pending += node.items
