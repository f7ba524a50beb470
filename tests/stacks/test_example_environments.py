"""The environments in examples/: what a Fargate team's and an EC2 team's files become."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml

from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.folder import read_environments
from stacks.acknowledged import check_with_nag
from stacks.stage import EnvironmentStage

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


def changed(environment: str, change: Callable[[dict[str, Any]], None], tmp_path: Path) -> Path:
    content = yaml.safe_load((EXAMPLES / "environments" / f"{environment}.yaml").read_text())
    content["sampling_rules"] = str(EXAMPLES / "sampling" / f"{environment}.yaml")
    change(content)
    path = tmp_path / f"{environment}.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    before, after = one["Resources"], other["Resources"]
    return {
        f"{resource['Type'].removeprefix('AWS::')}.{key}"
        for logical_id, resource in after.items()
        for key in {*resource.get("Properties", {}), *before[logical_id].get("Properties", {})}
        if resource.get("Properties", {}).get(key)
        != before[logical_id].get("Properties", {}).get(key)
    }


CHANGES: Mapping[str, tuple[str, int, str, Any, set[str]]] = {
    "container": ("shop", 0, "cpu", 64, {"ECS::TaskDefinition.ContainerDefinitions"}),
    "task size": ("shop", 0, "task_memory_mib", 2048, {"ECS::TaskDefinition.Memory"}),
    "secrets": ("shop", 0, "secrets", {"FEATURES": "/shop/other"},
                {"ECS::TaskDefinition.ContainerDefinitions", "IAM::Policy.PolicyDocument"}),
    "service": ("shop", 0, "desired_count", 0, {"ECS::Service.DesiredCount"}),
    "deployment": ("shop", 0, "deployment", {"rollback": False},
                   {"ECS::Service.DeploymentConfiguration"}),
    "capacity": ("shop", 0, "capacity_providers", [{"name": "FARGATE"}],
                 {"ECS::Service.CapacityProviderStrategy"}),
    "scaling": ("shop", 0, "scaling", {"min": 0, "max": 10, "cpu_percent": 70,
                                       "requests_per_target": 1000},
                {"ApplicationAutoScaling::ScalableTarget.MinCapacity"}),
    "grace": ("shop", 0, "health_check_grace_seconds", 0,
              {"ECS::Service.HealthCheckGracePeriodSeconds"}),
    "network": ("shop", 0, "vpc", {"id": "vpc-0a1b2c3d4e5f60718", "subnets": ["subnet-00000009"],
            "public_subnets": ["subnet-0c1b2c3d4e5f60718", "subnet-0d1b2c3d4e5f60718"],
            "security_groups": ["sg-0a1b2c3d4e5f60718"]},
                {"ECS::Service.NetworkConfiguration"}),
    "schedule": ("shop", 1, "schedule", {"expression": "cron(0 4 * * ? *)", "retries": 3,
                                         "timezone": "Europe/Berlin"},
                 {"Scheduler::Schedule.ScheduleExpression"}),
    "placement": ("plant", 1, "placement", {"member_of": ["a == b"]},
                  {"ECS::Service.PlacementConstraints"}),
    "health check": ("shop", 0, "health_check", {"command": ["CMD", "/bin/ok"]},
                     {"ECS::TaskDefinition.ContainerDefinitions"}),
    "load balancer": ("shop", 0, "load_balancer", {
        "new": {"internet_facing": True, "security_groups": ["sg-0b1b2c3d4e5f60718"],
                "access_logs_bucket": "acme-shop-access-logs",
                "certificate": "arn:aws:acm:eu-west-1:111122223333:certificate/"
                "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"},
        "health_check": {"path": "/health"}, "deregistration_delay_seconds": 0},
        {"ElasticLoadBalancingV2::TargetGroup.TargetGroupAttributes"}),
    "command": ("shop", 0, "execute_command", False,
                {"ECS::Service.EnableExecuteCommand", "IAM::Policy.PolicyDocument"}),
    "tags": ("shop", 0, "tags", {"tier": "1"}, {"ECS::Service.Tags"}),
    "roles": ("plant", 1, "roles", {"execution": "ecs-execution"},
              {"ECS::TaskDefinition.ExecutionRoleArn"}),
    "volumes": ("plant", 0, "volumes", {"readings": {"efs": {"file_system": "fs-00000009"}}},
                {"ECS::TaskDefinition.Volumes", "IAM::Policy.PolicyDocument"}),
}  # fmt: skip


@pytest.mark.parametrize("block", CHANGES)
def test_a_changed_key_touches_what_it_says_and_nothing_else(
    assemble: Callable[..., Mapping[str, Any]],
    shipped_context: Mapping[str, object],
    tmp_path: Path,
    block: str,
) -> None:
    name, position, key, value, touched = CHANGES[block]

    def stacks(change: Callable[[dict[str, Any]], None]) -> Mapping[str, Any]:
        environment = Environment.from_file(changed(name, change, tmp_path))
        return assemble(
            lambda app: EnvironmentStage(app, environment=environment), context=shipped_context
        )

    before = stacks(lambda _: None)
    after = stacks(lambda content: content["services"][position].update({key: value}))

    assert {
        name: differing(before[name].template, after[name].template)
        for name in before
        if before[name].template != after[name].template
    } == {f"acme-{name}-{service_of(name, position)}": touched}


def service_of(name: str, position: int) -> str:
    """Return the name of a service of an example."""
    content = yaml.safe_load((EXAMPLES / "environments" / f"{name}.yaml").read_text())
    found: str = content["services"][position]["name"]
    return found
