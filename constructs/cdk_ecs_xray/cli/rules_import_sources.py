"""Reads sampling rules from where they are: an account, a template, Terraform, or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.errors import SamplingRuleError
from cdk_ecs_xray.files.hcl_text import read_hcl
from cdk_ecs_xray.files.plain_data import json_or_none
from cdk_ecs_xray.files.terraform.kinds import terraform_kind
from cdk_ecs_xray.files.text_file import displayed, read_text, require_reachable
from cdk_ecs_xray.sampling.documents import is_hcl, is_template
from cdk_ecs_xray.sampling.findings import SamplingFinding, errors_in
from cdk_ecs_xray.sampling.importing import (
    GROUP_TYPE,
    RULE_TYPE,
    from_resources,
    imported_rules,
    terraform_resources,
)
from cdk_ecs_xray.sampling.reading import inspect_rules
from cdk_ecs_xray.sampling.rule_set import SamplingRuleSet
from cdk_ecs_xray.unknown import Unknown

ACCOUNT = "account"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """Rules from elsewhere.

    :param label: what they are from.
    :param findings: what was left out of them.
    """

    label: str
    rules: SamplingRuleSet
    findings: Sequence[SamplingFinding] = ()


def read_source(
    source: str, *, profile: str | None, region: str | None, processes: int
) -> Imported:
    """Return the rules of a source.

    :param processes: that read an SDK's local rules.
    :raises EcsXRayError: for a source that can't be read, with everything that is wrong.
    """
    if source == ACCOUNT:
        return _from_account(profile, region)
    require_reachable(source, error=SamplingRuleError)
    path = Path(source)
    where = displayed(path)
    if path.is_dir():
        files = sorted(path.glob("*.tf"))
        return _from_hcl(files, where) if files else _from_templates(source, where)
    text = read_text(path, error=SamplingRuleError)
    document = _json(text)
    kind = terraform_kind(document)
    if kind is not None:
        rules, findings = from_resources(list(terraform_resources(document)), where=where)
        return Imported(label=f"{kind}, {where}", rules=rules, findings=findings)
    if is_template(text) or isinstance(document.get("Resources"), Mapping):
        return _from_templates(source, where)
    if path.suffix == ".tf" or is_hcl(text):
        return _from_hcl([path], where)
    return _from_rules_file(path, processes)


def _from_rules_file(path: Path, processes: int) -> Imported:
    reading = inspect_rules(path, SamplingRuleSet)
    if reading.rules is None:
        raise SamplingRuleError(*(finding.problem for finding in errors_in(reading.findings)))
    rules = reading.rules
    label = reading.where
    if reading.per_process:
        rules = _for_all_processes(rules, processes)
        label = f"the local rules in {reading.where}, for {processes} of their processes"
    return Imported(label=label, rules=rules, findings=reading.findings)


def _for_all_processes(rules: SamplingRuleSet, processes: int) -> SamplingRuleSet:
    """Make reservoirs of all processes from those of each."""

    def shared(entry: Any) -> Any:
        size = entry.reservoir_size * processes
        return entry.model_copy(update={"reservoir_size": size})

    return rules.model_copy(
        update={
            "rules": tuple(shared(rule) for rule in rules.rules),
            "default": shared(rules.default),
        }
    )


def _from_templates(source: str, where: str) -> Imported:
    from cdk_ecs_xray.templates.assembly import read_stacks
    from cdk_ecs_xray.templates.reading import read_model

    stacks = read_model(read_stacks(source))
    resources = [
        (kind, resource.logical_id, resource.properties)
        for stack in stacks
        for kind in (RULE_TYPE, GROUP_TYPE)
        for resource in stack.of_type(kind)
    ]
    rules, findings = from_resources(resources, where=where)
    return Imported(label=f"CloudFormation, {where}", rules=rules, findings=findings)


def _from_hcl(files: Sequence[Path], where: str) -> Imported:
    document = {"resource_changes": [change for file in files for change in _hcl_changes(file)]}
    rules, findings = from_resources(list(terraform_resources(document)), where=where)
    return Imported(label=f"Terraform, {where}", rules=rules, findings=findings)


def _hcl_changes(file: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of a file as a plan has them; expressions are unknown."""
    for block in _hcl(file).get("resource", []):
        for quoted_kind, named in block.items():
            kind = _unquoted(quoted_kind)
            if not isinstance(named, Mapping) or not str(kind).startswith("aws_xray_"):
                continue
            for quoted_name, values in named.items():
                address = f"{kind}.{_unquoted(quoted_name)}"
                after = _plain(values)
                if {"count", "for_each"} & set(after):
                    after = {"rule_name": Unknown(expression="count or for_each")}
                yield {"address": address, "type": kind, "change": {"after": after}}


def _hcl(file: Path) -> Mapping[str, Any]:
    return read_hcl(
        read_text(file, error=SamplingRuleError), where=displayed(file), error=SamplingRuleError
    )


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {
            str(_unquoted(key)): _plain(inner)
            for key, inner in value.items()
            if not str(key).startswith("__")
        }
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return _unquoted(value)


def _unquoted(value: object) -> object:
    if not isinstance(value, str):
        return value
    if "${" in value:
        return Unknown(expression=value.strip('"'))
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        text = json_or_none(value)
        return text if isinstance(text, str) else value[1:-1]
    return value


def _from_account(profile: str | None, region: str | None) -> Imported:
    from cdk_ecs_xray.verify.connection import open_session, readable_aws_errors

    session = open_session(profile=profile, region=region)
    with readable_aws_errors():
        client: Any = session.client("xray")
        rules = [
            record["SamplingRule"]
            for page in client.get_paginator("get_sampling_rules").paginate()
            for record in page["SamplingRuleRecords"]
        ]
        groups = [
            group
            for page in client.get_paginator("get_groups").paginate()
            for group in page.get("Groups", [])
        ]
        place = str(client.meta.region_name)
        read, findings = imported_rules(rules, groups, where=f"the account's rules in {place}")
    return Imported(label=f"the account's rules in {place}", rules=read, findings=findings)


def _json(text: str) -> Mapping[str, Any]:
    document = json_or_none(text) if text.lstrip().startswith("{") else None
    return document if isinstance(document, Mapping) else {}
