"""A file of another format is named, with what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from cdk_ecs_xray import ConfigurationError, EcsXRayError
from cdk_ecs_xray.inject import TracingOptions, trace_text


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "t.json",
            '{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}',
            "a CloudFormation template",
        ),
        ("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\n", "a CloudFormation template"),
        ("t.json", '{"Family": "f", "ContainerDefinitions": []}', "in CloudFormation's spelling"),
        ("t.json", '{"name": "web", "image": "nginx"}', "a single container"),
        ("t.json.tpl", '{"image": "${image}", "cpu": ${cpu}}', "a single container"),
        ("t.yaml", "services:\n  web:\n    image: nginx\n", "a Compose file"),
        ("t.yaml", "apiVersion: apps/v1\nkind: Deployment\n", "a Kubernetes manifest"),
        ("t.yaml", "name: web\ntype: Load Balanced Web Service\nimage: {}\n", "a Copilot manifest"),
        ("t.yaml", "version: 0.0\nResources:\n- TargetService: {}\n", "a CodeDeploy AppSpec file"),
        ("t.json", '[{"name": "web", "imageUri": "x"}]', "CodePipeline's image definitions"),
        ("t.json", '[{"containerDefinitions": []}]', "a list of task definitions"),
        ("t.json", '{"serviceName": "s", "taskDefinition": "web:7"}', "names its task definition"),
        ("t.json", '{"taskDefinitionArns": []}', "names its task definition"),
        ("t.json", '{"format_version": "1.2", "planned_values": {}}', "a Terraform plan or state"),
        ("t.json", '{"version": 4, "lineage": "x", "serial": 1}', "a Terraform plan or state"),
        ("t.tf.json", '{"resource": {"aws_ecs_task_definition": {}}}', "Terraform configuration"),
        ("t.tf", 'resource "aws_ecs_task_definition" "a" {\n  family = "a"\n}\n', "Terraform conf"),
        ("Dockerfile", "FROM nginx:1\nRUN true\n", "a Dockerfile"),
    ],
)
def test_a_file_of_another_format_is_named(
    reads_well: Callable[[object], bool], name: str, text: str, said: str
) -> None:
    with pytest.raises(EcsXRayError) as raised:
        trace_text(text, where=name, options=TracingOptions())

    (problem,) = raised.value.problems
    assert f"{name}: the file must hold a task definition (got " in str(problem)
    assert said in str(problem)
    assert reads_well(problem)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "t.json",
            '{"a": [\n{% for app in apps %}\n{"name": "a"},\n{% endfor %}\n]}',
        ),
        (
            "t.json",
            '{"a": [\n%{ for app in apps ~}\n{"name": "a"},\n%{ endfor ~}\n]}',
        ),
        ("t.yaml", "containerDefinitions:\n{{- range .apps }}\n- name: a\n{{- end }}\n"),
        ("t.json", '{"a": [<% apps.each do |app| %>{},<% end %>]}'),
        ("t.json", '{"a": [{{#each apps}}{},{{/each}}]}'),
    ],
)
def test_a_template_with_blocks_has_to_be_rendered_first(
    reads_well: Callable[[object], bool], name: str, text: str
) -> None:
    with pytest.raises(EcsXRayError, match="a template with blocks such as") as raised:
        trace_text(text, where=name, options=TracingOptions())

    assert "Render the template first" in str(raised.value)
    assert reads_well(str(raised.value))


def test_a_task_definition_is_none_of_them() -> None:
    # Keys that other formats have do no harm beside containers.
    text = '{"services": {}, "image": "x", "containerDefinitions": [{"name": "a", "image": "i"}]}'
    options = TracingOptions(region="us-east-1", writes_log=False)

    assert trace_text(text, where="t.json", options=options).injection.added


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"region": ""}, "region must be an AWS region (got '')"),
        ({"region": "eu west"}, "region must be an AWS region (got 'eu west')"),
        ({"log_group": ""}, "log_group must be the name of a log group (got '')"),
        ({"log_group": "/ecs/caf\u00e9"}, "log_group must be the name of a log group"),
        ({"log_group": "x" * 513}, "log_group must be the name of a log group"),
        ({"tracing_name": ""}, "tracing_name must be 1 to 200 letters"),
        ({"tracing_name": "a\nb"}, "tracing_name must be 1 to 200 letters"),
        ({"tracing_name": "x" * 201}, "tracing_name must be 1 to 200 letters"),
    ],
)
def test_values_that_aws_has_not_or_refuses_are_refused(
    reads_well: Callable[[object], bool], options: Mapping[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        TracingOptions(**options)  # type: ignore[arg-type]

    assert said in str(raised.value)
    assert reads_well(str(raised.value))


@pytest.mark.parametrize("value", ["${X}", "${Token[AWS.Region.4]}", "{{ x }}", "#{X}#"])
def test_a_value_that_is_known_later_passes(value: str) -> None:
    options = TracingOptions(region=value, log_group=value, tracing_name=value)

    assert (options.region, options.log_group, options.tracing_name) == (value, value, value)
