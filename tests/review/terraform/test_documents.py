"""Plans and states: which of them is read how, and what of it is counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cdk_ecs_xray.review.render import render
from tests.review.terraform.conftest import FORMS, TASK, Reviewed, ids
from tests.terraform_documents import (
    Made,
    containers,
    plan,
    right,
    state,
    state_file,
)


@pytest.mark.parametrize("kind", [state, state_file, plan])
def test_each_kind_of_document_is_read_alike(reviewed: Reviewed, kind: Any) -> None:
    report = reviewed(kind(*right()))

    (task,) = report.tasks
    assert [(app.name, app.outcome) for app in task.apps] == [("app", "connected")]
    assert (task.name, task.mode, task.place) == ("shop", "bridge", TASK)
    assert task.permissions == "all five write actions"
    assert task.services == ["shop"]
    assert task.collectors[0].retention == "30 days"
    assert ids(report) == []


def test_a_plan_with_changes_alone_is_read(reviewed: Reviewed) -> None:
    whole = plan(*right())
    report = reviewed({key: whole[key] for key in ("format_version", "resource_changes")})

    assert report.coverage.startswith("1 of 1 app container connected")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"format_version": "2.0", "values": {}}, "format_version of a Terraform state must be"),
        ({"format_version": 1, "planned_values": {}}, "must be 0.x or 1.x (got a number)"),
        ({"planned_values": {}, "resource_changes": []}, "format_version of a Terraform plan"),
        (
            {"version": 3, "lineage": "x", "serial": 1},
            "of a Terraform state file must be 4",
        ),
    ],
)
def test_other_versions_are_refused(reviewed: Reviewed, content: Any, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        reviewed(content)


@pytest.mark.parametrize(
    "content",
    [
        {"format_version": "0.1", "values": {"root_module": {}}},
        {"format_version": "1.99", "new_in_1_99": [], "planned_values": {}},
        {"format_version": "1.0"},
        {"version": 4, "lineage": "x", "serial": 1, "resources": []},
    ],
)
def test_an_empty_document_has_nothing_to_review(reviewed: Reviewed, content: Any) -> None:
    assert reviewed(content).coverage == "no task definition"


@pytest.mark.parametrize("depth", [1, 4])
def test_addresses_of_modules_are_places_verbatim(reviewed: Reviewed, depth: int) -> None:
    module = ".".join(['module.shop["eu \\"1\\""]', *["module.inner[0]"] * (depth - 1)])
    address = f"{module}.aws_ecs_task_definition.this[0]"
    values = {**right()[3].values, "container_definitions": containers(links=[])}

    report = reviewed(state(Made(address=address, values=values, module=module)))

    (found,) = [one for one in report.findings if one.id == "link-missing"]
    assert str(found.place) == f"{address}, container 'app'"
    assert found.problem.where == str(found.place)


def test_data_sources_and_deleted_resources_are_not_counted(reviewed: Reviewed) -> None:
    task = right()[3].values
    report = reviewed(
        plan(
            *right(),
            Made(address="data.aws_ecs_task_definition.a", values=task, mode="data"),
            Made(address="aws_ecs_task_definition.b", values={}, before=task, actions=["delete"]),
        )
    )

    assert [one.place for one in report.tasks] == [TASK]


def test_what_is_replaced_counts_once(reviewed: Reviewed) -> None:
    made = right()
    made[3] = Made(address=TASK, values=made[3].values, before={}, actions=["create", "delete"])
    whole = plan(*made)
    deposed = {**whole["resource_changes"][3], "deposed": "00000001"}
    whole["resource_changes"].append(deposed)

    assert len(reviewed(whole).tasks) == 1


def test_containers_known_after_apply_are_not_called_untraced(reviewed: Reviewed) -> None:
    values = {k: v for k, v in right()[3].values.items() if k != "container_definitions"}
    task = Made(
        address=TASK,
        values=values,
        unknown={"container_definitions": True},
        expressions={"container_definitions": ["aws_sqs_queue.q.url", "aws_sqs_queue.q"]},
    )
    report = reviewed(plan(task), rules=())
    assert "known after apply, made of aws_sqs_queue.q.url" in report.tasks[0].heading

    report = reviewed(plan(task))
    (finding,) = report.findings
    assert finding.id == "not-read"
    assert "container_definitions known after apply" in str(finding.problem)
    assert "terraform show -json > state.json" in finding.problem.fix
    for form in FORMS:
        assert "known after apply" in render(report, form)
        assert "not connected" not in render(report, form)


@pytest.mark.parametrize("value", ["not json", "{}", "[1]", '[{"name": "a", "Name": "b"}]', 5])
def test_definitions_that_are_no_containers_are_not_read(reviewed: Reviewed, value: Any) -> None:
    report = reviewed(state(Made(address=TASK, values={"container_definitions": value})))

    assert ids(report) == ["not-read"]
    assert "no list of containers" in str(report.findings[0].problem)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("awscc_ecs_task_definition", "the provider awscc"),
        ("aws_cloudformation_stack", "a CloudFormation stack"),
        ("aws_cloudformation_stack_set", "a stack set"),
    ],
)
def test_what_may_hold_containers_elsewhere_is_named(
    reviewed: Reviewed, kind: str, words: str
) -> None:
    report = reviewed(state(Made(address=f"{kind}.x", values={"name": "x"})))

    assert ids(report) == ["not-read"]
    assert words in str(report.findings[0].problem)


@pytest.mark.parametrize(
    ("unknown", "expressions", "mode"),
    [
        ({"network_mode": True}, {"family": "shop"}, "bridge"),
        ({"network_mode": True}, {"network_mode": ["var.mode"]}, "known after apply"),
        ({"network_mode": True}, None, "known after apply"),
        ({}, None, "bridge"),
    ],
)
def test_a_mode_that_nobody_sets_is_bridge(
    reviewed: Reviewed, unknown: Any, expressions: Any, mode: str
) -> None:
    values = {k: v for k, v in right()[3].values.items() if k != "network_mode"}
    report = reviewed(
        plan(Made(address=TASK, values=values, unknown=unknown, expressions=expressions))
    )

    (task,) = report.tasks
    assert task.mode == mode
    outcomes = {"bridge": "connected", "known after apply": "cannot-tell"}
    assert task.apps[0].outcome == outcomes[mode]
