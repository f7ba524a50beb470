"""Reads a document that holds sampling rules, whoever wrote it, before it is known what it is.

JSON is read first where a file looks like it, with the comments and tabs that people and editors
put in; everything else is YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import Problem, SamplingRuleError
from cdk_ecs_xray.files.model_file import read_mapping
from cdk_ecs_xray.files.plain_data import require_bounded
from cdk_ecs_xray.files.text_file import displayed, read_text

# A text in quotes, which may hold what looks like a comment, or a comment.
_TEXT_OR_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_CLOUDFORMATION = re.compile(r"(?m)^\s*[\"']?Type[\"']?\s*:\s*[\"']?AWS::|AWSTemplateFormatVersion")
_HCL = re.compile(
    r"(?m)^\s*(?:resource|module|variable|provider|locals|terraform|data)\b[^:=\n]*\{"
)
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
        return content
    if is_template(text):
        raise _elsewhere(where, "a CloudFormation template")
    if is_hcl(text):
        raise _elsewhere(where, "Terraform")
    return read_mapping(path, error=SamplingRuleError, first_key="rules")


def is_template(text: str) -> bool:
    """Tell whether a text is a CloudFormation template, by its resources' types."""
    return _CLOUDFORMATION.search(text) is not None


def is_hcl(text: str) -> bool:
    """Tell whether a text is in Terraform's own language, by its blocks."""
    return _HCL.search(text) is not None


def terraform_kind(content: Mapping[str, Any]) -> str | None:
    """Return what a JSON document of Terraform is, or None for another one."""
    if "planned_values" in content or "resource_changes" in content:
        return "a Terraform plan"
    if "format_version" in content and "values" in content:
        return "a Terraform state"
    if "lineage" in content and "resources" in content:
        return "a Terraform state file"
    return None


def _refuse_others(content: Mapping[str, Any] | Sequence[Any], where: str) -> None:
    if not isinstance(content, Mapping):
        return
    kind = terraform_kind(content)
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
    bare = _TEXT_OR_COMMENT.sub(lambda found: found.group(1) or " ", text)
    if not bare.lstrip().startswith(("{", "[")):
        return None
    try:
        content = json.loads(bare, object_pairs_hook=_once, parse_constant=_refuse)
        # Half of a surrogate pair is no text; the reader of YAML says where it is.
        json.dumps(content, ensure_ascii=False).encode()
    except _TwiceError as twice:
        raise SamplingRuleError(
            Problem(
                where=where,
                what="a key must be there once",
                got=f"a second '{twice}'",
                fix="Remove one of them.",
            )
        ) from None
    except (ValueError, RecursionError):
        return None
    require_bounded(content, where=where, error=SamplingRuleError)
    return content if isinstance(content, Mapping | list) else None


class _TwiceError(Exception):
    """A key of a mapping that is there twice."""


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise _TwiceError(key)
        mapping[key] = value
    return mapping


def _refuse(name: str) -> Any:
    raise ValueError(name)
