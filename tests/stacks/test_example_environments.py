"""The environments in examples/: what a Fargate team's and an EC2 team's files become."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from cdk_ecs_xray.stacks.stage import EnvironmentStage
from stacks.nag import check_with_nag

EXAMPLES = Path(__file__).parents[2] / "examples"
BIN = Path(sys.prefix) / "bin"


@pytest.fixture(scope="module")
def examples() -> Mapping[str, Environment]:
    return read_environments(EXAMPLES / "environments")


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    examples: Mapping[str, Environment],
) -> Path:
    """Their assembly, which cdk-nag has accepted."""
    found = tmp_path_factory.mktemp("examples")

    def build(app: cdk.App) -> None:
        for environment in examples.values():
            EnvironmentStage(app, environment=environment, environments=examples)
        check_with_nag(app)

    stacks = assemble(build, context=shipped_context, folder=found)
    assert [stack.warnings for stack in stacks.values()] == [[] for _ in stacks]
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )


def test_cfn_lint_finds_nothing(folder: Path) -> None:
    templates = sorted(folder.rglob("*.template.json"))
    assert len(templates) == 8  # two environments of a sampling, a cluster and two service stacks

    done = run(BIN / "cfn-lint", "--format", "json", *templates)

    assert json.loads(done.stdout) == []


def test_the_review_finds_nothing_and_every_app_is_connected(folder: Path) -> None:
    done = run(BIN / "ecs-xray", "review", folder, "--fail-on", "warning")

    assert done.returncode == 0, done.stdout
    last = done.stdout.strip().splitlines()[-1]
    # The container that migrates and ends is no app.
    assert last == "no findings; 4 of 4 app containers connected in 4 task definitions"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A key that is changed, and what of the templates may differ then.

    :param service: its position in the file; None for a key of the environment.
    :param given: keys that are there before, where the example lacks the block.
    :param stack: the name of the stack that differs; the service's without.
    """

    environment: str
    service: int | None
    key: str
    value: Any
    touched: set[str]
    given: Mapping[str, Any] = field(default_factory=dict)
    stack: str | None = None


def change(
    environment: str, service: int | None, key: str, value: Any, touched: set[str], **others: Any
) -> Change:
    return Change(
        environment=environment, service=service, key=key, value=value, touched=touched, **others
    )


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """Return properties that differ, and types of which resources went (-) or came (+)."""
    before, after = one["Resources"], other["Resources"]

    def kinds(template: Mapping[str, Any], missing: Mapping[str, Any]) -> set[str]:
        return {
            resource["Type"].removeprefix("AWS::")
            for logical_id, resource in template.items()
            if logical_id not in missing
        }

    changed = {
        f"{resource['Type'].removeprefix('AWS::')}.{key}"
        for logical_id, resource in after.items()
        if logical_id in before
        for key in {*resource.get("Properties", {}), *before[logical_id].get("Properties", {})}
        if resource.get("Properties", {}).get(key)
        != before[logical_id].get("Properties", {}).get(key)
    }
    gone, come = kinds(before, after), kinds(after, before)
    return {*changed, *(f"-{kind}" for kind in gone), *(f"+{kind}" for kind in come)}


CONNECT: Mapping[str, Any] = {"namespace": "shop.local", "ports": [{"port_name": "http"}]}
DISCOVERY: Mapping[str, Any] = {"namespace": "ns-abcdef0123456789"}
WATCHED: Mapping[str, Any] = {"monitoring": {"alarms": True, "slow_seconds": 1}}
CHANGES: Mapping[str, Change] = {
    "container": change("shop", 0, "cpu", 64, {"ECS::TaskDefinition.ContainerDefinitions"}),
    "task size": change("shop", 0, "task_memory_mib", 2048, {"ECS::TaskDefinition.Memory"}),
    "secrets": change("shop", 0, "secrets", {"FEATURES": "/shop/other"},
                {"ECS::TaskDefinition.ContainerDefinitions", "IAM::Policy.PolicyDocument"}),
    "service": change("shop", 0, "desired_count", 0, {"ECS::Service.DesiredCount"}),
    "deployment": change("shop", 0, "deployment", {"rollback": False},
                   {"ECS::Service.DeploymentConfiguration"}),
    "capacity": change("shop", 0, "capacity_providers", [{"name": "FARGATE"}],
                 {"ECS::Service.CapacityProviderStrategy"}),
    "scaling": change("shop", 0, "scaling", {"min": 0, "max": 10, "cpu_percent": 70,
                                       "requests_per_target": 1000},
                {"ApplicationAutoScaling::ScalableTarget.MinCapacity"}),
    "grace": change("shop", 0, "health_check_grace_seconds", 0,
              {"ECS::Service.HealthCheckGracePeriodSeconds"}),
    "network": change("shop", 0, "vpc", {
            "id": "vpc-0a1b2c3d4e5f60718", "subnets": ["subnet-00000009"],
            "public_subnets": ["subnet-0c1b2c3d4e5f60718", "subnet-0d1b2c3d4e5f60718"],
            "security_groups": ["sg-0a1b2c3d4e5f60718"]},
                {"ECS::Service.NetworkConfiguration"}),
    "schedule": change("shop", 1, "schedule", {"expression": "cron(0 4 * * ? *)", "retries": 3,
                                         "timezone": "Europe/Berlin"},
                 {"Scheduler::Schedule.ScheduleExpression"}),
    "placement": change("plant", 1, "placement", {"member_of": ["a == b"]},
                  {"ECS::Service.PlacementConstraints"}),
    "health check": change("shop", 0, "health_check", {"command": ["CMD", "/bin/ok"]},
                     {"ECS::TaskDefinition.ContainerDefinitions"}),
    "load balancer": change("shop", 0, "load_balancer", {
        "new": {"internet_facing": True, "security_groups": ["sg-0b1b2c3d4e5f60718"],
                "access_logs_bucket": "acme-shop-access-logs",
                "certificate": "arn:aws:acm:eu-west-1:111122223333:certificate/"
                "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"},
        "health_check": {"path": "/health"}, "deregistration_delay_seconds": 0},
        {"ElasticLoadBalancingV2::TargetGroup.TargetGroupAttributes"}),
    "command": change("shop", 0, "execute_command", False,
                {"ECS::Service.EnableExecuteCommand", "IAM::Policy.PolicyDocument"}),
    "tags": change("shop", 0, "tags", {"tier": "1"}, {"ECS::Service.Tags"}),
    "roles": change("plant", 1, "roles", {"execution": "ecs-execution"},
              {"ECS::TaskDefinition.ExecutionRoleArn", "-IAM::Role", "-IAM::Policy"}),
    "volumes": change("plant", 0, "volumes", {"readings": {"efs": {"file_system": "fs-00000009"}}},
                {"ECS::TaskDefinition.Volumes", "IAM::Policy.PolicyDocument"}),
    "deployment alarms": change("shop", 0, "deployment", {"alarms": ["orders-5xx"]},
                                {"ECS::Service.DeploymentConfiguration"},
                                given={"deployment": {}}),
    "discovery": change("shop", 0, "discovery", {**DISCOVERY, "ttl_seconds": 0},
                        {"ServiceDiscovery::Service.DnsConfig"}, given={"discovery": DISCOVERY}),
    "service connect": change("shop", 0, "service_connect", {
        **CONNECT, "ports": [{"port_name": "http", "alias": "orders"}]},
        {"ECS::Service.ServiceConnectConfiguration"}, given={"service_connect": CONNECT}),
    "cluster": change("shop", None, "cluster", {"create": {"capacity": "fargate"}},
                      {"ECS::Cluster.ClusterSettings"}, stack="cluster"),
    "instances": change("plant", None, "cluster", {
        "create": {"capacity": "ec2", "instance_type": "t3.medium", "instance_count": 1}},
        {"AutoScaling::AutoScalingGroup.MaxSize", "AutoScaling::AutoScalingGroup.MinSize"},
        stack="cluster"),
    "alarms": change("shop", None, "monitoring", {
        "slow_seconds": 1, "alarm_topic": "arn:aws:sns:eu-west-1:111122223333:operations"},
        {"CloudWatch::Alarm.AlarmActions"}, given=WATCHED, stack="monitoring"),
    "dashboard": change("shop", None, "monitoring", {"slow_seconds": 2},
                        {"CloudWatch::Dashboard.DashboardBody", "XRay::Group.FilterExpression"},
                        given=WATCHED, stack="monitoring"),
}  # fmt: skip


Stacks = Callable[[Change, Mapping[str, Any]], Mapping[str, Any]]


@pytest.fixture(scope="module")
def stacks_of(
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Stacks:
    """The templates of an example in which keys of a change's owner have other values."""
    made: dict[str, Mapping[str, Any]] = {}

    def synthesized(change: Change, keys: Mapping[str, Any]) -> Mapping[str, Any]:
        name = change.environment
        content = yaml.safe_load((EXAMPLES / "environments" / f"{name}.yaml").read_text())
        content["sampling_rules"] = str(EXAMPLES / "sampling" / f"{name}.yaml")
        owner = content if change.service is None else content["services"][change.service]
        owner.update(keys)
        text = yaml.safe_dump(content)
        if text not in made:
            path = tmp_path_factory.mktemp("changed") / f"{name}.yaml"
            path.write_text(text)
            environment = Environment.from_file(path)
            stacks = assemble(
                lambda app: EnvironmentStage(app, environment=environment), context=shipped_context
            )
            made[text] = {stack: found.template for stack, found in stacks.items()}
        return made[text]

    return synthesized


@pytest.mark.parametrize("block", CHANGES)
def test_a_changed_key_touches_what_it_says_and_nothing_else(stacks_of: Stacks, block: str) -> None:
    change = CHANGES[block]

    before = stacks_of(change, change.given)
    after = stacks_of(change, {**change.given, change.key: change.value})

    assert before.keys() == after.keys()
    touched = {
        name: differing(before[name], after[name]) for name in before if before[name] != after[name]
    }
    stack = f"acme-{change.environment}-{change.stack or service_of(change)}"
    assert touched == {stack: change.touched}


def service_of(change: Change) -> str:
    """Return the name of a service of an example."""
    content = yaml.safe_load((EXAMPLES / "environments" / f"{change.environment}.yaml").read_text())
    found: str = content["services"][change.service]["name"]
    return found
