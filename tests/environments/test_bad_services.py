"""What services cannot mean together: each with its place, its value and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_ecs_xray.environments.environment import Environment

GROUP = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api/0123456789abcdef"
RULE = {"listener": "export:Listener", "priority": 5, "paths": ["/a"]}
FARGATE = {"launch": "fargate", "task_cpu": 256, "task_memory_mib": 512}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    (tmp_path / "rules.yaml").write_text("rules: [{name: all, priority: 1, fixed_rate: 0.1}]\n")

    def file(*services: Mapping[str, Any], **keys: Any) -> Path:
        named = [
            {"name": f"s{number}", "image": "nginx:1", "cluster": "shared", **service}
            for number, service in enumerate(services, start=1)
        ]
        content = {
            "name": "dev",
            "namespace": "fq",
            "sampling_rules": "rules.yaml",
            "vpc": {"id": "vpc-00000001", "subnets": ["subnet-00000001", "subnet-00000002"]},
            "services": [{k: v for k, v in one.items() if v is not None} for one in named],
            **keys,
        }
        path = tmp_path / "dev.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return file


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ({**FARGATE, "task_memory_mib": 4096},
         "task_memory_mib must be 512, 1024 or 2048 with task_cpu 256 on Fargate (got 4096)"),
        ({**FARGATE, "task_cpu": 4096, "task_memory_mib": 8000},
         "task_memory_mib must be 8192 to 30720 in steps of 1024 with task_cpu 4096"),
        ({**FARGATE, "task_cpu": 300}, "task_cpu must be one of 256, 512, 1024, "),
        ({**FARGATE, "task_cpu": None}, "task_cpu is required on Fargate. Add it"),
        ({**FARGATE, "network_mode": "bridge"}, "network_mode must be awsvpc on Fargate"),
        ({"launch": "external", "network_mode": "awsvpc"},
         "network_mode must be bridge or host on external instances (got 'awsvpc')"),
        ({"launch": "managed_instances", "network_mode": "bridge"},
         "network_mode must be awsvpc or host on Managed Instances (got 'bridge')"),
        ({"launch": "external", "port": 80, "load_balancer": {"target_group": GROUP}},
         "load_balancer and launch 'external' cannot be combined"),
        ({**FARGATE, "placement": {"distinct_instances": True}},
         "placement and launch 'fargate' cannot be combined"),
        ({"ephemeral_storage_gib": 30}, "ephemeral_storage_gib requires `launch: fargate`"),
        ({**FARGATE, "volumes": {"v": {"host_path": "/a"}}},
         "host_path and launch 'fargate' cannot be combined"),
        ({**FARGATE, "ulimits": [{"name": "core", "soft": 0, "hard": 0}]},
         "ulimits must be nofile on Fargate"),
        ({"ports": [{"port": 80}, {"port": 80}]}, "ports must hold each port once (got 80 twice)"),
        ({"port": 80, "ports": [{"port": 80}]}, "ports must hold each port once (got 80 twice)"),
        ({"image": None, "network_mode": "host", "containers": [
            {"name": "a", "image": "a", "port": 80}, {"name": "b", "image": "b", "port": 80}]},
         "port must hold each port once, as host mode shares them (got 80 twice, in 'a' and 'b')"),
        ({"network_mode": "host", "ports": [{"port": 80, "host_port": 8080}]},
         "ports must have no host_port of another number in host mode (got 8080 for 80)"),
        ({"network_mode": "host", "port": 2000}, "port 2000 must be free in host mode"),
        ({"secrets": {"A": "hunter 2"}}, "A must be the ARN of a secret, or the name or ARN"),
        ({"secrets": {"A": {"secret": "a b"}}}, "secret must be the name or the ARN of a secret"),
        ({"secrets": {"A": {}}}, "A requires one of secret and parameter."),
        ({"secrets": {"A": {"parameter": "/a", "key": "k"}}}, "A must have key beside secret only"),
        ({"secrets": {"A=B": "/a"}}, "secrets must have names that are not empty"),
        ({"port": 80, "load_balancer": {"target_group": GROUP, "port": 81}},
         "load_balancer must point at one TCP port of a container (got any container:81, which "
         "none has)"),
        ({"load_balancer": {"target_group": GROUP}}, "which none has). Set container and port"),
        ({"ports": [{"port": 80}, {"port": 81}], "load_balancer": {"target_group": GROUP}},
         "which several have). Set container and port. Known: s1:80, s1:81"),
        ({"port": 80, "load_balancer": {**RULE, "target_group": GROUP}},
         "load_balancer must have one of target_group, listener, new (got target_group and list"),
        ({"port": 80, "load_balancer": {"listener": "export:L", "priority": 1}},
         "load_balancer requires a priority and hosts or paths"),
        ({"port": 80, "load_balancer": {"target_group": GROUP, "hosts": ["a.b"]}},
         "load_balancer must have priority, hosts and paths beside listener only"),
        ({"port": 80, "load_balancer": {"new": {"internet_facing": True}}},
         "new requires at least 2 `vpc.public_subnets`"),
        ({"schedule": {"expression": "rate(1 hour)"}, "desired_count": 1},
         "desired_count and schedule cannot be combined"),
        ({"schedule": {"expression": "every day"}}, "expression must be rate(5 minutes), cron("),
        ({"scaling": {"min": 3, "max": 2, "cpu_percent": 1}}, "scaling must have min at or below"),
        ({"scaling": {"min": 1, "max": 2}}, "scaling requires cpu_percent, memory_percent or"),
        ({"scaling": {"min": 1, "max": 2, "requests_per_target": 5}},
         "requests_per_target requires `load_balancer`"),
        ({"port": 80, "load_balancer": {"target_group": GROUP},
          "scaling": {"min": 1, "max": 2, "requests_per_target": 5}},
         "requests_per_target requires a `load_balancer` that is `new`, or a `listener`"),
        ({"health_check_grace_seconds": 5}, "health_check_grace_seconds requires `load_balancer`"),
        ({"mounts": [{"volume": "v", "path": "/v"}]}, "mounts must name a volume of the service"),
        ({"volumes": {"v": {"efs": {"file_system": "fs-00000001"}, "host_path": "/a"}}},
         "v must be one of efs and host_path"),
        ({"volumes": {"v": {"efs": {"file_system": "fs-00000001", "transit_encryption": False}}}},
         "efs must keep transit_encryption for iam"),
        ({"service_connect": {"namespace": "n", "ports": [{"port_name": "http"}]}},
         "ports must name a port of a container (got 'http')"),
        ({"image": None, "containers": []}, "containers must hold at least one container"),
        ({"containers": [{"name": "a", "image": "a"}]}, "image and containers cannot be combined"),
        ({"image": None, "containers": [{"name": "a", "image": "a", "essential": False}]},
         "containers requires at least one essential container"),
        ({"image": None, "containers": [{"name": "a", "image": "a", "depends_on": {"b": "START"}}]},
         "depends_on must name other containers"),
        ({"memory_limit_mib": 100}, "memory_limit_mib must not be below memory_reservation_mib"),
        ({"deployment": {"minimum_healthy_percent": 100, "maximum_percent": 100}},
         "deployment must leave room to start or stop a task"),
        ({"lod_balancer": {}}, "lod_balancer must be a known key (got a mapping). Did you mean"),
        ({"vpc": {"subnets": ["10.0.0.0/24"]}, "network_mode": "awsvpc"},
         "subnets entry 1 must be a subnet's id, ssm:PARAMETER or export:NAME"),
        ({"roles": {"task": "a role"}}, "task must be the name or the ARN of an IAM role"),
        ({"tags": {"aws:x": "1"}}, "tags must have names of 1 to 128 characters"),
        ({**FARGATE, "task_cpu": "256"}, "task_cpu must be a whole number (got '256'). Write one."),
        ({"memory_reservation_mib": 3}, "must be between 4 and 1048576 (got 3)"),
        ({"ports": [{"port": 1, "host_port": 9}, {"port": 2, "host_port": 9}]},
         "ports must hold each host_port once (got 9 twice)"),
        ({"ports": [{"port": 1, "protocol": "udp", "app_protocol": "grpc"}]},
         "app_protocol and protocol 'udp' cannot be combined"),
        ({"secrets": {"A": "/a"}, "environment": {"A": "b"}},
         "secrets must have other names than environment (got 'A' twice)"),
        ({"secrets": {"A": {"secret": "db", "key": "a:b"}}}, "key must be a key without colons"),
        ({"environment_files": ["arn:aws:s3:::b/x.env"] * 11},
         "environment_files must have at most 10 environment files in a task (got 11)"),
        ({"port": 80, "load_balancer": {**RULE, "paths": ["a"]}},
         "paths entry 1 must be a path of up to 128 characters that begins with /"),
        ({"port": 80, "load_balancer": {**RULE, "hosts": ["https://a.b"]}},
         "hosts entry 1 must be a host name of up to 128 letters"),
        ({"port": 80, "load_balancer": {"target_group": GROUP, "health_check": {"path": "/a"}}},
         "load_balancer must have no health_check beside target_group"),
        ({"schedule": {"expression": "cron(0 3 * * * *)"}}, "and ? for one of the two days"),
        ({"volumes": {"a b": {}}}, "volumes must have names of 1 to 255 letters"),
        ({"volumes": {"v": {}}, "mounts": [{"volume": "v", "path": "a"}]},
         "path must be an absolute path (got 'a'). Begin it with /."),
        ({"volumes": {"v": {}}, "mounts": [{"volume": "v", "path": "/a"}] * 2},
         "mounts must have each path once (got '/a' twice)"),
        ({"launch": "external", "volumes": {"v": {"efs": {"file_system": "fs-00000001"}}}},
         "efs and launch 'external' cannot be combined"),
        ({"ulimits": [{"name": "nofile", "soft": 2, "hard": 1}]},
         "ulimits entry 1 must have soft at or below hard (got 2 above 1)"),
        ({"ulimits": [{"name": "nofile", "soft": 1, "hard": 1}] * 2},
         "ulimits must hold each limit once (got 'nofile' twice)"),
        ({"health_check": {"command": []}}, "command must hold a command (got an empty list)"),
        ({"health_check": {"command": ["CMD"]}}, "command must hold a command (got CMD)"),
        ({"placement": {"strategies": [{"type": "binpack", "field": "disk"}]}},
         "must have field cpu or memory for binpack (got 'disk')"),
        ({"placement": {"strategies": [{"type": "random"}] * 6}}, "must be at most 5 (got 6)"),
        ({"network_mode": "host", "service_connect": {"namespace": "n"}},
         "service_connect and network_mode 'host' cannot be combined"),
        ({"ports": [{"port": 1, "name": "a"}],
          "service_connect": {"namespace": "n", "ports": [{"port_name": "a"}] * 2}},
         "ports must name each port once (got 'a' twice)"),
        ({"capacity_providers": [{"name": "FARGATE"}]},
         "must not be FARGATE and FARGATE_SPOT with launch 'ec2' (got FARGATE)"),
        ({**FARGATE, "capacity_providers": [{"name": "own"}]},
         "must be FARGATE and FARGATE_SPOT with launch 'fargate' (got own)"),
        ({"capacity_providers": [{"name": "a"}, {"name": "a"}]}, "must name each provider once"),
        ({"capacity_providers": [{"name": "a", "base": 1}, {"name": "b", "base": 1}]},
         "capacity_providers must have base on one provider (got a, b)"),
        ({"capacity_providers": [{"name": "a", "weight": 0}, {"name": "b", "weight": 0}]},
         "must have weight above 0 on at least one provider (got 0 for all)"),
        ({"tags": {"a": "x" * 257}}, "tags must have values of at most 256 characters"),
        ({"image": "nginx:"}, "image must be an image like registry/name:tag"),
        ({"cluster": None, "new_cluster": {"instance_type": "t4g.small"}},
         "instance_type must be of the x86_64 architecture, as the instances' image is"),
        ({**FARGATE, "cpu": 240}, "the cpu of all containers must be at most the task's 256"),
    ],
    ids=str,
)  # fmt: skip
def test_it_is_one_line_with_its_place(
    write: Write, problems_of: Callable[..., list[str]], service: dict[str, Any], said: str
) -> None:
    (problem,) = problems_of(Environment.from_file, write(service))

    assert "dev.yaml, service 's1'" in problem
    assert said in problem
    assert "hunter" not in problem


@pytest.mark.parametrize(
    ("keys", "service", "said"),
    [
        ({"vpc": None}, {"network_mode": "awsvpc"}, "network_mode awsvpc requires `vpc.subnets`"),
        ({"vpc": {"subnets": ["subnet-00000001"]}}, {"port": 80, "load_balancer": RULE},
         "load_balancer requires `vpc.id` for its target group"),
        ({}, {**FARGATE, "cluster": None}, "cluster is required for this service"),
        ({"cluster": {"create": {"capacity": "fargate"}}}, {"cluster": None},
         "launch must be fargate in a cluster with capacity fargate (got 'ec2')"),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_environment_lacks_is_said_at_the_service(
    write: Write,
    problems_of: Callable[..., list[str]],
    keys: dict[str, Any],
    service: dict[str, Any],
    said: str,
) -> None:
    (problem,) = problems_of(Environment.from_file, write(service, **keys))

    assert said in problem


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"cluster": {}}, "cluster requires one of name and create. Write"),
        ({"cluster": {"create": {"capacity": "managed_instances"}}},
         "cluster capacity managed_instances requires `vpc.subnets` and `vpc.security_groups`"),
        ({"vpc": {"subnets": ["subnet-00000001"]}, "cluster": {"create": {"capacity": "ec2"}}},
         "cluster capacity ec2 in `vpc.subnets` requires `vpc.id`"),
        ({"cluster": {"create": {"capacity": "spot"}}}, "capacity must be 'fargate', 'ec2' or"),
        ({"cluster": {"create": {"capacity": "fargate", "instance_count": 2}}},
         "create must have no instance_count with capacity fargate"),
        ({"defaults": {"cpus": 1}}, "cpus must be a known key (got 1). Did you mean 'cpu'?"),
        ({"defaults": {"cpu": -1}}, "cpu must be between 0 and "),
        ({"defaults": {"image": "a"}}, "image must be a known key"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_the_environment_itself_is_said_once(
    write: Write, problems_of: Callable[..., list[str]], keys: dict[str, Any], said: str
) -> None:
    (problem,) = problems_of(Environment.from_file, write({}, {}, **keys))

    assert said in problem


def test_a_rule_priority_is_taken_once(write: Write, problems_of: Callable[..., list[str]]) -> None:
    rule = {"port": 80, "load_balancer": RULE}
    other = {"port": 80, "load_balancer": {**RULE, "listener": "export:Other"}}

    (problem,) = problems_of(Environment.from_file, write(rule, rule, other))

    assert "service 's2'" in problem
    assert "priority must be unique on its listener (got 5, which service 's1' has too)" in problem


def test_all_of_a_file_comes_at_once(write: Write, problems_of: Callable[..., list[str]]) -> None:
    path = write(
        {**FARGATE, "task_memory_mib": 4096, "ports": [{"port": 80}, {"port": 80}], "cpuu": 1},
        {"launch": "external", "network_mode": "awsvpc", "secrets": {"A": "?"}},
        {"schedule": {"expression": "rate(1 hour)"}, "desired_count": 2, "cpu": -1},
        {"port": 80, "load_balancer": {"target_group": GROUP, "port": 81}, "tags": 7},
        {"network_mode": "awsvpc", "vpc": {"subnts": []}},
        regoin="eu-west-1",
    )

    problems = problems_of(Environment.from_file, path)

    for part in (
        "task_memory_mib ", "each port once", "cpuu ", "on external instances", "A must be",
        "desired_count and schedule", "cpu must be between", "any container:81", "tags must be",
        "subnts ", "network_mode awsvpc requires", "regoin ",
    ):  # fmt: skip
        assert sum(part in problem for problem in problems) == 1, (part, problems)
    assert len(problems) == 12
