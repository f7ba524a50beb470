"""Rules that were not written for this kit: X-Ray's own JSON and the SDKs' local rules.

Turned into the form of a rules file, unchecked, so that there is one set of checks and messages.
Sources: the X-Ray API reference (GetSamplingRules) and the local samplers of the X-Ray SDKs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.sampling.findings import SamplingCheck, SamplingFinding
from cdk_ecs_xray.sampling.values import DEFAULT_RULE_NAME, MAX_NAME

Raw = Mapping[str, Any]

_API_KEYS = {
    "RuleName": "name",
    "Priority": "priority",
    "FixedRate": "fixed_rate",
    "ReservoirSize": "reservoir_size",
    "HTTPMethod": "http_method",
    "Host": "host",
    "URLPath": "url_path",
    "ServiceName": "service_name",
    "ServiceType": "service_type",
    "Attributes": "attributes",
    "ResourceARN": "resource_arn",
    "Version": "version",
    "SamplingRateBoost": "sampling_rate_boost",
}
_BOOST_KEYS = {"MaxRate": "max_rate", "CooldownWindowMinutes": "cooldown_window_minutes"}
# X-Ray makes the ARN itself; the rule's name is in it.
_OWN_OF_X_RAY = frozenset({"RuleARN"})
_LOCAL_KEYS = {"fixed_target": "reservoir_size", "rate": "fixed_rate"}
_HOST_KEYS = {1: "service_name", 2: "host"}


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """A document in the form of a rules file.

    :param findings: what the other form had wrong, or what is left out of it.
    :param per_process: the rules are an SDK's local ones, whose reservoirs every process has.
    """

    content: Raw
    findings: Sequence[SamplingFinding] = field(default_factory=tuple)
    per_process: bool = False


def in_file_shape(content: Raw | Sequence[Any], *, where: str = "") -> Shaped:
    """Return the content of any kind of rules file in the form of this kit's.

    :param where: how findings name the file.
    """
    records = _records(content)
    if records is not None:
        shaped = _from_api(records, where)
        single = content.get("SamplingRule") if isinstance(content, Mapping) else None
        named_twice = _named_twice(single, where)
        return Shaped(content=shaped.content, findings=[*shaped.findings, *named_twice])
    if isinstance(content, Mapping) and "version" in content and "default" in content:
        return _from_local(content, where)
    return Shaped(content=content if isinstance(content, Mapping) else {})


def _records(content: Raw | Sequence[Any]) -> object | None:
    """Return X-Ray's rules in any of the forms in which its commands take or print them."""
    if not isinstance(content, Mapping):
        return list(content)
    records: object = content.get("SamplingRuleRecords")
    if "SamplingRuleRecords" in content:
        return records
    if "SamplingRuleRecord" in content:
        return [content["SamplingRuleRecord"]]
    return [content] if {"SamplingRule", "RuleName"} & content.keys() else None


def _from_api(records: object, where: str) -> Shaped:
    if not isinstance(records, list):
        return Shaped(content={"rules": records})
    shape: dict[str, Any] = {"rules": []}
    findings: list[SamplingFinding] = []
    for record in records:
        # What --query prints are the rules themselves.
        wrapped = isinstance(record, Mapping) and "SamplingRule" in record
        rule = record["SamplingRule"] if wrapped else record
        if not isinstance(rule, Mapping):
            shape["rules"].append(rule)
            continue
        renamed = {_API_KEYS[key]: value for key, value in rule.items() if key in _API_KEYS}
        findings += _unknown(rule, where)
        boost = renamed.get("sampling_rate_boost")
        if isinstance(boost, Mapping):
            renamed["sampling_rate_boost"] = {_BOOST_KEYS.get(k, k): v for k, v in boost.items()}
        if renamed.get("name") == DEFAULT_RULE_NAME:
            shape["default"] = {
                key: renamed[key] for key in ("fixed_rate", "reservoir_size") if key in renamed
            }
        else:
            shape["rules"].append({k: v for k, v in renamed.items() if v is not None})
    return Shaped(content=shape, findings=findings)


def _unknown(rule: Raw, where: str) -> Sequence[SamplingFinding]:
    name = rule.get("RuleName")
    return [
        SamplingFinding(
            check=SamplingCheck.NEW_FIELD,
            problem=Problem(
                where=f"{where}, rule '{name}'",
                what=f"{key} must be a field of a rule that is known here, and is left out",
                got=f"'{rule[key]}'",
                fix="Check its spelling, or update the kit.",
            ),
            entry=name if isinstance(name, str) else None,
        )
        for key in rule
        if key not in _API_KEYS and key not in _OWN_OF_X_RAY
    ]


def _named_twice(rule: object, where: str) -> Sequence[SamplingFinding]:
    if not isinstance(rule, Mapping) or not rule.get("RuleName") or not rule.get("RuleARN"):
        return []
    return [
        SamplingFinding(
            check=SamplingCheck.NAME_AND_ARN,
            problem=Problem(
                where=f"{where}, rule '{rule['RuleName']}'",
                what="a rule must have either RuleName or RuleARN where it is created",
                got="both",
                fix="Keep RuleName. X-Ray makes the ARN.",
            ),
            entry=str(rule["RuleName"]),
        )
    ]


def _from_local(content: Raw, where: str) -> Shaped:
    version = content["version"]
    host_key = _HOST_KEYS.get(version) if _is_whole(version) else None
    if host_key is None:
        # Passed on as it is, so that the version is among the unknown keys.
        return Shaped(content=content)
    rest = {k: v for k, v in content.items() if k not in ("version", "default", "rules")}
    default = content["default"]
    shape: dict[str, Any] = {
        **rest,
        "default": _renamed(default, _LOCAL_KEYS) if isinstance(default, Mapping) else default,
    }
    rules = content.get("rules", [])
    shape["rules"] = rules
    findings: list[SamplingFinding] = []
    if isinstance(rules, list):
        names: set[str] = set()
        keys = _LOCAL_KEYS | {host_key: "host"}
        shape["rules"] = []
        for position, rule in enumerate(rules, start=1):
            if not isinstance(rule, Mapping):
                shape["rules"].append(rule)
                continue
            named = _local_rule(rule, position, keys, names)
            findings += _wrong_host_key(rule, str(named["name"]), version, where)
            shape["rules"].append(named)
    return Shaped(content=shape, findings=findings, per_process=True)


def _wrong_host_key(rule: Raw, name: str, version: int, where: str) -> Sequence[SamplingFinding]:
    """Refuse the key of the other version, for which SDKs refuse the whole file."""
    right, wrong = _HOST_KEYS[version], _HOST_KEYS[3 - version]
    if wrong not in rule:
        return []
    return [
        SamplingFinding(
            check=SamplingCheck.UNKNOWN_KEY,
            problem=Problem(
                where=f"{where}, rule '{name}'",
                what=f"the host must be under {right} in version {version} of local rules",
                got=f"{wrong} '{rule[wrong]}'",
                fix=f"Rename it, or write version {3 - version}.",
            ),
            entry=name,
        )
    ]


def _local_rule(rule: Raw, position: int, keys: Mapping[str, str], names: set[str]) -> Raw:
    """Name a rule, as local rules have at most a description, which need not be unique."""
    description = rule.get("description")
    words = re.findall(r"[a-z0-9]+", description.lower()) if isinstance(description, str) else []
    name = "-".join(words)[: MAX_NAME - 10].strip("-") or f"rule-{position}"
    if name in names:
        name = f"{name}-{position}"
    names.add(name)
    # Said by itself, as the message about an unknown key would not name the version.
    other = "service_name" if "host" in keys else "host"
    kept = {k: v for k, v in rule.items() if k not in ("description", "id", other)}
    return {"name": name, **_renamed(kept, keys)}


def _renamed(entry: Raw, keys: Mapping[str, str]) -> dict[str, Any]:
    return {keys.get(key, key): value for key, value in entry.items()}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
