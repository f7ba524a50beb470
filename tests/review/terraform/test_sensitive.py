"""Sensitive values are read, and shown in no form, in no error and in no comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import Report, review
from tests.review.terraform.conftest import FORMS, ROLE, TASK, Reviewed, ids
from tests.terraform_documents import Made, containers, document, plan, right, state, state_file

# Each is part of a value that a rule would show, or show a part of.
SECRETS = (
    "s3cr3t-app",
    "s3cr3t-image",
    "s3cr3t-host",
    "s3cr3t-value",
    "s3cr3t-daemon",
    "s3cr3t-group",
    "s3cr3t-label",
    "S3CR3T_NAME",
    "s3cr3t-action",
    "s3cr3t-resource",
    "s3cr3t-role",
    "s3cr3t-service",
    "s3cr3t-rule",
)


def definitions() -> str:
    app, daemon = json.loads(containers(links=["s3cr3t-daemon:alias"]))
    app.update(
        name="s3cr3t-app",
        image="registry/s3cr3t-image:1",
        environment=[
            {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "s3cr3t-host.example.com:2000"},
            {"name": "AWS_XRAY_CONTEXT_MISSING", "value": "s3cr3t-value"},
            {"name": "S3CR3T_NAME", "value": "s3cr3t-daemon:2000"},
        ],
        dockerLabels={"s3cr3t-label": "x"},
    )
    daemon.update(name="s3cr3t-daemon", image="public.ecr.aws/xray/aws-xray-daemon:latest")
    daemon["logConfiguration"]["options"]["awslogs-group"] = "/ecs/s3cr3t-group"
    return json.dumps([app, daemon])


def planted(*, sensitive: Any = True) -> list[Made]:
    """Return a setup with secrets at every place that a review reads.

    :param sensitive: the marks of each; true for the value as a whole.
    """
    made = right()
    marked: Mapping[str, Mapping[str, Any]] = {
        TASK: {"container_definitions": definitions()},
        ROLE: {
            "managed_policy_arns": ["arn:aws:iam::1:policy/s3cr3t-role"],
            "permissions_boundary": "arn:aws:iam::1:policy/s3cr3t-role",
        },
        "aws_iam_role_policy.shop": {
            "policy": document("xray:s3cr3t-action", Resource="s3cr3t-resource")
        },
        "aws_cloudwatch_log_group.shop": {"name": "/ecs/s3cr3t-group"},
        "aws_ecs_service.shop": {"name": "s3cr3t-service"},
    }
    rule = {"rule_name": "s3cr3t-rule", "priority": 1, "fixed_rate": 5, "reservoir_size": 1}
    rest = {"url_path": "*", "host": "s3cr3t-host", "http_method": "*", "service_name": "*"}
    found = [
        Made(
            address=one.address,
            values={**one.values, **marked[one.address]},
            sensitive=dict.fromkeys(marked[one.address], sensitive),
        )
        for one in made
    ]
    whole = {**rule, **rest, "service_type": "*", "resource_arn": "*", "version": 1}
    address = "aws_xray_sampling_rule.x"
    return [*found, Made(address=address, values=whole, sensitive=dict.fromkeys(whole, sensitive))]


def shown(report: Report) -> str:
    return "\n".join(render(report, form) for form in FORMS)


@pytest.mark.parametrize("kind", [state, state_file, plan])
def test_no_form_shows_a_secret(reviewed: Reviewed, kind: Any) -> None:
    report = reviewed(kind(*planted()))

    text = shown(report)
    assert [secret for secret in SECRETS if secret in text] == []
    assert "(sensitive)" in text
    # It was read all the same.
    assert "image-latest" in ids(report)
    assert "context-missing-invalid" in ids(report)
    assert report.tasks[0].apps[0].outcome in ("not-connected", "cannot-tell")


def test_the_same_values_are_shown_where_nothing_is_marked(reviewed: Reviewed) -> None:
    text = shown(reviewed(state(*planted(sensitive=False))))

    assert {"s3cr3t-app", "s3cr3t-value", "s3cr3t-service"} <= {
        secret for secret in SECRETS if secret in text
    }


@pytest.mark.parametrize("marks", [[{"environment": [{"value": True}]}], {"x": True}, [True]])
def test_a_mark_inside_hides_the_whole_value(reviewed: Reviewed, marks: Any) -> None:
    text = shown(reviewed(state(*planted(sensitive=marks))))

    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", [state, plan])
def test_a_comparison_shows_no_secret_of_either_side(
    tmp_path: Path, kind: Any, first: object
) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    other = [one for one in planted() if one.address != "aws_ecs_service.shop"]
    changed = [
        Made(
            address=one.address,
            values={
                name: value.replace("s3cr3t", "s3cr3t-2") if isinstance(value, str) else value
                for name, value in one.values.items()
            },
            sensitive=one.sensitive,
        )
        for one in other
    ]
    for file, made in zip(files, (planted(), changed), strict=True):
        file.write_text(json.dumps(kind(*made)))
    before, after = files if first else files[::-1]

    report = review(str(after), against=str(before))

    text = shown(report)
    assert "s3cr3t" not in text.lower()
    assert any(one.place == TASK and "(sensitive)" in one.text for one in report.changes or ())


def test_a_plan_alone_shows_no_secret(tmp_path: Path) -> None:
    made = [
        Made(
            address=one.address,
            values=one.values,
            before={k: f"{v}2" if isinstance(v, str) else v for k, v in one.values.items()},
            sensitive=one.sensitive,
            actions=["update"],
        )
        for one in planted()
    ]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan(*made)))

    assert "s3cr3t" not in shown(review(str(file), against=str(file))).lower()


def test_one_sensitive_task_leaves_others_as_they_are(reviewed: Reviewed) -> None:
    hidden = Made(
        address="aws_ecs_task_definition.hidden",
        values={**right()[3].values, "family": "hidden"},
        sensitive={"container_definitions": True},
    )
    wrong = containers(links=None)
    report = reviewed(state(*right(ecs_task_definition={"container_definitions": wrong}), hidden))

    (finding,) = [one for one in report.findings if one.place.resource == TASK]
    assert "'xray:2000' and links none" in str(finding.problem)
    assert [row.apps[0].name for row in report.tasks] == ["app", "number 1 (sensitive)"]


def test_a_role_that_may_be_shown_names_nothing_of_a_hidden_policy(reviewed: Reviewed) -> None:
    made = right()
    policy = document("xray:PutTraceSegments", Resource="hush")
    made[2] = Made(
        address=made[2].address,
        values={**made[2].values, "policy": policy},
        sensitive={"policy": True},
    )

    report = reviewed(state(*made))

    (finding,) = [one for one in report.findings if one.id == "permissions-missing"]
    assert finding.place.resource == ROLE
    assert finding.problem.got == "it on (sensitive)"
    assert "hush" not in shown(report)


@pytest.mark.parametrize(
    "broken",
    [
        {"values": "s3cr3t"},
        {"values": ["s3cr3t"]},
        {"address": ["s3cr3t"]},
        {"type": {"s3cr3t": 1}},
    ],
)
def test_errors_show_no_value(reviewed: Reviewed, broken: Any) -> None:
    content = state(*right())
    content["values"]["root_module"]["resources"][0].update(broken)

    with pytest.raises(ValueError, match="must be") as refused:
        reviewed(content)

    assert "s3cr3t" not in str(refused.value)
