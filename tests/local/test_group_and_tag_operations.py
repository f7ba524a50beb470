"""Groups and tags as the X-Ray API reference describes them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cdk_ecs_xray.local.xray import XRayStore
from cdk_ecs_xray.local.xray.operations import OPERATIONS
from cdk_ecs_xray.local.xray.refusals import (
    InvalidRequestError,
    ResourceNotFoundError,
    TooManyTagsError,
)

DEFAULT_RULE = "arn:aws:xray:eu-west-1:123456789012:sampling-rule/Default"


def test_a_group_has_an_arn_of_its_own_and_insights_off(xray: XRayStore) -> None:
    group = xray.create_group({"GroupName": "slow", "FilterExpression": "duration > 5"})
    assert re.fullmatch(
        r"arn:aws:xray:eu-west-1:123456789012:group/slow/[A-Z0-9]{26}", group["GroupARN"]
    )
    assert group == {
        "GroupName": "slow",
        "GroupARN": group["GroupARN"],
        "FilterExpression": "duration > 5",
        "InsightsConfiguration": {"InsightsEnabled": False, "NotificationsEnabled": False},
    }
    assert xray.groups.get({"GroupName": "slow"}) == group
    assert xray.groups.get({"GroupARN": group["GroupARN"]}) == group


def test_a_group_of_the_same_name_gets_another_arn(xray: XRayStore) -> None:
    first = xray.create_group({"GroupName": "slow"})
    xray.delete_group({"GroupName": "slow"})
    assert xray.create_group({"GroupName": "slow"})["GroupARN"] != first["GroupARN"]


def test_an_update_changes_only_what_it_names(xray: XRayStore) -> None:
    created = xray.create_group({"GroupName": "slow", "FilterExpression": "duration > 5"})
    updated = xray.groups.update(
        {"GroupName": "slow", "InsightsConfiguration": {"InsightsEnabled": True}}
    )
    assert updated == created | {
        "InsightsConfiguration": {"InsightsEnabled": True, "NotificationsEnabled": False}
    }


@pytest.mark.parametrize(
    "request_body",
    [
        {"GroupName": ""},
        {"GroupName": "g" * 33},
        {"GroupName": None},
        {"GroupName": "g", "FilterExpression": 5},
        {"GroupName": "g", "InsightsConfiguration": {"NotificationsEnabled": True}},
        {"GroupName": "g", "InsightsConfiguration": "on"},
        {"GroupName": "taken"},
    ],
)
def test_a_group_outside_the_limits_is_refused(
    xray: XRayStore, request_body: dict[str, Any]
) -> None:
    xray.create_group({"GroupName": "taken"})
    with pytest.raises(InvalidRequestError):
        xray.create_group(request_body)
    assert [g["GroupName"] for g in xray.groups.listed()["Groups"]] == ["taken"]


def test_the_twenty_sixth_group_exceeds_the_quota(xray: XRayStore) -> None:
    for number in range(25):
        xray.create_group({"GroupName": f"group-{number}"})
    with pytest.raises(InvalidRequestError, match="25 groups"):
        xray.create_group({"GroupName": "one-too-many"})


@pytest.mark.parametrize("which", [{}, {"GroupName": "gone"}, {"GroupARN": "arn:gone"}])
def test_a_group_that_is_not_there_is_refused(xray: XRayStore, which: dict[str, str]) -> None:
    for operation in (xray.groups.get, xray.groups.update, xray.delete_group):
        with pytest.raises(InvalidRequestError):
            operation(which)


def test_tags_come_with_the_resource_change_and_go_with_it(xray: XRayStore) -> None:
    group = xray.create_group({"GroupName": "g", "Tags": [{"Key": "env", "Value": "dev"}]})
    arn = group["GroupARN"]
    OPERATIONS["/TagResource"](
        xray,
        {
            "ResourceARN": arn,
            "Tags": [{"Key": "env", "Value": "prod"}, {"Key": "a", "Value": ""}],
        },
    )
    assert OPERATIONS["/ListTagsForResource"](xray, {"ResourceARN": arn}) == {
        "Tags": [{"Key": "a", "Value": ""}, {"Key": "env", "Value": "prod"}]
    }
    OPERATIONS["/UntagResource"](xray, {"ResourceARN": arn, "TagKeys": ["env", "missing"]})
    assert xray.tags.of(arn) == {"a": ""}

    xray.delete_group({"GroupARN": arn})
    assert xray.tags.of(arn) == {}


@pytest.mark.parametrize("path", ["/TagResource", "/UntagResource", "/ListTagsForResource"])
@pytest.mark.parametrize("arn", [None, "arn:aws:xray:eu-west-1:123456789012:group/gone/A"])
def test_tagging_needs_a_resource_that_exists(xray: XRayStore, path: str, arn: object) -> None:
    with pytest.raises(ResourceNotFoundError):
        OPERATIONS[path](xray, {"ResourceARN": arn, "Tags": [], "TagKeys": []})


def test_a_resource_has_at_most_fifty_tags_of_its_owner(xray: XRayStore) -> None:
    xray.tags.add(DEFAULT_RULE, [{"Key": f"k{n}", "Value": ""} for n in range(50)])
    xray.tags.add(DEFAULT_RULE, [{"Key": "aws:cloudformation:stack-name", "Value": "s"}])
    with pytest.raises(TooManyTagsError):
        xray.tags.add(DEFAULT_RULE, [{"Key": "k50", "Value": ""}])


@pytest.mark.parametrize(
    "tags",
    [
        "x",
        [1],
        [{"Key": "k"}],
        [{"Key": "k" * 129, "Value": ""}],
        [{"Key": "k", "Value": "v" * 257}],
    ],
)
def test_malformed_tags_are_refused(xray: XRayStore, tags: object) -> None:
    with pytest.raises(InvalidRequestError):
        xray.tags.add(DEFAULT_RULE, tags)


def test_malformed_tag_keys_are_refused(xray: XRayStore) -> None:
    with pytest.raises(InvalidRequestError):
        xray.tags.remove(DEFAULT_RULE, "env")
