"""Whatever a file holds, a command ends with an exit code of its own and in time."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.cli.commands import commands, run
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.errors import EcsXRayError, Problem
from cdk_ecs_xray.files.yaml_12 import Yaml12Loader
from tests.fuzz.conftest import Fed, fuzzed
from tests.fuzz.mutation import HOSTILE, as_text, broken, torn
from tests.right_template import RIGHT

ROOT = Path(__file__).parents[2]
RULES = yaml.load((ROOT / "sampling" / "rules.yaml").read_text(), Yaml12Loader)  # noqa: S506
ENVIRONMENT = {
    "name": "dev",
    "namespace": "fq",
    "account": "111122223333",
    "region": "eu-west-1",
    "collector": "adot",
    "log_retention_days": 30,
    "sampling_rules": str(ROOT / "sampling" / "rules.yaml"),
    "monitoring": {"dashboard": True, "alarms": True, "slow_seconds": 2.5},
    "services": [
        {
            "name": "web",
            "image": "nginx:1",
            "port": 80,
            "cpu": 128,
            "network_mode": "bridge",
            "environment": {"MODE": "fast"},
            "new_cluster": {"instance_type": "t3.small", "instance_count": 1},
        }
    ],
}
TASK = {
    "family": "web",
    "networkMode": "bridge",
    "requiresCompatibilities": ["EC2"],
    "cpu": "512",
    "taskRoleArn": "arn:aws:iam::111122223333:role/web",
    "runtimePlatform": {"operatingSystemFamily": "LINUX"},
    "volumes": [{"name": "data"}],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "nginx:1",
            "memory": 128,
            "essential": True,
            "links": ["other:db"],
            "dependsOn": [{"containerName": "other", "condition": "START"}],
            "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
            "environment": [{"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "xray:2000"}],
            "secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:eu-west-1:1:parameter/x"}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
        },
        {"name": "other", "image": "x/aws-xray-daemon", "memory": 64, "command": ["-o"]},
    ],
}
ADOT = {
    "receivers": {"awsxray": {"endpoint": "0.0.0.0:2000", "proxy_server": {"endpoint": "a:1"}}},
    "exporters": {"awsxray": {"region": "eu-west-1"}},
    "service": {"pipelines": {"traces": {"receivers": ["awsxray"], "exporters": ["awsxray"]}}},
}
AGENT = {"traces": {"traces_collected": {"xray": {"bind_address": "0.0.0.0:2000"}, "otlp": {}}}}
TRAFFIC = {
    "routes": [{"method": "GET", "path": "/", "requests_per_second": 5, "host": "*"}],
}
FORMS = ("terminal", "markdown", "html", "json", "sarif")
COUNTS = "method,host,path,second,requests\nGET,example.com,/,1800000000,3\n"
LINE = '203.0.113.9 - - [26/Nov/2026:10:00:00 +0000] "GET /a?b=c HTTP/1.1" 200 5 "-" "curl/8"\n'


def texts(right: Any) -> st.SearchStrategy[bytes]:
    return torn(broken(right).map(as_text))


@fuzzed
@given(content=texts(RULES))
@pytest.mark.parametrize("command", ["check", "explain"])
def test_rules(fed: Fed, command: str, content: bytes) -> None:
    request = ["--method", "GET", "--path", "/"] if command == "explain" else []
    fed(["rules", command, "FILE", *request], content)


@fuzzed
@given(content=texts(ENVIRONMENT))
def test_environments(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "dev.yaml"
    file.write_bytes(content)

    problems: Sequence[Problem] = ()
    try:
        Environment.from_file(file)
    except EcsXRayError as refused:
        problems = refused.problems
    assert all(str(problem).isprintable() for problem in problems)


@fuzzed
@given(
    content=texts(RIGHT), form=st.sampled_from(["terminal", "markdown", "html", "json", "sarif"])
)
def test_templates(fed: Fed, content: bytes, form: str) -> None:
    fed(["review", "FILE", "--format", form], content)


@fuzzed
@given(content=texts(RIGHT))
def test_changes_between_templates(
    fed: Fed, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    baseline = tmp_path_factory.getbasetemp() / "baseline.json"
    baseline.write_text(json.dumps(RIGHT))
    fed(["review", "FILE", "--against", str(baseline)], content)


def with_configuration(name: str, image: str, text: str) -> bytes:
    container = {"Name": "c", "Image": image, "Environment": [{"Name": name, "Value": text}]}
    app = {"Name": "app", "Image": "app:1", "Environment": []}
    task = {"ContainerDefinitions": [app, container]}
    return json.dumps(
        {"Resources": {"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": task}}}
    ).encode()


@fuzzed
@given(
    text=torn(broken(ADOT).map(as_text)).map(lambda content: content.decode(errors="replace")),
)
def test_configurations_of_adot(fed: Fed, text: str) -> None:
    image = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
    fed(["review", "FILE"], with_configuration("AOT_CONFIG_CONTENT", image, text))


@fuzzed
@given(
    text=torn(broken(AGENT).map(as_text)).map(lambda content: content.decode(errors="replace")),
)
def test_configurations_of_the_agent(fed: Fed, text: str) -> None:
    image = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300064.0"
    fed(["review", "FILE"], with_configuration("CW_CONFIG_CONTENT", image, text))


@fuzzed
@given(content=texts(TASK), diff=st.booleans())
def test_task_definitions(fed: Fed, content: bytes, *, diff: bool) -> None:
    fed(["inject", "FILE", "--no-log", "--region", "eu-west-1", *(["--diff"] * diff)], content)


@fuzzed
@given(content=texts({"taskDefinition": TASK, "tags": [{"key": "a", "value": "b"}]}))
def test_registered_task_definitions(fed: Fed, content: bytes) -> None:
    fed(["review", "FILE"], content)


@fuzzed
@given(content=texts(TRAFFIC))
def test_traffic(fed: Fed, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    template = tmp_path_factory.getbasetemp() / "template.json"
    template.write_text(json.dumps(RIGHT))
    fed(["review", str(template), "--traffic", "FILE"], content)


def simulate() -> list[str]:
    return ["rules", "simulate", "FILE", "--rules", str(ROOT / "sampling" / "rules.yaml")]


@fuzzed
@given(content=torn(st.lists(st.sampled_from([LINE, *HOSTILE]), max_size=5).map("".join)))
def test_logs(fed: Fed, content: bytes) -> None:
    fed(simulate(), content)


@fuzzed
@given(content=torn(st.just(LINE * 3)), cut=st.integers(1, 40))
def test_compressed_logs(fed: Fed, content: bytes, cut: int) -> None:
    fed(simulate(), gzip.compress(content)[:-cut])


RECORD = {"time": "2026-11-26T10:00:00Z", "host": "a.example", "method": "GET", "path": "/a"}


@fuzzed
@given(content=texts(RECORD), wrapped=st.booleans())
def test_json_logs(fed: Fed, content: bytes, *, wrapped: bool) -> None:
    text = content.decode(errors="replace")
    line = json.dumps({"log": text}) if wrapped else text
    fed(simulate(), f"{line}\n{json.dumps(RECORD)}\n".encode())


@fuzzed
@given(content=torn(st.lists(st.sampled_from([COUNTS, *HOSTILE]), max_size=4).map("".join)))
def test_counts(fed: Fed, content: bytes) -> None:
    arguments = simulate()
    arguments.insert(arguments.index("FILE"), "--from-counts")
    fed(arguments, content)


PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_xray_sampling_rule.a",
                    "type": "aws_xray_sampling_rule",
                    "values": {"rule_name": "a", "priority": 1, "fixed_rate": 0.1, "host": "*"},
                },
                {
                    "address": "aws_xray_group.b",
                    "type": "aws_xray_group",
                    "values": {"group_name": "b", "filter_expression": "fault = true"},
                },
            ]
        }
    },
}
HCL = (
    'resource "aws_xray_sampling_rule" "a" {\n',
    '  rule_name = "a${var.b}"\n',
    '  priority = 1\n  fixed_rate = 0.05\n  host = "*"\n',
    '  attributes = { a = "b" }\n',
    "  count = 2\n",
    "}\n",
    "<<EOT\n",
    "/*",
    "#",
)


@fuzzed
@given(content=texts(PLAN) | texts(RULES) | texts(RIGHT))
def test_imports(fed: Fed, content: bytes) -> None:
    fed(["rules", "import", "FILE"], content)


@fuzzed
@given(content=torn(st.lists(st.sampled_from([*HCL, *HOSTILE]), max_size=9).map("".join)))
def test_imports_of_terraform(fed: Fed, content: bytes) -> None:
    fed(["rules", "import", "FILE"], content)


def options() -> Mapping[str, list[str]]:
    return {
        name: [option for parameter in command.params for option in parameter.opts]
        for name, command in commands.commands.items()
        if name
        not in ("init", "local")  # One writes wherever it is sent, the other starts servers.
    }


@fuzzed
@given(data=st.data())
def test_arguments(folder: Path, data: st.DataObject) -> None:
    command = data.draw(st.sampled_from(sorted(options())))
    word = st.sampled_from([*options()[command], *HOSTILE, "check", "--", "-", "0", "-1"])
    words = data.draw(st.lists(word | st.text(max_size=8), max_size=5))

    # Reads of standard input, and watching, would wait; every other word is tried.
    code = run([command, *(part for part in words if part not in ("-", "--watch"))])

    assert code in (0, 1, 2)
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
