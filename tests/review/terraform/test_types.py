"""Each type of resource, by value, as a state has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.review.terraform.conftest import ROLE, TASK, Reviewed, ids
from tests.terraform_documents import (
    ACCOUNT,
    ADDRESS,
    WRITE,
    Made,
    containers,
    document,
    plan,
    right,
    state,
)


def test_keys_of_containers_are_read_in_any_case(reviewed: Reviewed) -> None:
    text = containers()
    for name in ("name", "image", "environment", "links", "portMappings", "command"):
        text = text.replace(f'"{name}":', f'"{name.upper()}":')
    report = reviewed(right(ecs_task_definition={"container_definitions": text}))

    assert report.tasks[0].apps[0].outcome == "connected"
    assert ids(report) == []


@pytest.mark.parametrize(("days", "shown"), [(0, "never"), (None, "never"), (7, "7")])
def test_a_retention_of_zero_keeps_logs_forever(reviewed: Reviewed, days: Any, shown: str) -> None:
    report = reviewed(right(cloudwatch_log_group={"retention_in_days": days}))

    assert report.tasks[0].collectors[0].retention.startswith(shown)
    assert ("log-never-expires" in ids(report)) is (days != 7)


def test_a_retention_known_after_apply_is_no_fault(reviewed: Reviewed) -> None:
    made = right()
    made[0] = Made(
        address=made[0].address,
        values={"name": "/ecs/shop"},
        unknown={"retention_in_days": True},
    )
    report = reviewed(plan(*made))

    assert report.tasks[0].collectors[0].retention == "a retention known after apply"
    assert ids(report) == []


def test_rules_and_groups_are_checked_and_priced(reviewed: Reviewed) -> None:
    rule = {
        "rule_name": "checkout",
        "priority": 100,
        "version": 1,
        "reservoir_size": 1,
        "fixed_rate": 5,
        "url_path": "/checkout/*",
        "host": "*",
        "http_method": "POST",
        "service_type": "*",
        "service_name": "*",
        "resource_arn": "*",
        "attributes": None,
    }
    report = reviewed(state(Made(address="aws_xray_sampling_rule.checkout", values=rule)))

    (finding,) = report.findings
    assert finding.place.resource == "aws_xray_sampling_rule.checkout"
    assert "fixed_rate must be between 0 and 1 (got 5)" in str(finding.problem)


def test_a_revision_of_a_pipeline_is_not_the_plans(reviewed: Reviewed) -> None:
    made = right()
    arn = made[3].values["arn"]
    values = {k: v for k, v in made[3].values.items() if k != "arn"}
    made[3] = Made(address=TASK, values=values, unknown={"arn": True, "revision": True})
    made[4] = Made(address=made[4].address, values={"name": "shop", "task_definition": arn})

    assert reviewed(plan(*made)).tasks[0].services == []
    made[4] = Made(address=made[4].address, values={"name": "shop", "task_definition": "shop"})
    assert reviewed(plan(*made)).tasks[0].services == ["shop"]


def test_an_app_without_a_link_is_an_error(reviewed: Reviewed) -> None:
    report = reviewed(right(ecs_task_definition={"container_definitions": containers(links=None)}))

    assert "link-missing" in ids(report)
    assert report.tasks[0].apps[0].reason == "no link leads to 'xray'"
    assert ADDRESS["value"] == report.tasks[0].apps[0].address


AWS = "arn:aws:iam::aws:policy"
CUSTOM = f"arn:aws:iam::{ACCOUNT}:policy/own"
OWN = Made(address="aws_iam_policy.p", values={"arn": CUSTOM, "policy": document(*WRITE)})


def inline(text: str, role: str = "r") -> Made:
    return Made(address="aws_iam_role_policy.x", values={"role": role, "policy": text})


def attached(kind: str = "role_policy_attachment", **values: Any) -> Made:
    return Made(address=f"aws_iam_{kind}.x", values={"role": "r", "policy_arn": CUSTOM, **values})


ALL, NONE, LATER = "all five write actions", "none of the write actions", "known after apply"
GRANTS: Mapping[str, tuple[list[Made], str]] = {
    "inline": ([inline(document(*WRITE))], ALL),
    "managed by AWS": ([attached(policy_arn=f"{AWS}/AWSXRayDaemonWriteAccess")], ALL),
    "managed by the customer": ([OWN, attached()], ALL),
    "by a list of roles": ([OWN, attached("policy_attachment", roles=["q", "r"])], ALL),
    "by what excludes others": (
        [OWN, attached("role_policy_attachments_exclusive", role_name="r", policy_arns=[CUSTOM])],
        ALL,
    ),
    "a policy that is not in the file": ([attached()], LATER),
    "another role's": ([inline(document(*WRITE), "q")], NONE),
    "too little": ([inline(document("s3:*"))], NONE),
    "a policy that is no JSON": ([inline("{")], LATER),
}


@pytest.mark.parametrize("name", GRANTS)
def test_each_way_to_grant_in_a_state(reviewed: Reviewed, name: str) -> None:
    grants, permissions = GRANTS[name]
    arn = f"arn:aws:iam::{ACCOUNT}:role/path/r"
    role = Made(address=ROLE, values={"name": "r", "path": "/path/", "arn": arn, "id": "r"})
    task = Made(address=TASK, values={**right()[3].values, "task_role_arn": arn})

    report = reviewed(state(task, *grants, role))

    assert report.tasks[0].permissions == permissions
    assert ("permissions-missing" in ids(report)) is (permissions == NONE)


def test_a_role_that_is_not_in_the_file_is_unknown(reviewed: Reviewed) -> None:
    report = reviewed(state(right()[3]))

    assert report.tasks[0].permissions.endswith("role/shop-task is not in the plan or state")
    assert ids(report) == []
