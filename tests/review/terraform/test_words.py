"""What a review of Terraform says: in Terraform's words, at its addresses, in every form."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import review
from tests.review.terraform.conftest import FORMS, TASK, Reviewed, ids
from tests.terraform_documents import Made, containers, plan, right, state

FOREIGN = (
    "Fn::",
    "Ref ",
    "Resources",
    "the template",
    "cdk synth",
    "In CDK",
    "AWS::Partition",
    "RetentionInDays",
    "TaskRoleArn",
    "ExecutionRoleArn",
    "NetworkMode",
    "ContainerDefinitions",
    "DependsOn",
    "HostPort",
    "LogGroupName",
    "at deployment",
)
DAEMON = "public.ecr.aws/xray/aws-xray-daemon:latest"


def wrong(*, mode: str = "bridge") -> list[Made]:
    """Return a setup with as much wrong as fits into one."""
    changed = json.loads(containers(links=None, essential=True))
    app, daemon = changed
    app["dependsOn"] = [{"containerName": "xray", "condition": "HEALTHY"}]
    app["environment"].append({"name": "AWS_XRAY_CONTEXT_MISSING", "value": "RUNTIME_ERROR"})
    daemon.update(
        image=DAEMON,
        essential=True,
        command=[],
        environment=[],
        readonlyRootFilesystem=True,
        portMappings=[{"containerPort": 2000, "hostPort": 2001, "protocol": "tcp"}],
        healthCheck={"command": ["CMD-SHELL", "curl localhost:2000"]},
        secrets=[{"name": "S", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/s"}],
    )
    daemon["logConfiguration"]["options"]["awslogs-group"] = "/ecs/shopp"
    return [
        *right(
            ecs_task_definition={
                "container_definitions": json.dumps(changed),
                "network_mode": mode,
                "task_role_arn": None,
                "requires_compatibilities": [],
            },
            cloudwatch_log_group={"retention_in_days": 0},
            ecs_service={"desired_count": 3},
        ),
        Made(
            address="aws_iam_role_policy_attachment.x",
            values={
                "role": "shop-task",
                "policy_arn": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
            },
        ),
        Made(address="aws_cloudwatch_log_group.twice", values={"name": "/ecs/shop"}),
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["bridge", "awsvpc", "host", "none"])
def test_no_form_says_what_only_cloudformation_has(
    reviewed: Reviewed, form: str, mode: str
) -> None:
    for kind in (plan, state):
        report = reviewed(kind(*wrong(mode=mode)))
        assert len(set(ids(report))) > 9

        rendered = render(report, form)
        if form == "sarif":
            # The descriptions of all rules are there too, which are about every tool.
            rendered = json.dumps(json.loads(rendered)["runs"][0]["results"])

        assert [word for word in FOREIGN if word in rendered] == []
        assert "aws_cloudwatch_log_group.shop" in rendered or form != "json"


@pytest.mark.parametrize(
    ("changed", "finding", "said"),
    [
        ({"cloudwatch_log_group": {"retention_in_days": 0}}, "log-never-expires", "retention_in_"),
        ({"ecs_task_definition": {"task_role_arn": None}}, "task-role-missing", "task_role_arn is"),
        ({"ecs_task_definition": {"network_mode": "none"}}, "network-mode-none", "network_mode mu"),
        (
            {"ecs_task_definition": {"container_definitions": containers(links=None)}},
            "link-missing",
            "links must hold",
        ),
        (
            {
                "ecs_task_definition": {
                    "container_definitions": containers().replace("/ecs/shop", "/ecs/shopp")
                }
            },
            "log-group-differs",
            "Refer to aws_cloudwatch_log_group.shop.name",
        ),
    ],
)
def test_members_are_spelled_as_terraform_does(
    reviewed: Reviewed, changed: Any, finding: str, said: str
) -> None:
    report = reviewed(right(**changed))

    problems = [str(one.problem) for one in report.findings if one.id == finding]
    assert len(problems) == 1
    assert said in problems[0]


def test_a_partition_is_left_open_with_a_data_source(reviewed: Reviewed) -> None:
    report = reviewed(plan(*wrong(), region=None))

    (finding,) = [one for one in report.findings if one.id == "arn-fixes-partition"]
    assert "data.aws_partition.current.partition" in finding.problem.fix
    assert finding.place.resource == "aws_iam_role_policy_attachment.x"


@pytest.mark.parametrize(
    ("kind", "region", "severities"),
    [(plan, "eu-west-1", ["warning"]), (plan, None, ["warning"]), (state, None, ["error"])],
)
def test_a_clash_is_an_error_only_where_account_and_region_are_known(
    reviewed: Reviewed, kind: Any, region: str | None, severities: list[str]
) -> None:
    group = right()[0]
    twice = Made(address="aws_cloudwatch_log_group.twice", values=group.values, expressions={})
    options = {"region": region} if kind is plan else {}

    report = reviewed(kind(group, twice, **options))

    assert [str(one.severity) for one in report.findings if one.id == "name-clash"] == severities
    assert "name must be unique" in str(report.findings[0].problem)


@pytest.mark.parametrize("regions", [("eu-west-1", "us-east-1"), ("eu-west-1", None)])
def test_providers_of_several_regions_are_kept_apart(
    reviewed: Reviewed, regions: tuple[str, str | None]
) -> None:
    group = {"name": "/ecs/shop", "retention_in_days": 1}
    content = plan(
        Made(address="aws_cloudwatch_log_group.a", values=group, expressions={}),
        Made(address="aws_cloudwatch_log_group.b", values=group, expressions={}, provider="aws.b"),
        region=regions[0],
    )
    other = {} if regions[1] is None else {"region": {"constant_value": regions[1]}}
    content["configuration"]["provider_config"]["aws.b"] = {"expressions": other}

    report = reviewed(content)

    assert len(report.stacks) == 2
    # Where one region is not known, it may be the other one: a warning, as of any plan.
    assert ids(report) == ([] if regions[1] else ["name-clash"])


def test_sarif_names_the_file_and_the_address(reviewed: Reviewed, tmp_path: Path) -> None:
    report = reviewed(right(ecs_task_definition={"container_definitions": containers(links=[])}))

    (result, *_) = json.loads(render(report, "sarif"))["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == (
        (tmp_path / "document.json").as_uri()
    )
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": TASK, "name": "app", "kind": "resource"}
    ]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(plan(*right())).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))

    assert review("-").coverage.startswith("1 of 1")
