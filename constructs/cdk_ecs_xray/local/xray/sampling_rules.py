"""Sampling rules: the built-in Default, create, update, delete, list.

Limits as in the X-Ray API reference (``SamplingRule``) and the quotas page: 25 rules per account
and region besides Default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document, number, one_of, page, text, whole
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError, RuleLimitExceededError

DEFAULT_RULE = "Default"
MOST_RULES = 25
MOST_ATTRIBUTES = 5
# The public SDKs read the first page only, so a page must hold every rule an account can have.
RULES_PER_PAGE = 50
TEXT_LIMITS: Mapping[str, int] = {
    "ResourceARN": 500,
    "ServiceName": 64,
    "ServiceType": 64,
    "Host": 64,
    "HTTPMethod": 10,
    "URLPath": 128,
}
_UPDATABLE_ON_DEFAULT = frozenset({"RuleName", "RuleARN", "FixedRate", "ReservoirSize"})


class SamplingRules:
    """The sampling rules of one account and region."""

    def __init__(self, *, arn_prefix: str, clock: Callable[[], float]) -> None:
        self._arn_prefix = arn_prefix
        self._clock = clock
        self.last_modified: float = 0
        self._records: dict[str, Document] = {DEFAULT_RULE: self._default()}

    def _default(self) -> Document:
        rule: Document = {
            "RuleName": DEFAULT_RULE,
            "RuleARN": self._arn_prefix + DEFAULT_RULE,
            "Priority": 10000,
            "FixedRate": 0.05,
            "ReservoirSize": 1,
            "Version": 1,
            "Attributes": {},
        } | dict.fromkeys(TEXT_LIMITS, "*")
        return {"SamplingRule": rule, "CreatedAt": 0, "ModifiedAt": 0}

    def create(self, rule: Mapping[str, Any]) -> Document:
        """CreateSamplingRule."""
        if rule.get("RuleARN"):
            raise InvalidRequestError("RuleARN must not be given for a new sampling rule")
        name = text(rule, "RuleName", longest=32, shortest=1)
        if name in self._records:
            raise InvalidRequestError(f"A sampling rule named {name} already exists")
        if whole(rule, "Version", lowest=1) != 1:
            raise InvalidRequestError(f"Version must be 1, got {rule['Version']}")
        checked = _checked(rule, required=True)
        if len(self._records) - 1 >= MOST_RULES:
            raise RuleLimitExceededError(f"No more than {MOST_RULES} sampling rules are allowed")
        now = self._touch()
        checked |= {"RuleName": name, "RuleARN": self._arn_prefix + name, "Version": 1}
        checked.setdefault("Attributes", {})
        self._records[name] = {"SamplingRule": checked, "CreatedAt": now, "ModifiedAt": now}
        return self._records[name]

    def update(self, change: Mapping[str, Any]) -> Document:
        """UpdateSamplingRule: only the given members change."""
        record = self._find(change)
        is_default = record["SamplingRule"]["RuleName"] == DEFAULT_RULE
        if is_default and set(change) - _UPDATABLE_ON_DEFAULT:
            raise InvalidRequestError("Invalid update request for default sampling rule")
        checked = _checked(change, required=False)
        # A new record, so that one handed out earlier doesn't change in the caller's hands.
        updated = {
            **record,
            "SamplingRule": record["SamplingRule"] | checked,
            "ModifiedAt": self._touch(),
        }
        self._records[record["SamplingRule"]["RuleName"]] = updated
        return updated

    def delete(self, which: Mapping[str, Any]) -> Document:
        """DeleteSamplingRule; Default can't be deleted."""
        record = self._find(which)
        name = record["SamplingRule"]["RuleName"]
        if name == DEFAULT_RULE:
            raise InvalidRequestError("The default sampling rule cannot be deleted")
        self._touch()
        return self._records.pop(name)

    def listed(self, next_token: object = None, *, size: int = RULES_PER_PAGE) -> Document:
        """GetSamplingRules, in the order services evaluate them: priority, then name."""
        records, more = page(self.in_order(), key=_order, next_token=next_token, size=size)
        return {"SamplingRuleRecords": records, **more}

    def in_order(self) -> list[Document]:
        """Every record, by priority and name."""
        return sorted(self._records.values(), key=_order)

    def get(self, name: str) -> Document | None:
        """The rule itself, or None."""
        record = self._records.get(name)
        return None if record is None else record["SamplingRule"]

    def existing(self, name: str) -> Document:
        """The rule itself, which the caller knows to be there."""
        rule: Document = self._records[name]["SamplingRule"]
        return rule

    def by_arn(self, arn: str) -> Document | None:
        """The rule with this ARN, or None."""
        return self.get(arn.removeprefix(self._arn_prefix)) if self.owns(arn) else None

    def owns(self, arn: str) -> bool:
        """Whether *arn* has the form of a sampling rule of this account and region."""
        return arn.startswith(self._arn_prefix)

    def _find(self, which: Mapping[str, Any]) -> Document:
        key, value = one_of(which, "RuleName", "RuleARN")
        name = value.removeprefix(self._arn_prefix) if key == "RuleARN" else value
        if name not in self._records:
            raise InvalidRequestError(f"Sampling rule {value} does not exist")
        return self._records[name]

    def _touch(self) -> float:
        self.last_modified = self._clock()
        return self.last_modified


def _order(record: Document) -> tuple[int, str]:
    rule = record["SamplingRule"]
    return rule["Priority"], rule["RuleName"]


def _checked(rule: Mapping[str, Any], *, required: bool) -> Document:
    def wanted(name: str) -> bool:
        return required or rule.get(name) is not None

    checked: Document = {
        name: text(rule, name, longest=longest)
        for name, longest in TEXT_LIMITS.items()
        if wanted(name)
    }
    if wanted("Priority"):
        checked["Priority"] = whole(rule, "Priority", lowest=1, highest=9999)
    if wanted("FixedRate"):
        checked["FixedRate"] = number(rule, "FixedRate", lowest=0, highest=1)
    if wanted("ReservoirSize"):
        checked["ReservoirSize"] = whole(rule, "ReservoirSize", lowest=0)
    if rule.get("Attributes") is not None:
        checked["Attributes"] = _attributes(rule["Attributes"])
    if rule.get("SamplingRateBoost") is not None:
        checked["SamplingRateBoost"] = _boost(rule["SamplingRateBoost"])
    return checked


def _attributes(attributes: object) -> dict[str, str]:
    if not isinstance(attributes, dict):
        raise InvalidRequestError(f"Attributes must be a map, got {attributes!r}")
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidRequestError(
            f"Attributes must have at most {MOST_ATTRIBUTES} entries, got {len(attributes)}"
        )
    for key in attributes:
        text({"Attributes key": key}, "Attributes key", longest=32, shortest=1)
        text({"Attributes value": attributes[key]}, "Attributes value", longest=32, shortest=1)
    return dict(attributes)


def _boost(boost: object) -> Document:
    if not isinstance(boost, dict):
        raise InvalidRequestError(f"SamplingRateBoost must be a structure, got {boost!r}")
    named = {f"SamplingRateBoost.{name}": value for name, value in boost.items()}
    return {
        "MaxRate": number(named, "SamplingRateBoost.MaxRate", lowest=0, highest=1),
        "CooldownWindowMinutes": whole(named, "SamplingRateBoost.CooldownWindowMinutes", lowest=0),
    }
