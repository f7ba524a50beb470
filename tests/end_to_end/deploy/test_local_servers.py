"""Servers that run on: seeded, deployed onto, listed and stopped."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws
from tests.end_to_end.deploy.local_command import answers, run_local
from tests.end_to_end.deploy.test_local_progress import GROUP, project

SEED = """\
clusters: [shared-dev]
log_groups: [/shared/audit]
parameters: {/shared/vpc: vpc-1}
exports: {"shared:subnets": "subnet-1,subnet-2"}
roles:
  - name: orders-task
    allow: ["xray:PutTraceSegments", "s3:GetObject"]
  - name: orders-schedule
    assumed_by: scheduler.amazonaws.com
"""
USER = {
    "Type": "AWS::SSM::Parameter",
    "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "shared:subnets"}},
}

ELB = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"


def listed(folder: Path) -> list[dict[str, Any]]:
    done = run_local("list", "--format", "json", folder=folder)
    assert done.returncode == 0, done.stdout
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """A server that runs on: each test deploys stacks of its own names onto it."""
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(scope="module")
def first(aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is deployed."""
    folder = project(tmp_path_factory.mktemp("first") / "app", first={"One": GROUP})
    deployed_onto(aws, str(aws.port), folder)
    return folder


def deployed_onto(aws: EmbeddedAws, named: str, folder: Path, *arguments: str) -> str:
    """Deploy onto a server that runs and is left running; what the command says."""
    done = run_local("deploy", "--to", named, *arguments, folder=folder)
    assert done.returncode == 0, done.stdout
    assert "[2/5] use the AWS emulator that runs" in done.stdout
    assert f"The AWS emulator on port {aws.port} goes on running." in done.stdout
    return done.stdout


@pytest.mark.usefixtures("first")
def test_a_deployment_goes_onto_a_server_that_runs_and_leaves_it_running(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    (mine,) = (one for one in listed(tmp_path) if one["port"] == aws.port)
    second = project(tmp_path / "second", second={"Two": GROUP | {"Properties": {}}})
    third = project(tmp_path / "third", third={"Three": GROUP | {"Properties": {}}})

    # The first project named the server by its port.
    deployed_onto(aws, str(mine["url"]), second)
    deployed_onto(aws, str(mine["folder"]), third)

    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    assert {"first", "second", "third"} <= {stack["StackName"] for stack in stacks}


def test_deploying_again_says_that_there_are_no_changes(aws: EmbeddedAws, first: Path) -> None:
    said = deployed_onto(aws, str(aws.port), first)

    assert re.search(r"^ +first +CREATE_COMPLETE, no changes$", said, re.MULTILINE)


def test_a_list_tells_how_to_reach_each(aws: EmbeddedAws, tmp_path: Path) -> None:
    with EmbeddedAws.start() as other:
        found = {one["port"]: one for one in listed(tmp_path)}
        text = run_local("list", folder=tmp_path).stdout

    assert {aws.port, other.port} <= set(found)
    mine = found[aws.port]
    assert mine["pid"] == aws.pid
    assert mine["startedIn"] == str(Path.cwd())
    assert 0 <= mine["ageSeconds"] < 600
    assert mine["variables"] == aws.cdk_environment()
    assert re.search(
        rf"^{re.escape(aws.url)}  process {aws.pid}, \d+ \w+ old, ", text, re.MULTILINE
    )
    assert f"export AWS_ENDPOINT_URL={other.url}" in text


def test_with_none_running_a_list_says_so(tmp_path: Path) -> None:
    temporary = str(tmp_path)

    assert run_local("list", folder=tmp_path, TMPDIR=temporary).stdout == (
        "No AWS emulator of yours runs. Start one with ecs-xray local start.\n"
    )
    done = run_local("list", "--format", "json", folder=tmp_path, TMPDIR=temporary)
    assert json.loads(done.stdout) == []


def test_a_seed_is_there_before_the_deployment(aws: EmbeddedAws, tmp_path: Path) -> None:
    folder = project(tmp_path / "app", subnets={"Subnets": USER})
    (folder / "seed.yaml").write_text(SEED)
    done = deployed_onto(aws, str(aws.port), folder, "--seed", "seed.yaml")
    assert "seeded 6 resources in 000000000000, us-east-1" in done

    assert aws.client("ecs").describe_clusters(clusters=["shared-dev"])["clusters"]
    iam = aws.client("iam")
    task = iam.get_role(RoleName="orders-task")["Role"]["AssumeRolePolicyDocument"]
    schedule = iam.get_role(RoleName="orders-schedule")["Role"]["AssumeRolePolicyDocument"]
    assert task["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert schedule["Statement"][0]["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert iam.list_role_policies(RoleName="orders-schedule")["PolicyNames"] == []
    policy = iam.get_role_policy(RoleName="orders-task", PolicyName="seed")["PolicyDocument"]
    assert policy["Statement"][0]["Action"] == ["xray:PutTraceSegments", "s3:GetObject"]
    parameter = aws.client("ssm").get_parameter(Name="/shared/vpc")["Parameter"]
    assert parameter["Value"] == "vpc-1"
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix="/shared")["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["/shared/audit"]

    again = deployed_onto(aws, str(aws.port), folder, "--seed", "seed.yaml")
    assert "seeded 0 resources in 000000000000, us-east-1" in again


LISTENER = f"{ELB}:listener/app/web/0123456789abcdef/fedcba9876543210"
TARGETS = f"{ELB}:targetgroup/orders/0123456789abcdef"
RULE = {
    "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
    "Properties": {
        "ListenerArn": LISTENER,
        "Priority": 7,
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/orders*"]}}],
        "Actions": [{"Type": "forward", "TargetGroupArn": TARGETS}],
    },
}


def test_a_listener_and_a_target_group_are_found_by_their_arns(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    folder = project(tmp_path / "app", listener={"Rule": RULE})
    network = LISTENER.replace("/app/web/", "/net/tcp/")
    seed = {"listeners": [LISTENER, network], "target_groups": [TARGETS]}
    (folder / "seed.yaml").write_text(json.dumps(seed))
    done = deployed_onto(aws, str(aws.port), folder, "--seed", "seed.yaml")
    assert "seeded 3 resources" in done

    elb = aws.client("elbv2")
    (rule,) = (
        one for one in elb.describe_rules(ListenerArn=LISTENER)["Rules"] if not one["IsDefault"]
    )
    assert rule["Priority"] == "7"
    (group,) = elb.describe_target_groups(TargetGroupArns=[TARGETS])["TargetGroups"]
    assert group["TargetGroupName"] == "orders"
    balancers = {one["LoadBalancerArn"]: one for one in elb.describe_load_balancers()[
        "LoadBalancers"]}  # fmt: skip
    web = f"{ELB}:loadbalancer/app/web/0123456789abcdef"
    assert balancers[web]["Type"] == "application"
    assert balancers[f"{ELB}:loadbalancer/net/tcp/0123456789abcdef"]["Type"] == "network"

    again = deployed_onto(aws, str(aws.port), folder, "--seed", "seed.yaml")
    assert "seeded 0 resources" in again

    taken = LISTENER.replace("0123456789abcdef/", "another/")
    (folder / "seed.yaml").write_text(json.dumps({"listeners": [taken]}))
    refused = run_local("deploy", "--to", str(aws.port), "--seed", "seed.yaml", folder=folder)
    assert refused.returncode == 1
    assert "listeners and target groups must be ones that can be made (got web is" in (
        refused.stdout
    )


def test_the_example_of_a_team_on_fargate_finds_its_listener(
    repository: Path, copy_project: Callable[..., Path], tmp_path: Path
) -> None:
    folder = copy_project(tmp_path / "project")
    shutil.copytree(repository / "examples", folder / "examples")

    done = run_local(
        "deploy", "--env", "shop", "-c", "environments=examples/environments",
        "--seed", "examples/seeds/shop.yaml", folder=folder,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
    assert "AWS::ApplicationAutoScaling::ScalableTarget: accepted as an inert resource" in (
        done.stdout
    )


def test_a_started_server_is_seeded_where_the_file_says(tmp_path: Path) -> None:
    text = 'account: "444455556666"\nregion: eu-west-3\nclusters: [shared]\n'
    (tmp_path / "seed.yaml").write_text(text)

    done = run_local("start", "--seed", "seed.yaml", folder=tmp_path)

    assert done.returncode == 0, done.stdout
    (port,) = re.findall(r"ecs-xray local stop (\d+)", done.stdout)
    try:
        assert "export AWS_ACCESS_KEY_ID=444455556666" in done.stdout
        ecs = EmbeddedAws.attach(int(port)).client(
            "ecs", account="444455556666", region="eu-west-3"
        )
        assert ecs.describe_clusters(clusters=["shared"])["clusters"]
    finally:
        stopped = run_local("stop", f"http://127.0.0.1:{port}", folder=tmp_path)
    assert stopped.stdout == f"stopped the AWS emulator on port {port}\n"
    assert not answers(int(port))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "there"], 2, "by its port, its URL or the folder of its run (got 'there')"),
        (["--to", "http://example.org:80"], 2, "(got 'http://example.org:80')"),
        (["--to", "70000"], 2, "(got '70000')"),
        (["--to", "1"], 1, "your server on port 1 not found"),
        (["--to", "."], 1, "your server of . not found"),
        (["--to", "1", "--keep"], 2, "--to and --keep cannot be combined. Keep one."),
        (["--to", "1", "--port", "5"], 2, "--to and --port cannot be combined. Keep one."),
        (["--seed", "none.yaml"], 2, "none.yaml: not found"),
        (["--seed", "bad.yaml"], 2, "bad.yaml: clusters must be a list"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_named_before_anything_starts(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    folder = project(tmp_path / "app", one={"One": GROUP})
    (folder / "bad.yaml").write_text("clusters: 1\n")

    done = run_local("deploy", *arguments, folder=folder)

    assert (done.returncode, "[1/5]" in done.stdout) == (code, False), done.stdout
    assert said in done.stdout
    assert "Traceback" not in done.stdout
