"""A first plan: who belongs to whom by the expressions of its configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.review.terraform.conftest import ROLE, TASK, Reviewed, ids
from tests.terraform_documents import (
    TRUST,
    WRITE,
    Made,
    document,
    plan,
    right,
)


def first_plan(**unknown: Sequence[str] | None) -> dict[str, Any]:
    """Return a plan of the right setup before anything of it exists.

    :param unknown: what the task's role, ``task_role_arn``, and the policy's, ``role``, refer to.
    """
    task_role = unknown.get("task_role_arn", [f"{ROLE}.arn", ROLE])
    role = unknown.get("role", [f"{ROLE}.id", ROLE])
    group, one_role, policy, task, service = right()
    return (
        plan(
            group,
            Made(
                address=ROLE,
                values={"name": "shop-task", "assume_role_policy": TRUST},
                unknown={
                    "arn": True,
                    "id": True,
                    "managed_policy_arns": True,
                    "inline_policy": True,
                },
                expressions={"name": "shop-task"},
            ),
            Made(
                address=policy.address,
                values={"name": "xray", "policy": policy.values["policy"]},
                unknown={"id": True, "role": True},
                expressions={} if role is None else {"role": role},
            ),
            Made(
                address=TASK,
                values={k: v for k, v in task.values.items() if k not in ("arn", "task_role_arn")},
                unknown={"arn": True, "revision": True, "task_role_arn": True},
                expressions={} if task_role is None else {"task_role_arn": task_role},
            ),
            Made(
                address=service.address, values={"name": "shop"}, unknown={"task_definition": True}
            ),
        )
        if one_role
        else {}
    )


def test_a_first_plan_is_connected_by_references(reviewed: Reviewed) -> None:
    report = reviewed(first_plan())

    assert report.tasks[0].permissions == "all five write actions"
    assert report.tasks[0].apps[0].outcome == "connected"
    assert ids(report) == []


REFERENCES: Mapping[str, Mapping[str, Any]] = {
    "a local has no expression": {"task_role_arn": ["local.role"]},
    "each.value": {"task_role_arn": ["each.value"]},
    "a data source": {"task_role_arn": ["data.aws_iam_role.x.arn", "data.aws_iam_role.x"]},
    "another type": {"task_role_arn": ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]},
    "none": {"task_role_arn": None},
    "the policy's role": {"role": ["local.role"]},
    "an index that nobody has": {"task_role_arn": [f"{ROLE}[3].arn", f"{ROLE}[3]", ROLE]},
}


@pytest.mark.parametrize("name", REFERENCES)
def test_what_is_not_known_before_apply_is_never_a_fault(reviewed: Reviewed, name: str) -> None:
    report = reviewed(first_plan(**REFERENCES[name]))

    assert not {"task-role-missing", "permissions-missing", "execution-role-missing"} & set(
        ids(report)
    )
    assert "all five" not in report.tasks[0].permissions


@pytest.mark.parametrize(
    ("references", "extra"),
    [
        (["module.roles.arn", "module.roles"], {"outputs": {"arn": ["aws_iam_role.r.arn"]}}),
        (
            ["module.roles[0].arn", "module.roles[0]", "module.roles"],
            {"outputs": {"arn": ["aws_iam_role.r[0].arn", "aws_iam_role.r[0]"]}},
        ),
        # What a module makes unless it is given one: try(aws_iam_role.r.arn, var.role_arn).
        (
            ["module.roles.arn"],
            {"outputs": {"arn": ["aws_iam_role.r.arn", "var.role_arn"]}, "role_arn": None},
        ),
    ],
)
def test_outputs_of_modules_are_followed(
    reviewed: Reviewed, references: list[str], extra: dict[str, Any]
) -> None:
    index = "[0]" if "[0]" in references[0] else ""
    module = f"module.roles{index}"
    role = f"{module}.aws_iam_role.r{index}"
    policy = Made(
        address=f"{module}.aws_iam_role_policy.x",
        module=module,
        values={"policy": document(*WRITE)},
        unknown={"role": True},
        expressions={"role": ["aws_iam_role.r.id", "aws_iam_role.r"]},
    )
    task = {k: v for k, v in right()[3].values.items() if k not in ("arn", "task_role_arn")}
    report = reviewed(
        plan(
            Made(
                address=role,
                module=module,
                values={"name": "r"},
                unknown={"arn": True},
                expressions={"name": "r"},
            ),
            policy,
            Made(
                address=TASK,
                values=task,
                unknown={"arn": True, "task_role_arn": True},
                expressions={"task_role_arn": references},
            ),
            roles=extra,
        )
    )

    assert report.tasks[0].permissions == "all five write actions"


def test_variables_lead_out_of_a_module(reviewed: Reviewed) -> None:
    task = {k: v for k, v in right()[3].values.items() if k not in ("arn", "task_role_arn")}
    module = 'module.shop["eu"].module.task'
    role = Made(
        address=ROLE,
        values={"name": "r", "inline_policy": [{"name": "x", "policy": document(*WRITE)}]},
        unknown={"arn": True},
        expressions={},
    )
    report = reviewed(
        plan(
            role,
            Made(
                address=f"{module}.aws_ecs_task_definition.t",
                module=module,
                values=task,
                unknown={"arn": True, "task_role_arn": True},
                expressions={"task_role_arn": ["var.role"]},
            ),
            shop={"outer": [f"{ROLE}.arn", ROLE]},
            task={"role": ["var.outer"]},
        )
    )

    assert report.tasks[0].permissions == "all five write actions"


@pytest.mark.parametrize(
    ("instances", "connected"), [(("[0]",), True), (("[0]", "[1]"), False), (('["a"]',), True)]
)
def test_a_reference_without_an_index_fits_the_only_instance(
    reviewed: Reviewed, instances: Sequence[str], connected: object
) -> None:
    inline = [{"name": "x", "policy": document(*WRITE)}]
    roles = [
        Made(
            address=f"{ROLE}{index}",
            values={"name": index, "inline_policy": inline},
            unknown={"arn": True},
            expressions={},
        )
        for index in instances
    ]
    task = {k: v for k, v in right()[3].values.items() if k not in ("arn", "task_role_arn")}
    report = reviewed(
        plan(
            *roles,
            Made(
                address=TASK,
                values=task,
                unknown={"arn": True, "task_role_arn": True},
                expressions={"task_role_arn": [ROLE, "count.index"]},
            ),
        )
    )

    assert (report.tasks[0].permissions == "all five write actions") == connected


DATA = ["data.aws_iam_policy_document.p.json", "data.aws_iam_policy_document.p"]
STATEMENT = {"actions": {"constant_value": WRITE}, "resources": {"constant_value": ["*"]}}


@pytest.mark.parametrize(
    ("prior", "statement", "permissions"),
    [
        (document(*WRITE), None, "all five write actions"),
        (document("s3:*"), None, "none of the write actions"),
        (None, [STATEMENT], "all five write actions"),
        (None, [{**STATEMENT, "actions": {"references": ["var.a"]}}], "known after apply"),
        (None, [{**STATEMENT, "condition": [{}]}], "known after apply"),
        # Dynamic blocks are left out of the JSON: there may be more statements.
        (None, [], "known after apply"),
        (None, None, "known after apply"),
    ],
)
def test_a_policy_document_is_read_through_its_data_source(
    reviewed: Reviewed, prior: str | None, statement: Any, permissions: str
) -> None:
    content = first_plan()
    for change in content["resource_changes"]:
        if change["type"] == "aws_iam_role_policy":
            del change["change"]["after"]["policy"]
            change["change"]["after_unknown"]["policy"] = True
    root = content["configuration"]["root_module"]["resources"]
    next(one for one in root if one["type"] == "aws_iam_role_policy")["expressions"]["policy"] = {
        "references": DATA
    }
    source = {"address": DATA[1], "mode": "data", "type": "aws_iam_policy_document", "name": "p"}
    if statement is not None:
        root.append({**source, "expressions": {"statement": statement}})
    if prior is not None:
        read = {**source, "values": {"json": prior}}
        content["prior_state"] = {"values": {"root_module": {"resources": [read]}}}

    report = reviewed(content)

    assert report.tasks[0].permissions == permissions
