"""Reads a document that holds sampling rules, whoever wrote it, before it is known what it is.

JSON is read first where a file looks like it, with the comments and tabs that people and editors
put in; everything else is YAML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import Problem, SamplingRuleError
from cdk_ecs_xray.files.model_file import read_mapping
from cdk_ecs_xray.files.plain_data import read_data
from cdk_ecs_xray.files.terraform.kinds import terraform_kind
from cdk_ecs_xray.files.text_file import displayed, read_text

# What begins a text in quotes or a comment.
_BEGIN = re.compile(r'"|//|/\*')
_CLOUDFORMATION = re.compile(
    r"(?m)^[ \t]*[\"']?Type[\"']?\s*:\s*[\"']?AWS::|AWSTemplateFormatVersion"
)
_HCL = re.compile(
    r"(?m)^[ \t]*(?:resource|module|variable|provider|locals|terraform|data)\b[^:=\n]*\{"
)
# Forty times X-Ray's quota, which is reported with every rule that is beyond it.
_MOST_RULES = 1_000
_IMPORT = "Run: ecs-xray rules import {where} -o sampling/rules.yaml."


def read_document(path: str | Path) -> Mapping[str, Any] | Sequence[Any]:
    """Return the mapping, or the list of rules, that a file holds, unchecked.

    :raises SamplingRuleError: when it holds neither, or what ``rules import`` is for.
    """
    where = displayed(path)
    text = read_text(path, error=SamplingRuleError)
    content = _json(text, where)
    if content is not None:
        _refuse_others(content, where)
        _require_few(content, where)
        return content
    if is_template(text):
        raise _elsewhere(where, "a CloudFormation template")
    if is_hcl(text):
        raise _elsewhere(where, "Terraform")
    content = read_mapping(path, error=SamplingRuleError, first_key="rules")
    _require_few(content, where)
    return content


def _require_few(content: Mapping[str, Any] | Sequence[Any], where: str) -> None:
    lists = content.values() if isinstance(content, Mapping) else [content]
    most = max((len(entries) for entries in lists if isinstance(entries, list)), default=0)
    if most > _MOST_RULES:
        raise SamplingRuleError(
            Problem(
                where=where,
                what=f"the file must hold at most {_MOST_RULES:,} rules",
                got=f"{most:,}",
                fix="Check that it is the right file.",
            )
        )


def is_template(text: str) -> bool:
    """Tell whether a text is a CloudFormation template, by its resources' types."""
    return _CLOUDFORMATION.search(text) is not None


def is_hcl(text: str) -> bool:
    """Tell whether a text is in Terraform's own language, by its blocks."""
    return _HCL.search(text) is not None


def _refuse_others(content: Mapping[str, Any] | Sequence[Any], where: str) -> None:
    if not isinstance(content, Mapping):
        return
    kind: str | None = terraform_kind(content)
    if kind is None and isinstance(content.get("Resources"), Mapping):
        kind = "a CloudFormation template"
    if kind is not None:
        raise _elsewhere(where, kind)
    if "SamplingRuleUpdate" in content:
        raise SamplingRuleError(
            Problem(
                where=where,
                what="the file must hold whole rules",
                got="the input of update-sampling-rule, which leaves out what stays",
                fix="Save the rules with: aws xray get-sampling-rules",
            )
        )


def _elsewhere(where: str, kind: str) -> SamplingRuleError:
    return SamplingRuleError(
        Problem(
            where=where,
            what="the file must hold sampling rules",
            got=kind,
            fix=_IMPORT.format(where=where),
        )
    )


def _json(text: str, where: str) -> Mapping[str, Any] | Sequence[Any] | None:
    bare = _without_comments(text)
    if not bare.lstrip().startswith(("{", "[")):
        return None
    content = read_data(bare, where=where, error=SamplingRuleError)
    return content if isinstance(content, Mapping | list) else None


def _without_comments(text: str) -> str:
    if "//" not in text and "/*" not in text:
        return text
    # By hand, as an expression for texts either takes hours for what is never closed, or memory for
    # each backslash.
    parts, at = [], 0
    while (found := _BEGIN.search(text, at)) is not None:
        begin = found.start()
        if found[0] == '"':
            end = _end_of_text(text, begin + 1)
            parts.append(text[at:end])
        elif found[0] == "//":
            place = text.find("\n", begin)
            # Lines stay lines, for the place of a mistake behind them.
            end = len(text) if place < 0 else place
            parts.append(f"{text[at:begin]} ")
        else:
            place = text.find("*/", begin + 2)
            if place < 0:
                break
            end = place + 2
            parts.append(f"{text[at:begin]} ")
        at = end
    return "".join([*parts, text[at:]])


def _end_of_text(text: str, begin: int) -> int:
    """Return where a text in quotes ends: behind a quotation mark that is not escaped."""
    at = begin
    while (quote := text.find('"', at)) >= 0:
        first = quote
        while first > begin and text[first - 1] == "\\":
            first -= 1
        at = quote + 1
        if (quote - first) % 2 == 0:
            return at
    return len(text)
