"""Which engine a container is: one answer, asked from all four rooms in their own spelling."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.cdk import evidence as cdk_evidence
from cdk_ecs_xray.collectors.engines import deployable, engines
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.recognition import collects_traces, recognize
from cdk_ecs_xray.inject import evidence as inject_evidence
from cdk_ecs_xray.templates import containers
from cdk_ecs_xray.templates.spelling import as_cloudformation
from tests.collectors.containers import (
    NONE_AT_ALL,
    RECOGNIZED,
    TRACES,
    XRAY_OTLP,
    Container,
)


def of_file(container: Container) -> Evidence:
    return inject_evidence.evidence_of({"name": "c", **container})


def of_template(container: Container) -> Evidence:
    return containers.evidence_of(
        as_cloudformation({"containerDefinitions": [{"name": "c", **container}]})[
            "ContainerDefinitions"
        ][0]
    )


def of_cdk(container: Container) -> Evidence:
    stack = cdk.Stack()
    task = ecs.Ec2TaskDefinition(stack, "Task", network_mode=ecs.NetworkMode.AWS_VPC)
    added = task.add_container(
        "c",
        image=ecs.ContainerImage.from_registry(container["image"]),
        memory_limit_mib=64,
        command=container.get("command"),
        entry_point=container.get("entryPoint"),
        environment={
            **{
                variable["name"]: variable["value"] for variable in container.get("environment", ())
            },
            # What only the deployment knows, as CDK has it.
            **{secret["name"]: cdk.Aws.STACK_ID for secret in container.get("secrets", ())},
        },
        port_mappings=[
            ecs.PortMapping(
                container_port=mapping["containerPort"],
                protocol=ecs.Protocol.UDP if mapping["protocol"] == "udp" else ecs.Protocol.TCP,
            )
            for mapping in container.get("portMappings", ())
        ],
    )
    return cdk_evidence.evidence_of(added)


@pytest.mark.parametrize("room", [of_file, of_template, of_cdk], ids=lambda one: one.__name__)
@pytest.mark.parametrize("kind", RECOGNIZED)
def test_every_room_recognizes_the_same_engine(
    kind: str, room: Callable[[Container], Evidence]
) -> None:
    container, engine_id, traces = RECOGNIZED[kind]
    found = recognize(room(container))

    assert found is not None
    assert (None if found.engine is None else found.engine.id) == engine_id
    assert found.collects_traces is traces
    assert collects_traces(room(container)) is (traces is not False)
    assert (found.protocols == frozenset()) is (traces is False)


@pytest.mark.parametrize("room", [of_file, of_template, of_cdk], ids=lambda one: one.__name__)
@pytest.mark.parametrize("kind", NONE_AT_ALL)
def test_no_room_takes_something_else_for_a_collector(
    kind: str, room: Callable[[Container], Evidence]
) -> None:
    assert recognize(room(NONE_AT_ALL[kind])) is None


def test_protocols_are_those_of_the_configuration() -> None:
    def protocols(configuration: str) -> frozenset[str]:
        found = recognize(
            Evidence(image="aws-otel-collector", environment={"AOT_CONFIG_CONTENT": configuration})
        )
        assert found is not None
        return frozenset(found.protocols)

    assert protocols(TRACES) == {"xray"}
    assert protocols(XRAY_OTLP) == {"otlp"}
    assert protocols("not: [closed") == {"xray", "otlp"}


# The configurations in config/ecs/ of aws-observability/aws-otel-collector, read November 2026.
BUILT_IN: Mapping[str, tuple[set[str], bool]] = {
    "ecs-default-config": ({"xray", "otlp"}, False),
    "container-insights/otel-task-metrics-config": ({"xray", "otlp"}, False),
    "ecs-xray": ({"otlp"}, False),
    "ecs-cloudwatch-xray": ({"otlp"}, True),
    "ecs-amp-xray": ({"otlp"}, True),
    "ecs-amp-xray-prometheus": ({"otlp"}, True),
    "ecs-cloudwatch": (set(), False),
    "ecs-amp": (set(), False),
    "ecs-amp-prometheus": (set(), False),
    "otel-instance-metrics-config": (set(), False),
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_adots_image_brings_is_read_from_its_source(name: str) -> None:
    from cdk_ecs_xray.collectors.opentelemetry import detects_origin

    protocols, detects = BUILT_IN[name]

    found = recognize(
        Evidence(image="aws-otel-collector", command=[f"--config=/etc/ecs/{name}.yaml"])
    )

    assert found is not None
    assert isinstance(found.configuration, Mapping)
    assert found.protocols == protocols
    assert detects_origin(found.configuration) is detects


NEW_ENGINE = '''
"""A vendor's collector, for this test."""

from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.listening import Listening


class Vendor:
    container_name = "vendor"

    def __init__(self, registry="registry.example.com"):
        self.registry = registry

    def describe(self, placement):
        return CollectorContainer(image=f"{self.registry}/vendor-tracer:1")

    def application_environment(self, host):
        return {"AWS_XRAY_DAEMON_ADDRESS": f"{host}:2000"}


ENGINE = Engine(
    id="vendor", label="Vendor's tracer", images=(("vendor", "tracer"),), programs=("/tracer",),
    shell_free_images=(), ports=(CollectorPort(container_port=2000, protocol="udp"),),
    configuration=lambda _: {}, collects_traces=lambda _: True,
    listening=lambda *_: Listening(segments="0.0.0.0:2000", sampling="0.0.0.0:2000", otlp=False),
    make=Vendor,
)
'''
ASKED = """
import json, sys
from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.review.report import review
from cdk_ecs_xray.templates.stages import stacks_of
from cdk_ecs_xray.verify.traced_service import traced_services
from cdk_ecs_xray.environments.environment import Environment

folder, task = sys.argv[1:]
options = ["--collector", "vendor", "--region", "eu-west-1", "--no-log"]
code = run(["inject", task, *options, "-o", folder + "/traced.json"])
(row,) = review(folder + "/traced.json").tasks
(stack,) = stacks_of(__import__("pathlib").Path(folder), environment=None)
(service,) = traced_services(stack, region="eu-west-1")
print(json.dumps({
    "inject": code,
    "schema": Environment.model_json_schema()["properties"]["collector"]["enum"],
    "review": [collector.engine for collector in row.collectors],
    "verify": list(service.collectors),
}))
"""


def test_a_new_engine_is_one_new_file(repository: Path, tmp_path: Path) -> None:
    import cdk_ecs_xray.collectors

    task = tmp_path / "task.json"
    container = {"name": "app", "image": "app:1", "memory": 64}
    task.write_text(json.dumps({"networkMode": "bridge", "containerDefinitions": [container]}))
    template = {
        "Resources": {
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "ContainerDefinitions": [{"Name": "side", "Image": "mirror/vendor-tracer:2"}]
                },
            },
            "Service": {
                "Type": "AWS::ECS::Service",
                "Properties": {"TaskDefinition": {"Ref": "Task"}},
            },
        }
    }
    (tmp_path / "a.template.json").write_text(json.dumps(template))
    stack = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a.template.json"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"a": stack}}))
    # The folder of engines with one more file, laid over the real one.
    (tmp_path / "vendor.py").write_text(NEW_ENGINE)
    (tmp_path / "ask.py").write_text(
        "import cdk_ecs_xray.collectors as c\n"
        f"c.__path__.append({str(tmp_path / 'more')!r})\n" + ASKED
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "vendor.py").rename(tmp_path / "more" / "vendor.py")

    done = subprocess.run(
        [sys.executable, tmp_path / "ask.py", tmp_path, task],
        cwd=repository,
        env={"PYTHONPATH": f"{repository}:{repository / 'constructs'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "inject": 0,
        "schema": ["adot", "cloudwatch-agent", "vendor", "xray-daemon"],
        "review": ["Vendor's tracer"],
        "verify": ["side"],
    }
    assert cdk_ecs_xray.collectors.__path__


def test_every_engine_says_what_the_rooms_ask() -> None:
    assert deployable() == ["adot", "cloudwatch-agent", "xray-daemon"]
    assert (
        len({engine.id for engine in engines()}) == len({engine.label for engine in engines()}) == 4
    )
    for engine in engines():
        assert engine.images, engine.id
        assert engine.programs, engine.id
        assert engine.ports, engine.id
        assert (engine.version is None) is (engine.make is None)
