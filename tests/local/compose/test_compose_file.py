"""A task definition as a file of Docker Compose, held to the Compose Specification's schema."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
import pytest
import yaml
from aws_cdk import aws_ecs as ecs
from check_jsonschema.builtin_schemas import get_builtin_schema  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, XRayDaemon, XRayTracing
from cdk_ecs_xray.collectors.listening import on_loopback
from cdk_ecs_xray.collectors.recognition import recognize
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.inject.evidence import evidence_of
from cdk_ecs_xray.local.compose import compose_file

ARN = "arn:aws:ecs:eu-west-1:000000000000:task-definition/orders:1"
AWS = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_SECRET_ACCESS_KEY": "of-one-run"}
MODES = {
    "bridge": ecs.NetworkMode.BRIDGE,
    "host": ecs.NetworkMode.HOST,
    "awsvpc": ecs.NetworkMode.AWS_VPC,
}
COLLECTORS: Mapping[str, Collector] = {
    "daemon": XRayDaemon(),
    "adot": AdotCollector(),
    "agent": CloudWatchAgent(),
}
# Each member of a container that a service has, with a value of its own.
CONTAINER: Mapping[str, Any] = {
    "name": "web",
    "image": "shop:2",
    "essential": True,
    "entryPoint": ["/bin/sh", "-c"],
    "command": ["exec web --price '$5'"],
    "workingDirectory": "/srv",
    "user": "1000:1000",
    "hostname": "shop",
    "privileged": True,
    "readonlyRootFilesystem": True,
    "interactive": True,
    "pseudoTerminal": True,
    "dockerLabels": {"team": "orders"},
    "dockerSecurityOptions": ["no-new-privileges"],
    "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
    "cpu": 64,
    "memory": 512,
    "memoryReservation": 128,
    "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10, "retries": 2},
    "environment": [{"name": "PRICE", "value": "$5"}],
    "secrets": [{"name": "TOKEN", "valueFrom": "/shop/token"}],
    "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
    "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
    "mountPoints": [
        {"sourceVolume": "scratch", "containerPath": "/scratch"},
        {"sourceVolume": "data", "containerPath": "/data", "readOnly": True},
    ],
    "volumesFrom": [{"sourceContainer": "init", "readOnly": True}],
    "stopTimeout": 60,
    "restartPolicy": {"enabled": True},
    "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.5"}],
    "linuxParameters": {
        "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
        "initProcessEnabled": True,
        "sharedMemorySize": 64,
        "tmpfs": [{"containerPath": "/tmp", "size": 64}],  # noqa: S108 - a path in a container
    },
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/shop"}},
}
TASK: Mapping[str, Any] = {
    "taskDefinitionArn": ARN,
    "family": "orders",
    "networkMode": "awsvpc",
    "volumes": [{"name": "scratch"}, {"name": "data", "host": {"sourcePath": "/var/data"}}],
    "containerDefinitions": [{"name": "init", "image": "init:1", "essential": False}, CONTAINER],
}
ENVIRONMENTS = {"init": {}, "web": {"PRICE": "$5", "TOKEN": "opaque"}}


def read(text: str) -> dict[str, Any]:
    """The services as Compose has them, where ``$$`` is one."""
    found: dict[str, Any] = yaml.safe_load(text.replace("$$", "$"))["services"]
    return found


def assert_valid(text: str) -> None:
    """Hold a file to the schema that the Compose Specification publishes."""
    schema = get_builtin_schema("vendor.compose-spec")
    problems = validator_for(schema)(schema).iter_errors(yaml.safe_load(text))
    assert [problem.message for problem in problems] == []


@pytest.fixture(scope="module")
def traced(synthesise: Callable[..., Any]) -> Callable[[str, Collector], Mapping[str, Any]]:
    """A task as ``describe_task_definition`` has it, made by the kit."""

    def task(mode: str, collector: Collector) -> Mapping[str, Any]:
        def build(stack: cdk.Stack) -> None:
            definition = ecs.Ec2TaskDefinition(stack, "Task", network_mode=MODES[mode])
            image = ecs.ContainerImage.from_registry("shop:2")
            definition.add_container("web", image=image, memory_limit_mib=128)
            definition.add_extension(XRayTracing(collector=collector, tracing_name="shop"))

        containers = [described(one) for one in synthesise(build).containers().values()]
        return {"taskDefinitionArn": ARN, "networkMode": mode, "containerDefinitions": containers}

    return task


def described(value: Any) -> Any:
    """A template's spelling as the API's; a region that is the stack's is some region."""
    if isinstance(value, list):
        return [described(one) for one in value]
    if isinstance(value, dict):
        if "Ref" in value or "Fn::Join" in value:
            return "eu-west-1"
        return {key[0].lower() + key[1:]: described(found) for key, found in value.items()}
    return value


def environments_of(task: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    return {
        one["name"]: {pair["name"]: pair["value"] for pair in one.get("environment", [])}
        for one in task["containerDefinitions"]
    }


@pytest.mark.parametrize("collector", COLLECTORS)
@pytest.mark.parametrize("mode", MODES)
def test_an_app_reaches_its_collector_and_the_embedded_aws_and_nobody_else_does(
    traced: Callable[[str, Collector], Mapping[str, Any]],
    mode: str,
    collector: str,
) -> None:
    task = traced(mode, COLLECTORS[collector])
    environments = environments_of(task)

    text = compose_file(task, environments=environments, aws=AWS)

    services = read(text)
    web, sidecar = services.pop("web"), next(iter(services.values()))
    # Nothing but what was deployed and what ECS itself would add.
    assert web["environment"] == {**AWS, **environments["web"]}
    assert {web["network_mode"], sidecar["network_mode"]} == {"host"}
    host, _, port = web["environment"]["AWS_XRAY_DAEMON_ADDRESS"].partition(":")
    hosts = [f"{host}:127.0.0.1"] if mode == "bridge" else []
    assert web.get("extra_hosts", []) == hosts
    assert mode == "bridge" or host == "127.0.0.1"
    found = recognize(
        evidence_of(
            {
                "name": "collector",
                "image": sidecar["image"],
                "command": sidecar.get("command", []),
                "environment": [
                    {"name": name, "value": value} for name, value in sidecar["environment"].items()
                ],
            }
        )
    )
    assert found is not None
    listening = found.listening
    assert (listening.segments, listening.sampling) == (f"127.0.0.1:{port}",) * 2
    assert all(on_loopback(receiver.endpoint) for receiver in listening.spans)
    assert "0.0.0.0" not in str(sidecar)
    assert_valid(text)


def test_every_member_that_compose_has_is_taken_over() -> None:
    text = compose_file(TASK, environments=ENVIRONMENTS, aws=AWS)

    assert read(text)["web"] == {
        "image": "shop:2",
        "entrypoint": ["/bin/sh", "-c"],
        "command": ["exec web --price '$5'"],
        "working_dir": "/srv",
        "user": "1000:1000",
        "hostname": "shop",
        "privileged": True,
        "read_only": True,
        "stdin_open": True,
        "tty": True,
        "labels": {"team": "orders"},
        "security_opt": ["no-new-privileges"],
        "ulimits": {"nofile": {"soft": 1024, "hard": 4096}},
        "cpu_shares": 64,
        "mem_limit": "512m",
        "mem_reservation": "128m",
        "healthcheck": {
            "test": ["CMD-SHELL", "true"],
            "interval": "10s",
            "timeout": "5s",
            "retries": 2,
            "start_period": "0s",
        },
        "environment": {**AWS, "PRICE": "$5", "TOKEN": "opaque"},
        "network_mode": "host",
        "cap_add": ["SYS_PTRACE"],
        "cap_drop": ["ALL"],
        "init": True,
        "shm_size": "64m",
        "stop_grace_period": "60s",
        "restart": "unless-stopped",
        "extra_hosts": ["db:10.0.0.5"],
        "depends_on": {"init": {"condition": "service_completed_successfully"}},
        "volumes": [
            {"type": "volume", "source": "scratch", "target": "/scratch", "read_only": False},
            {"type": "bind", "source": "/var/data", "target": "/data", "read_only": True},
        ],
        "volumes_from": ["init:ro"],
    }
    assert_valid(text)


def test_what_has_no_place_in_compose_is_named() -> None:
    text = compose_file(TASK, environments=ENVIRONMENTS, aws=AWS)

    assert "# Left out of web: logConfiguration, tmpfs\n" in text


def test_a_dollar_is_no_variable_of_compose() -> None:
    text = compose_file(TASK, environments=ENVIRONMENTS, aws=AWS)

    assert "PRICE: $$5" in text
    assert "$5" not in text.replace("$$5", "")


def test_the_schema_refuses_what_compose_refuses() -> None:
    with pytest.raises(AssertionError):
        assert_valid("services: {web: {image: shop, memory: 512}}")


def test_the_same_task_is_the_same_file_and_stays_as_it_is() -> None:
    before = copy.deepcopy(TASK)

    first = compose_file(TASK, environments=ENVIRONMENTS, aws=AWS)

    assert first == compose_file(TASK, environments=ENVIRONMENTS, aws=AWS)
    assert before == TASK


@pytest.mark.parametrize(
    ("command", "test"),
    [(["/healthcheck"], ["CMD", "/healthcheck"]), (["CMD", "/check"], ["CMD", "/check"])],
)
def test_a_health_check_begins_as_compose_wants_it(command: list[str], test: list[str]) -> None:
    container = {"name": "web", "image": "shop:2", "healthCheck": {"command": command}}
    task = {**TASK, "containerDefinitions": [container]}

    text = compose_file(task, environments={"web": {}}, aws=AWS)

    assert read(text)["web"]["healthcheck"]["test"] == test
    assert_valid(text)


def test_two_containers_on_one_port_are_refused_as_bridge_mode_alone_allows_them() -> None:
    containers = [
        {"name": name, "image": "shop:2", "portMappings": [{"containerPort": 8080}]}
        for name in ("web", "admin")
    ]
    task = {**TASK, "networkMode": "bridge", "containerDefinitions": containers}

    with pytest.raises(ConfigurationError) as refused:
        compose_file(task, environments={"web": {}, "admin": {}}, aws=AWS)

    assert str(refused.value) == (
        "--compose: the containers 'web' and 'admin' must listen on ports of their own, as Compose "
        "runs them in one network (got tcp 8080 twice). Change the port of one of them."
    )


def test_a_log_router_is_left_out_and_nobody_waits_for_it() -> None:
    router = {
        "name": "router",
        "image": "fluent-bit",
        "firelensConfiguration": {"type": "fluentbit"},
    }
    web = {
        "name": "web",
        "image": "shop:2",
        "dependsOn": [{"containerName": "router", "condition": "START"}],
    }
    task = {**TASK, "containerDefinitions": [router, web]}

    text = compose_file(task, environments={"router": {}, "web": {}}, aws=AWS)

    assert set(read(text)) == {"web"}
    assert "depends_on" not in read(text)["web"]
    assert "# No service, as ECS sets it up: router\n" in text
