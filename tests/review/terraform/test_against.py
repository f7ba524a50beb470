"""``--against``: two states, two plans, or a plan alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.report import review
from tests.review.terraform.conftest import ROLE, TASK
from tests.terraform_documents import Made, containers, document, plan, right, state


@pytest.fixture
def compared(tmp_path: Path) -> Callable[[Any, Any], list[str]]:
    """Return what changes from one document to another, as lines."""

    def run(before: Any, after: Any) -> list[str]:
        files = []
        for name, content in (("before", before), ("after", after)):
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
            files.append(str(tmp_path / f"{name}.json"))
        report = review(files[1], against=files[0])
        return [f"{one.place}: {one.text}" for one in report.changes or ()]

    return run


Compared = Callable[[Any, Any], list[str]]


@pytest.mark.parametrize("kind", [state, plan])
def test_two_documents_are_compared_by_address(compared: Compared, kind: Any) -> None:
    after = right(
        cloudwatch_log_group={"retention_in_days": 7},
        iam_role_policy={"policy": document("xray:*")},
        ecs_task_definition={"container_definitions": containers(links=None)},
    )
    extra = Made(address="aws_sqs_queue.q", values={"name": "q"})

    found = compared(kind(*right()), kind(*after, extra))

    assert "aws_iam_role_policy.shop: may now xray:* on *" in found
    assert (
        "aws_cloudwatch_log_group.shop: the log group: retention_in_days 7 instead of 30" in found
    )
    assert "aws_sqs_queue.q: aws_sqs_queue is new" in found
    assert f"{TASK}: 'app' was connected; now it is not connected, no link leads to 'xray'" in found
    assert not any("stack" in line for line in found)


@pytest.mark.parametrize("kind", [state, plan])
def test_nothing_differs_from_itself_in_another_file(compared: Compared, kind: Any) -> None:
    assert compared(kind(*right()), kind(*right())) == []


def test_a_plan_alone_is_compared_with_what_it_found(tmp_path: Path) -> None:
    made = right()
    group = made[0]
    made[0] = Made(
        address=group.address,
        values={**group.values, "retention_in_days": 7},
        before=group.values,
        actions=["update"],
    )
    for position in range(1, len(made)):
        one = made[position]
        made[position] = Made(
            address=one.address, values=one.values, before=one.values, actions=["no-op"]
        )
    old = Made(
        address="aws_ecs_task_definition.old",
        values={},
        before={"family": "old"},
        actions=["delete"],
    )
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan(*made, old)))

    report = review(str(file), against=str(file))

    assert [f"{one.place}: {one.text}" for one in report.changes or ()] == [
        f"{TASK}: the log of 'xray': 7 days instead of 30 days",
        "aws_cloudwatch_log_group.shop: the log group: retention_in_days 7 instead of 30",
        "aws_ecs_task_definition.old: the task definition is deleted",
    ]


def test_a_reference_and_its_value_are_no_change(compared: Compared) -> None:
    task = right()[3]
    values = {k: v for k, v in task.values.items() if k not in ("arn", "task_role_arn")}
    made = [one for one in right() if one.address != TASK]
    role = next(one for one in made if one.address == ROLE)
    made[made.index(role)] = Made(address=ROLE, values=role.values, expressions={})
    planned = Made(
        address=TASK,
        values=values,
        unknown={"arn": True, "task_role_arn": True},
        expressions={"task_role_arn": [f"{ROLE}.arn", ROLE]},
    )

    assert [line for line in compared(state(*right()), plan(*made, planned)) if TASK in line] == []
