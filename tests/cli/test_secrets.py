"""Secrets stay out of what commands print: planted ones are looked for in every output."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import ProviderSchemaManager  # type: ignore[import-untyped]

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.files.secrecy import OWN_VARIABLES, SHOWN_TYPES, holds_secret, is_shown
from cdk_ecs_xray.verify.checks.drift import judged
from cdk_ecs_xray.verify.comparison import differences

PLANTED = "hunter2"
FORMS = ("terminal", "markdown", "html", "json", "sarif")
Printed = pytest.CaptureFixture[str]


def template(password: str) -> Mapping[str, Any]:
    variables = [
        {"Name": "DATABASE", "Value": f"postgres://app:{password}@db"},
        {"Name": "AWS_XRAY_DAEMON_ADDRESS", "Value": "xray:2000"},
    ]
    container = {
        "Name": "app",
        "Image": "app:1",
        "Environment": variables,
        "LogConfiguration": {"LogDriver": "splunk", "Options": {"splunk-token": password}},
    }
    collector = {
        "Name": "adot",
        "Image": "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0",
        "Environment": [
            {"Name": "AOT_CONFIG_CONTENT", "Value": f"exporters: {{x: {{key: {password}}}"}
        ],
    }
    resources = {
        "F": ("AWS::Lambda::Function", {"Environment": {"Variables": {"MODE": password}}}),
        "D": ("AWS::RDS::DBInstance", {"MasterUserPassword": password}),
        "S": ("AWS::SecretsManager::Secret", {"SecretString": password}),
        "P": ("AWS::SSM::Parameter", {"Value": password}),
        "G": ("AWS::Logs::LogGroup", {"Tags": {"token": password}}),
        "E": ("AWS::ECS::Service", {"ServiceConnectConfiguration": {"ApiKey": password}}),
        "T": ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [container, collector]}),
    }
    return {
        "Parameters": {"Password": {"Type": "String", "NoEcho": True, "Default": password}},
        "Resources": {
            name: {"Type": kind, "Properties": properties}
            for name, (kind, properties) in resources.items()
        },
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_review_says_that_a_secret_changed(tmp_path: Path, form: str, capsys: Printed) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(json.dumps(template(PLANTED)))
    after.write_text(json.dumps(template(f"new-{PLANTED}")))

    assert run(["review", str(after), "--against", str(before), "--format", form]) == 0

    printed = "".join(capsys.readouterr())
    assert PLANTED not in printed
    if form != "sarif":
        assert "MasterUserPassword changed" in printed
        assert "MODE changed" in printed


def task(form: str) -> str:
    container = {
        "name": "app",
        "image": "app:1",
        "environment": [
            {"name": "DATABASE", "value": PLANTED},
            {"name": "AWS_XRAY_CONTEXT_MISSING", "value": "LOG_ERROR"},
        ],
        "logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": PLANTED}},
    }
    document = {"family": "app", "networkMode": "bridge", "containerDefinitions": [container]}
    if form == "json":
        return json.dumps(document, indent=2)
    return f"""\
family: app
networkMode: bridge
containerDefinitions:
  - name: app
    image: app:1
    logConfiguration: {{logDriver: splunk, options: {{splunk-token: {PLANTED}}}}}
    environment:
      - name: AWS_XRAY_CONTEXT_MISSING
        value: LOG_ERROR
      - name: DATABASE
        value: |
          {PLANTED}
          {PLANTED}
"""


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_diff_masks_secrets(tmp_path: Path, form: str, capsys: Printed) -> None:
    file = tmp_path / f"task.{form}"
    file.write_text(task(form))

    assert run(["inject", str(file), "--diff", "--no-log", "--region", "eu-west-1"]) == 0

    printed = "".join(capsys.readouterr())
    assert PLANTED not in printed
    assert "…" in printed
    assert "LOG_ERROR" in printed or form == "yaml"  # Not among the lines beside a change.
    assert file.read_text() == task(form)


def test_what_is_written_holds_the_values_as_they_were(tmp_path: Path, capsys: Printed) -> None:
    file = tmp_path / "task.json"
    file.write_text(task("json"))

    assert run(["inject", str(file), "--no-log", "--region", "eu-west-1"]) == 0

    assert capsys.readouterr().out.count(PLANTED) == 2


def test_verification_says_where_and_not_what() -> None:
    synthesised = [{"name": "DATABASE", "value": PLANTED}, {"name": "GONE", "value": PLANTED}]
    actual = [{"name": "DATABASE", "value": f"new-{PLANTED}"}, {"name": "NEW", "value": PLANTED}]

    said = [
        str(difference)
        for difference in differences({"environment": synthesised}, {"environment": actual})
    ]

    assert said == [
        "environment.DATABASE.value changed",
        "environment.GONE is there on one side only",
        "environment.NEW is there on one side only",
    ]


def test_tracing_s_own_variables_are_shown() -> None:
    address = "AWS_XRAY_DAEMON_ADDRESS"
    (difference,) = differences(
        {"environment": [{"name": address, "value": "xray:2000"}]},
        {"environment": [{"name": address, "value": "other:2000"}]},
    )

    assert str(difference) == f"environment.{address}.value is other:2000, synthesized xray:2000"


class Drifted:
    """Answers as CloudFormation does for a stack with one changed resource."""

    def __init__(self, kind: str, path: str) -> None:
        self.kind = kind
        self.path = path

    def describe_stack_resource_drifts(self, **_: object) -> Mapping[str, Any]:
        """Return the one resource."""
        difference = {"PropertyPath": self.path, "ActualValue": PLANTED, "ExpectedValue": PLANTED}
        return {
            "StackResourceDrifts": [
                {
                    "LogicalResourceId": "R",
                    "ResourceType": self.kind,
                    "StackResourceDriftStatus": "MODIFIED",
                    "PropertyDifferences": [difference],
                }
            ]
        }


@pytest.mark.parametrize(
    ("kind", "path", "shown"),
    [
        ("AWS::ECS::TaskDefinition", "/ContainerDefinitions/0/Environment/1/Value", False),
        ("AWS::RDS::DBInstance", "/EngineVersion", False),
        ("AWS::ECS::Service", "/Password", False),
        ("AWS::Logs::LogGroup", "/RetentionInDays", True),
    ],
)
def test_drift_is_told_likewise(kind: str, path: str, *, shown: bool) -> None:
    status = {"DetectionStatus": "DETECTION_COMPLETE", "StackDriftStatus": "DRIFTED"}

    answer = judged(Drifted(kind, path), "dev", status)

    assert (PLANTED in str(answer)) is shown
    assert path.lstrip("/") in str(answer)


@pytest.mark.parametrize("value", ["20301", "[hunter2]", "{a: hunter2}"])
def test_an_error_shows_no_value_of_a_variable(tmp_path: Path, value: str) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(
        "name: dev\nnamespace: fq\nservices:\n"
        f"  - {{name: web, image: nginx, environment: {{PIN: {value}}}}}\n"
    )

    with pytest.raises(ConfigurationError) as refused:
        Environment.from_file(file)

    said = str(refused.value)
    assert "PIN must be text (got" in said
    assert value not in said
    assert PLANTED not in said


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("DB_PASSWORD", True),
        ("splunk-token", True),
        ("apiKey", True),
        ("AUTH", True),
        ("SSH_PRIVATE_KEY", True),
        ("AUTHOR", False),
        ("KeyId", False),
        ("RetentionInDays", False),
    ],
)
def test_names_that_say_so(name: str, *, secret: bool) -> None:
    assert holds_secret(name) is secret
    assert is_shown([name]) is not secret


def test_no_type_that_is_shown_has_a_write_only_value_in_its_schema() -> None:
    # Settings of a deployment that CloudFormation does not read back.
    known = {
        "AWS::ECS::Cluster": {"ServiceConnectDefaults"},
        "AWS::ECS::Service": {
            "ForceNewDeployment",
            "GatewayConnectors",
            "Monitoring",
            "ServiceConnectConfiguration",
            "VolumeConfigurations",
        },
    }
    manager = ProviderSchemaManager()
    for kind in SHOWN_TYPES:
        schema = manager.get_resource_schema("us-east-1", kind).schema
        write_only = {path.split("/")[2] for path in schema.get("writeOnlyProperties", [])}
        assert write_only <= known.get(kind, set()), kind


def test_no_own_variable_is_called_like_a_secret() -> None:
    assert [name for name in OWN_VARIABLES if holds_secret(name)] == []
