"""Rules that were not written for this kit: X-Ray's own JSON and the SDKs' local rules.

Turned into the shape of a rules file, unchecked, so that there is one set of checks and messages.
Sources: the X-Ray API reference (GetSamplingRules) and the local samplers of the X-Ray SDKs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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


def in_file_shape(content: Raw) -> Raw:
    """Return the content of any kind of rules file in the shape of this kit's."""
    if "SamplingRuleRecords" in content:
        return _from_api(content)
    if "version" in content and "default" in content:
        return _from_local(content)
    return content


def _from_api(content: Raw) -> Raw:
    records = content["SamplingRuleRecords"]
    if not isinstance(records, list):
        return {"rules": records}
    shape: dict[str, Any] = {"rules": []}
    for record in records:
        rule = record.get("SamplingRule") if isinstance(record, Mapping) else None
        if not isinstance(rule, Mapping):
            shape["rules"].append(rule if isinstance(record, Mapping) else record)
            continue
        renamed = {
            _API_KEYS.get(key, key): value
            for key, value in rule.items()
            if key not in _OWN_OF_X_RAY
        }
        boost = renamed.get("sampling_rate_boost")
        if isinstance(boost, Mapping):
            renamed["sampling_rate_boost"] = {_BOOST_KEYS.get(k, k): v for k, v in boost.items()}
        if renamed.get("name") == DEFAULT_RULE_NAME:
            shape["default"] = {
                key: renamed[key] for key in ("fixed_rate", "reservoir_size") if key in renamed
            }
        else:
            shape["rules"].append(renamed)
    return shape


def _from_local(content: Raw) -> Raw:
    host_key = _HOST_KEYS.get(content["version"]) if _is_whole(content["version"]) else None
    if host_key is None:
        # Passed on as it is, so that the version is among the unknown keys.
        return content
    rest = {k: v for k, v in content.items() if k not in ("version", "default", "rules")}
    default = content["default"]
    shape: dict[str, Any] = {
        **rest,
        "default": _renamed(default, _LOCAL_KEYS) if isinstance(default, Mapping) else default,
    }
    rules = content.get("rules", [])
    shape["rules"] = rules
    if isinstance(rules, list):
        names: set[str] = set()
        keys = _LOCAL_KEYS | {host_key: "host"}
        shape["rules"] = [
            _local_rule(rule, position, keys, names) if isinstance(rule, Mapping) else rule
            for position, rule in enumerate(rules, start=1)
        ]
    return shape


def _local_rule(rule: Raw, position: int, keys: Mapping[str, str], names: set[str]) -> Raw:
    """Name a rule, as local rules have at most a description, which need not be unique."""
    description = rule.get("description")
    words = re.findall(r"[a-z0-9]+", description.lower()) if isinstance(description, str) else []
    name = "-".join(words)[: MAX_NAME - 10].strip("-") or f"rule-{position}"
    if name in names:
        name = f"{name}-{position}"
    names.add(name)
    kept = {key: value for key, value in rule.items() if key not in ("description", "id")}
    return {"name": name, **_renamed(kept, keys)}


def _renamed(entry: Raw, keys: Mapping[str, str]) -> dict[str, Any]:
    return {keys.get(key, key): value for key, value in entry.items()}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
