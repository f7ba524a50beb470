"""``AWS::XRay::SamplingRule`` and ``AWS::XRay::Group`` for ministack's CloudFormation.

Ref and GetAtt give the ARN (template reference). A rule is replaced when its name changes, a group
when its GroupName does; everything else updates in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ministack.core import responses
from ministack.services.cloudformation import drift, provisioners

from cdk_ecs_xray.local.gaps.imports import learn_import, not_found
from cdk_ecs_xray.local.xray import Scope, XRayRefusalError, XRayService, XRayStore
from cdk_ecs_xray.local.xray.groups import INSIGHTS_OFF
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

RULE = "AWS::XRay::SamplingRule"
GROUP = "AWS::XRay::Group"

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, str]]
# Templates may carry them, but they name the rule and are no settings of it.
_IDENTITY = ("RuleName", "RuleARN", "Version")


def register(xray: XRayService) -> None:
    """Teach ministack's CloudFormation, its drift detection and its stack tags both types."""

    def store() -> XRayStore:
        return xray.store(Scope(responses.get_account_id(), responses.get_region()))

    rules = SamplingRuleHandler(store)
    groups = GroupHandler(store)
    for kind, handler in ((RULE, rules), (GROUP, groups)):
        provisioners._RESOURCE_HANDLERS[kind] = {
            "create": handler.create,
            "update": handler.update,
            "update_with_logical_id": True,
            "delete": handler.delete,
        }
        provisioners._STACK_TAG_PROPERTY[kind] = ("Tags", "list")
    learn_import(RULE, ("RuleARN",), rules.missing, rules.adopt)
    learn_import(GROUP, ("GroupARN",), groups.missing, groups.adopt)
    # Renaming a rule replaces it too, but the name is nested, so update() sees to that.
    provisioners._REPLACING_PROPERTIES[RULE] = ()
    provisioners._REPLACING_PROPERTIES[GROUP] = ("GroupName",)
    drift._DRIFT_READERS[RULE] = (rules.read, frozenset({"SamplingRule", "Tags"}))
    drift._DRIFT_READERS[GROUP] = (
        groups.read,
        frozenset({"GroupName", "FilterExpression", "InsightsConfiguration", "Tags"}),
    )


class SamplingRuleHandler:
    """``AWS::XRay::SamplingRule``."""

    def __init__(self, store: Callable[[], XRayStore]) -> None:
        self._store = store

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        """Create the rule."""
        rule = {"Version": 1, **_rule_of(properties)}
        with _as_cloudformation_says():
            _check_cooldown(rule)
            record = self._store().create_rule({"SamplingRule": rule, "Tags": _tags_of(properties)})
        return _identified("RuleARN", record["SamplingRule"]["RuleARN"])

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Provisioned:
        """Update in place, or replace the rule when its name changes."""
        before, after = _rule_of(old), _rule_of(new)
        if after.get("RuleName") != before.get("RuleName"):
            created = self.create(logical_id, new, stack)
            provisioners._delete_predecessor(self.delete, physical_id, old)
            return created
        with _as_cloudformation_says():
            if int(after.get("Version", 1)) != int(before.get("Version", 1)):
                raise InvalidRequestError("Version cannot be changed")
            _check_cooldown(after)
            changes = {k: v for k, v in after.items() if k not in _IDENTITY}
            # What the template no longer sets goes back to nothing.
            changes.setdefault("Attributes", {})
            self._store().rules.update({"RuleARN": physical_id, **changes})
            _retag(self._store(), physical_id, old, new)
        return _identified("RuleARN", physical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the rule; one that is already gone is no error."""
        if self._store().rules.by_arn(physical_id) is not None:
            self._store().delete_rule({"RuleARN": physical_id})

    def missing(self, arn: str) -> str | None:
        """Why an import of an ARN cannot work; None where it can."""
        return None if self._store().rules.by_arn(arn) is not None else not_found(RULE, arn)

    def adopt(self, identifier: Mapping[str, str]) -> Provisioned:
        """Take an existing rule into a stack."""
        return _identified("RuleARN", identifier["RuleARN"])

    def read(self, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The rule as it is, spelled as in the template and with the template's members only."""
        rule = self._store().rules.by_arn(physical_id)
        if rule is None:
            return None
        declared = _rule_of(properties)
        current = {name: rule[name] for name in declared if name in rule}
        return {"SamplingRule": current, "Tags": self._store().tags.of(physical_id)}


class GroupHandler:
    """``AWS::XRay::Group``."""

    def __init__(self, store: Callable[[], XRayStore]) -> None:
        self._store = store

    def create(self, logical_id: str, properties: Properties, stack: str) -> Provisioned:
        """Create the group."""
        with _as_cloudformation_says():
            group = self._store().create_group({**_typed(properties), "Tags": _tags_of(properties)})
        return _identified("GroupARN", group["GroupARN"])

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Provisioned:
        """Update in place; ministack replaces the group itself when its name changes."""
        with _as_cloudformation_says():
            changes = {
                "FilterExpression": new.get("FilterExpression", ""),
                "InsightsConfiguration": {
                    **INSIGHTS_OFF,
                    **(_typed(new).get("InsightsConfiguration") or {}),
                },
            }
            self._store().groups.update({"GroupARN": physical_id, **changes})
            _retag(self._store(), physical_id, old, new)
        return _identified("GroupARN", physical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the group; one that is already gone is no error."""
        if self._store().groups.by_arn(physical_id) is not None:
            self._store().delete_group({"GroupARN": physical_id})

    def missing(self, arn: str) -> str | None:
        """Why an import of an ARN cannot work; None where it can."""
        return None if self._store().groups.by_arn(arn) is not None else not_found(GROUP, arn)

    def adopt(self, identifier: Mapping[str, str]) -> Provisioned:
        """Take an existing group into a stack."""
        return _identified("GroupARN", identifier["GroupARN"])

    def read(self, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The group as it is, spelled as in the template and with the template's members only."""
        group = self._store().groups.by_arn(physical_id)
        if group is None:
            return None
        insights = properties.get("InsightsConfiguration") or {}
        current = {
            name: value
            for name, value in group["InsightsConfiguration"].items()
            if name in insights
        }
        return {
            **group,
            "InsightsConfiguration": current,
            "Tags": self._store().tags.of(physical_id),
        }


@contextmanager
def _as_cloudformation_says() -> Iterator[None]:
    """A refusal by X-Ray, in the words a stack event has for it."""
    try:
        yield
    except XRayRefusalError as refusal:
        raise ValueError(
            f'Resource handler returned message: "{refusal.message} (Service: XRay, Status Code:'
            f' {refusal.status})" (HandlerErrorCode: {refusal.code.removesuffix("Exception")})'
        ) from refusal


def _check_cooldown(rule: Properties) -> None:
    """CloudFormation's schema has a minute at least, where X-Ray's API takes 0."""
    boost = rule.get("SamplingRateBoost")
    if isinstance(boost, dict) and boost.get("CooldownWindowMinutes") == 0:
        raise InvalidRequestError("CooldownWindowMinutes must be at least 1, got 0")


def _identified(attribute: str, arn: str) -> Provisioned:
    return arn, {attribute: arn}


def _rule_of(properties: Properties) -> dict[str, Any]:
    return dict(_typed(properties.get("SamplingRule") or {}))


def _typed(value: Any) -> Any:
    """Numbers and booleans that a template wrote as strings, as CloudFormation converts them."""
    if isinstance(value, dict):
        return {name: _number_or_boolean(name, _typed(member)) for name, member in value.items()}
    return value


def _number_or_boolean(name: str, value: Any) -> Any:
    if name not in _TYPES or not isinstance(value, str):
        return value
    try:
        return _TYPES[name](value)
    except ValueError:
        # X-Ray's own check names the member and the value.
        return value


def _boolean(value: str) -> bool | str:
    return {"true": True, "false": False}.get(value.lower(), value)


_TYPES: Mapping[str, Callable[[str], Any]] = {
    "FixedRate": float,
    "Priority": int,
    "ReservoirSize": int,
    "Version": int,
    "MaxRate": float,
    "CooldownWindowMinutes": int,
    "InsightsEnabled": _boolean,
    "NotificationsEnabled": _boolean,
}


def _tags_of(properties: Properties) -> list[dict[str, str]]:
    return [
        {"Key": k, "Value": v} for k, v in provisioners._tag_map(properties.get("Tags")).items()
    ]


def _retag(store: XRayStore, arn: str, old: Properties, new: Properties) -> None:
    """Tags the template dropped go, tags added by hand stay, as CloudFormation does it."""
    before, after = (provisioners._tag_map(properties.get("Tags")) for properties in (old, new))
    store.tags.remove(arn, [key for key in before if key not in after])
    store.tags.add(arn, _tags_of(new))
