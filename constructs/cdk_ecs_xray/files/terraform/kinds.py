"""Says which of Terraform's and OpenTofu's JSON documents one is. Pure.

Sources: "JSON Output Format" in the documentation of either; a state file, version 4, has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.field_limits import kind_of

STATE_FILE_VERSION = 4
_FORMAT = re.compile(r"[01]\.[0-9]{1,9}")
# What `terraform show -json` prints of an empty state, and nothing else does.
_EMPTY_STATE = frozenset({"format_version", "terraform_version", "values", "checks"})
_LONGEST_SHOWN = 40


class TerraformKind(StrEnum):
    """What a document is; the value is how messages call it."""

    PLAN = "a Terraform plan"
    STATE = "a Terraform state"
    STATE_FILE = "a Terraform state file"


def terraform_kind(content: object) -> TerraformKind | None:
    """Return what a JSON document of Terraform is; None for another one."""
    if not isinstance(content, Mapping):
        return None
    if "planned_values" in content or "resource_changes" in content:
        return TerraformKind.PLAN
    if "format_version" in content and ("values" in content or content.keys() <= _EMPTY_STATE):
        return TerraformKind.STATE
    is_file = "lineage" in content and ("serial" in content or "resources" in content)
    return TerraformKind.STATE_FILE if is_file else None


def version_problem(content: Mapping[str, Any], *, where: str) -> Problem | None:
    """Return why a document is of a version that nobody can read; None where it can be."""
    kind = terraform_kind(content)
    if kind is TerraformKind.STATE_FILE:
        key, right, fits = "version", "4", content.get("version") == STATE_FILE_VERSION
    else:
        version = content.get("format_version")
        key, right = "format_version", "0.x or 1.x"
        fits = isinstance(version, str) and _FORMAT.fullmatch(version) is not None
    if fits:
        return None
    got = content.get(key)
    return Problem(
        where=where,
        what=f"{key} of {kind} must be {right}",
        got=f"'{got[:_LONGEST_SHOWN]}'" if isinstance(got, str) else kind_of(got),
        fix="Write it anew with: terraform show -json PLAN > plan.json",
    )
