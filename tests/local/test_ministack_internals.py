"""Every private name of ministack that the AWS emulator builds on; an upgrade must fail here."""

from __future__ import annotations

import importlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest


def member(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(f"ministack.{module}"), name)


def test_the_version_is_the_one_this_was_read_from() -> None:
    assert version("ministack") == "1.5.33"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("app:app", "function"),
        ("app:_reset_all_state", "function"),
        ("app:_get_reset_lock", "function"),
        ("core.iam_actions:access_denied_response", "function"),
        ("core.iam_evaluator:resolve_credential", "function"),
        ("core.responses:_account_from_sts_session", "function"),
        ("core.responses:get_account_id", "function"),
        ("core.responses:get_region", "function"),
        ("core.responses:set_request_account_id", "function"),
        ("core.responses:set_request_region", "function"),
        ("core.router:extract_access_key_id", "function"),
        ("core.router:extract_region", "function"),
        ("core.sigv4:header_signature_failure", "function"),
        ("core.sigv4:parse_header_signature", "function"),
        ("core.sigv4:parse_query_signature", "function"),
        ("services.alb:_create_lb", "function"),
        ("services.alb:_create_listener", "function"),
        ("services.alb:_create_tg", "function"),
        ("services.cloudcontrol:_resource_key", "function"),
        ("services.cloudwatch_logs:_create_log_group", "function"),
        ("services.cloudwatch_logs:_create_log_stream", "function"),
        ("services.cloudwatch_logs:handle_request", "function"),
        ("services.cloudwatch_logs:_log_groups", "AccountRegionScopedDict"),
        ("core.responses:error_response_json", "function"),
        ("core.responses:json_response", "function"),
        ("services.cloudwatch_logs:_put_log_events", "function"),
        ("services.cloudformation.changesets:_IMPORT_LOOKUPS", "dict"),
        ("services.cloudformation.changesets:_RESOURCE_HANDLERS", "dict"),
        ("services.cloudformation.handlers:_ACTION_HANDLERS", "dict"),
        ("services.cloudformation.handlers:_get_template_summary", "function"),
        ("services.cloudformation.handlers:_parse_template", "function"),
        ("services.cloudformation.handlers:_resolve_template", "function"),
        ("services.cloudformation.custom_resource:_response_url", "function"),
        ("services.cloudformation.custom_resource:invoke_custom_resource", "function"),
        ("services.cloudformation.drift:_DRIFT_READERS", "dict"),
        ("services.cloudformation.provisioners:_RESOURCE_HANDLERS", "dict"),
        ("services.cloudformation.provisioners:_REPLACING_PROPERTIES", "dict"),
        ("services.cloudformation.provisioners:_STACK_TAG_PROPERTY", "dict"),
        ("services.cloudformation.provisioners:_cwlogs_create", "function"),
        ("services.cloudformation.provisioners:_delete_predecessor", "function"),
        ("services.cloudformation.provisioners:_ecs_task_def_create", "function"),
        ("services.cloudformation.provisioners:_normalize_container_defs", "function"),
        ("services.cloudformation.provisioners:_physical_name", "function"),
        ("services.cloudformation.provisioners:_reconcile_tag_list", "function"),
        ("services.cloudformation.provisioners:_NAME_SEED", "ContextVar"),
        ("services.cloudformation.provisioners:_replace_resource", "function"),
        ("services.cloudformation.provisioners:_tag_map", "function"),
        ("services.ec2:_STUB_AMIS", "list"),
        ("services.ecs:_get_docker", "function"),
        ("services.ecs:_resolve_cluster_name", "function"),
        ("services.lambda_svc:_execute_function_dispatch", "function"),
        ("services.lambda_svc:_execution_record_for_config", "function"),
        ("services.lambda_svc:_get_func_record_for_ref", "function"),
        ("services.ssm:_PUBLIC_AMI_PARAMETERS", "dict"),
    ],
)
def test_a_private_name_is_still_there(path: str, kind: str) -> None:
    found = member(path)
    assert inspect.isfunction(found) if kind == "function" else type(found).__name__ == kind


def test_the_parameters_by_which_a_function_is_recognised_are_where_they_were() -> None:
    invoke = member("services.cloudformation.custom_resource:invoke_custom_resource")
    assert list(inspect.signature(invoke).parameters)[2] == "props"
    worker = member("core.lambda_runtime:Worker")
    assert list(inspect.signature(worker).parameters) == ["func_name", "config", "code_zip"]
    assert inspect.isfunction(worker._spawn)


@pytest.mark.parametrize("store", ["_services", "_tags", "_task_defs"])
def test_the_ecs_stores_are_mappings(store: str) -> None:
    assert {"get", "setdefault", "__getitem__"} <= set(dir(member(f"services.ecs:{store}")))


@pytest.mark.parametrize(
    "store",
    ["_lbs", "_listeners", "_rules", "_tgs", "_tags", "_targets", "_lb_attrs", "_listener_attrs",
     "_tg_attrs"],
)  # fmt: skip
def test_the_stores_of_load_balancing_are_mappings(store: str) -> None:
    assert {"pop", "values", "__setitem__"} <= set(dir(member(f"services.alb:{store}")))


def test_the_resources_of_cloud_control_are_a_mapping() -> None:
    assert {"get", "pop", "__setitem__"} <= set(dir(member("services.cloudcontrol:_resources")))


def test_the_log_groups_are_a_mapping_by_name() -> None:
    assert {"get", "__contains__"} <= set(dir(member("services.cloudwatch_logs:_log_groups")))
    assert {"values"} <= set(dir(member("services.cloudwatch_logs:_resource_policies")))


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("_delete_predecessor", ["delete_fn", "args", "kwargs"]),
        ("_ecs_task_def_create", ["logical_id", "props", "stack_name"]),
        (
            "_ecs_task_def_update",
            ["physical_id", "old_props", "new_props", "stack_name", "logical_id"],
        ),
        ("_ecs_service_create", ["logical_id", "props", "stack_name"]),
        ("_ecs_service_update", ["physical_id", "old_props", "new_props", "stack_name"]),
        ("_normalize_container_defs", ["cdefs"]),
        ("_tag_map", ["tags"]),
    ],
)
def test_a_private_function_still_takes_what_is_given(path: str, parameters: list[str]) -> None:
    found = member(f"services.cloudformation.provisioners:{path}")
    assert list(inspect.signature(found).parameters) == parameters


def test_the_handler_tables_have_the_form_that_is_extended() -> None:
    handlers = member("services.cloudformation.provisioners:_RESOURCE_HANDLERS")
    for kind in ("AWS::ECS::TaskDefinition", "AWS::ECS::Service"):
        assert {"create", "update", "delete"} <= set(handlers[kind])
    assert handlers["AWS::ECS::TaskDefinition"]["update_with_logical_id"] is True
    assert "update_with_logical_id" not in handlers["AWS::ECS::Service"]
    tags = member("services.cloudformation.provisioners:_STACK_TAG_PROPERTY")
    assert tags["AWS::ECS::Service"] == ("Tags", "list")
    reader, properties = member("services.cloudformation.drift:_DRIFT_READERS")[
        "AWS::Logs::LogGroup"
    ]
    assert callable(reader)
    assert isinstance(properties, frozenset)


def test_the_image_tables_have_the_form_that_is_extended() -> None:
    parameters = member("services.ssm:_PUBLIC_AMI_PARAMETERS")
    images = member("services.ec2:_STUB_AMIS")
    assert all(isinstance(value, str) for value in parameters.values())
    assert all(len(image) == 7 for image in images)


def test_what_the_embedded_aws_adds_is_still_missing() -> None:
    """When ministack learns X-Ray itself, ours should go."""
    handlers = member("services.cloudformation.provisioners:_RESOURCE_HANDLERS")
    assert not [kind for kind in handlers if kind.startswith("AWS::XRay::")]
    assert "xray" not in member("app:SERVICE_REGISTRY")


def test_the_gaps_are_still_there() -> None:
    """A mended gap in ministack is a file here to delete."""
    convert = member("services.cloudformation.provisioners:_normalize_container_defs")
    (converted,) = convert([{"DependsOn": [{"ContainerName": "a", "Condition": "START"}]}])
    assert converted["dependsOn"] == [{"ContainerName": "a", "Condition": "START"}]
    summary = member("services.cloudformation.handlers:_get_template_summary")
    assert "ResourceIdentifierSummaries" not in inspect.getsource(summary)
    log_groups = member("services.cloudformation.provisioners:_cwlogs_create")
    assert "already exists" not in inspect.getsource(log_groups)
    source = inspect.getsource(member("services.cloudformation.provisioners:_ecs_service_create"))
    assert "PlacementStrategies" not in source
    assert not [name for name in member("services.ssm:_PUBLIC_AMI_PARAMETERS") if "/ecs/" in name]
