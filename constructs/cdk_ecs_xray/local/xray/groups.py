"""Groups: a name and a filter expression, 25 per account and region (X-Ray quotas)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cdk_ecs_xray.local.xray.documents import Document, one_of, page, text
from cdk_ecs_xray.local.xray.refusals import InvalidRequestError

MOST_GROUPS = 25
GROUPS_PER_PAGE = 50
INSIGHTS_OFF: Mapping[str, bool] = {"InsightsEnabled": False, "NotificationsEnabled": False}


class Groups:
    """The groups of one account and region."""

    def __init__(self, *, arn_prefix: str) -> None:
        self._arn_prefix = arn_prefix
        self._groups: dict[str, Document] = {}
        self._created = 0

    def create(self, request: Mapping[str, Any]) -> Document:
        """CreateGroup."""
        name = text(request, "GroupName", longest=32, shortest=1)
        if name in self._groups:
            raise InvalidRequestError(f"A group named {name} already exists")
        if len(self._groups) >= MOST_GROUPS:
            raise InvalidRequestError(f"No more than {MOST_GROUPS} groups are allowed")
        group: Document = {"GroupName": name, "GroupARN": self._new_arn(name)}
        group |= _settings(request, current={"InsightsConfiguration": dict(INSIGHTS_OFF)})
        self._groups[name] = group
        return group

    def _new_arn(self, name: str) -> str:
        # X-Ray ends a group's ARN in an id that a group of the same name doesn't get again.
        self._created += 1
        unique = hashlib.sha256(f"{self._arn_prefix}{name}/{self._created}".encode())
        return f"{self._arn_prefix}{name}/{unique.hexdigest()[:26].upper()}"

    def get(self, which: Mapping[str, Any]) -> Document:
        """GetGroup."""
        key, value = one_of(which, "GroupName", "GroupARN")
        group = self._groups.get(value) if key == "GroupName" else self.by_arn(value)
        if group is None:
            raise InvalidRequestError(f"Group {value} does not exist")
        return group

    def update(self, request: Mapping[str, Any]) -> Document:
        """UpdateGroup: only the given members change."""
        current = self.get(request)
        updated = current | _settings(request, current=current)
        self._groups[current["GroupName"]] = updated
        return updated

    def delete(self, which: Mapping[str, Any]) -> Document:
        """DeleteGroup; answers with the group that was there."""
        group = self.get(which)
        del self._groups[group["GroupName"]]
        return group

    def listed(self, next_token: object = None, *, size: int = GROUPS_PER_PAGE) -> Document:
        """GetGroups, by name."""
        ordered = [self._groups[name] for name in sorted(self._groups)]
        groups, more = page(
            ordered, key=lambda group: (group["GroupName"],), next_token=next_token, size=size
        )
        return {"Groups": groups, **more}

    def by_arn(self, arn: str) -> Document | None:
        """The group with this ARN, or None."""
        return next((g for g in self._groups.values() if g["GroupARN"] == arn), None)


def _settings(request: Mapping[str, Any], *, current: Mapping[str, Any]) -> Document:
    settings: Document = {}
    if request.get("FilterExpression") is not None:
        settings["FilterExpression"] = text(request, "FilterExpression", longest=2000)
    insights = request.get("InsightsConfiguration")
    if insights is not None and not isinstance(insights, dict):
        raise InvalidRequestError(f"InsightsConfiguration must be a structure, got {insights!r}")
    merged = current["InsightsConfiguration"] | (insights or {})
    if merged["NotificationsEnabled"] and not merged["InsightsEnabled"]:
        raise InvalidRequestError("NotificationsEnabled needs InsightsEnabled")
    settings["InsightsConfiguration"] = merged
    return settings
