"""What X-Ray shows of a span: the members that the collector's exporter would have written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.spans import (
    CLIENT,
    INTERNAL,
    NOW,
    SCOPE,
    SERVER,
    TRACE_ID,
    documents,
    request,
    search_on,
    send,
    span,
)

ARN = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/shop/signup"


def shown(*spans: dict[str, Any], **resource: Any) -> dict[str, dict[str, Any]]:
    service = search_on()
    assert send(service, request(*spans, **resource)).status == 200
    return {document["id"]: document for document in documents(service)}


def one(*, of: dict[str, Any] | None = None, **resource: Any) -> dict[str, Any]:
    (document,) = shown(span() if of is None else of, **resource).values()
    return document


def test_a_server_s_span_is_a_segment_of_its_service() -> None:
    http = {
        "http.request.method": "GET",
        "url.scheme": "https",
        "server.address": "shop.example",
        "url.path": "/signup",
        "url.query": "a=b",
        "user_agent.original": "curl/8",
        "client.address": "10.0.0.1",
        "http.response.status_code": 200,
    }
    document = one(
        of=span(attributes=http | {"enduser.id": "ada"}),
        cloud_provider="aws",
        cloud_platform="aws_ecs",
        telemetry_sdk_language="python",
        container_name="web",
    )
    assert document.pop("metadata")["default"] == http | {"enduser.id": "ada"}
    assert document == {
        "id": f"{1:016x}",
        "trace_id": TRACE_ID,
        "name": "signup",
        "start_time": NOW,
        "end_time": NOW + 0.25,
        "origin": "AWS::ECS::Container",
        "user": "ada",
        "aws": {"xray": {"sdk": "opentelemetry for python"}, "ecs": {"container": "web"}},
        "http": {
            "request": {
                "method": "GET",
                "url": "https://shop.example/signup?a=b",
                "user_agent": "curl/8",
                "client_ip": "10.0.0.1",
            },
            "response": {"status": 200},
        },
    }


def test_spans_below_are_compiled_into_the_segment() -> None:
    call = span(2, name="GET", kind=CLIENT, parentSpanId=f"{1:016x}")
    work = span(3, name="work", kind=INTERNAL, parentSpanId=f"{2:016x}")
    documents = shown(span(1), call | {"attributes": []}, work)
    (client,) = documents[f"{1:016x}"]["subsegments"]
    assert (client["name"], client["namespace"]) == ("GET", "remote")
    (inner,) = client["subsegments"]
    assert inner["name"] == "work"
    assert "namespace" not in inner


def test_the_older_names_of_attributes_are_read_too() -> None:
    old = {"http.method": "POST", "http.url": "http://x/a", "http.status_code": 503}
    document = one(of=span(attributes=old))
    assert document["http"] == {
        "request": {"method": "POST", "url": "http://x/a"},
        "response": {"status": 503},
    }
    assert document["fault"] is True


@pytest.mark.parametrize(
    ("members", "flags"),
    [
        ({"status": {"code": 2}}, {"fault"}),
        ({"status": {"code": 1}}, set()),
        ({"attributes": {"http.response.status_code": 404}}, {"error"}),
        ({"attributes": {"http.response.status_code": 429}}, {"error", "throttle"}),
        ({"attributes": {"http.response.status_code": 404}, "status": {"code": 2}}, {"error"}),
        ({"attributes": {"http.response.status_code": 500}}, {"fault"}),
        ({"attributes": {"http.response.status_code": 302}}, set()),
    ],
)
def test_how_a_span_ended_is_how_its_segment_did(members: dict[str, Any], flags: set[str]) -> None:
    document = one(of=span(**members))
    assert {name for name in ("error", "throttle", "fault") if document.get(name)} == flags


@pytest.mark.parametrize(
    ("attributes", "name", "namespace"),
    [
        ({"peer.service": "billing"}, "billing", "remote"),
        ({"server.address": "api.example"}, "api.example", "remote"),
        (
            {"db.system": "postgresql", "db.name": "shop", "server.address": "db"},
            "shop@db",
            "remote",
        ),
        ({"rpc.system": "aws-api", "rpc.service": "DynamoDB"}, "DynamoDB", "aws"),
        ({}, "GET signup", "remote"),
    ],
)
def test_a_call_is_named_by_whom_it_calls(
    attributes: dict[str, Any], name: str, namespace: str
) -> None:
    call = span(2, kind=CLIENT, name="GET *signup", parentSpanId=f"{9:016x}", attributes=attributes)
    document = one(of=call)
    assert (document["name"], document["namespace"]) == (name, namespace)
    assert document["type"] == "subsegment"


def test_a_call_of_an_aws_api_names_its_table_and_operation() -> None:
    told = {
        "rpc.system": "aws-api",
        "rpc.service": "DynamoDB",
        "rpc.method": "PutItem",
        "aws.dynamodb.table_names": ["users"],
        "aws.request_id": "r-1",
        "cloud.region": "eu-west-1",
    }
    document = one(of=span(2, kind=CLIENT, parentSpanId=f"{9:016x}", attributes=told))
    assert document["aws"] == {
        "xray": {"sdk": "opentelemetry"},
        "operation": "PutItem",
        "table_name": "users",
        "request_id": "r-1",
        "region": "eu-west-1",
    }


def test_a_query_is_shown_as_sql() -> None:
    told = {"db.system": "mysql", "db.statement": "SELECT ?"}
    call = span(2, kind=CLIENT, parentSpanId=f"{9:016x}", attributes=told)
    assert one(of=call)["sql"] == {"database_type": "mysql", "sanitized_query": "SELECT ?"}


def test_annotations_are_those_that_are_named_so() -> None:
    told = {
        "plan": "pro",
        "seats": 3,
        "aws.xray.annotations": ["plan"],
        "annotation.trial": True,
        "aws.xray.metadata.shop": '{"cart": [1]}',
        "aws.xray.metadata.broken": "{",
    }
    document = one(of=span(attributes=told))
    assert document["annotations"] == {"plan": "pro", "trial": True}
    assert document["metadata"] == {
        "default": {"seats": 3},
        "shop": {"cart": [1]},
        "broken": "{",
    }


@pytest.mark.parametrize(
    ("launch_type", "origin"),
    [("ec2", "AWS::ECS::EC2"), ("FARGATE", "AWS::ECS::Fargate"), ("", "AWS::ECS::Container")],
)
def test_the_launch_type_is_part_of_the_origin(launch_type: str, origin: str) -> None:
    found = one(cloud_provider="aws", cloud_platform="aws_ecs", aws_ecs_launchtype=launch_type)
    assert found["origin"] == origin


@pytest.mark.parametrize(
    "resource",
    [{}, {"cloud_provider": "gcp", "cloud_platform": "aws_ecs"}, {"cloud_provider": "aws"}],
)
def test_a_service_outside_aws_has_no_origin(resource: dict[str, Any]) -> None:
    assert "origin" not in one(**resource)


@pytest.mark.parametrize(
    ("resource", "groups"),
    [
        ({"aws_log_group_arns": [ARN]}, [{"log_group": "/shop/signup", "arn": ARN}]),
        ({"aws_log_group_arns": f"{ARN}:*"}, [{"log_group": "/shop/signup", "arn": f"{ARN}:*"}]),
        ({"aws_log_group_names": "/a&/b"}, [{"log_group": "/a"}, {"log_group": "/b"}]),
        ({"aws_log_group_names": ["/a"]}, [{"log_group": "/a"}]),
        ({"aws_log_group_arns": ["no arn"]}, None),
    ],
)
def test_log_groups_are_shown_beside_the_trace(resource: dict[str, Any], groups: Any) -> None:
    assert one(**resource)["aws"].get("cloudwatch_logs") == groups


def test_an_exception_is_the_cause() -> None:
    event = {
        "name": "exception",
        "attributes": [
            {"key": "exception.type", "value": {"stringValue": "KeyError"}},
            {"key": "exception.message", "value": {"stringValue": "'ada'"}},
        ],
    }
    (cause,) = one(of=span(events=[{"name": "log"}, event]))["cause"]["exceptions"]
    assert (cause["type"], cause["message"]) == ("KeyError", "'ada'")


def test_the_message_of_a_status_is_a_cause_too() -> None:
    document = one(of=span(status={"code": 2, "message": "no route"}))
    assert document["cause"]["exceptions"][0]["message"] == "no route"


def test_a_trace_is_drawn_alike_however_it_came() -> None:
    service = search_on()
    send(service, request(span(1)))
    call = span(2, kind=SERVER, parentSpanId=f"{1:016x}")
    send(service, request(call, service_name="billing"))
    graph = service.store(SCOPE).traces.service_graph({"StartTime": NOW - 60, "EndTime": NOW + 60})
    assert {one["Name"] for one in graph["Services"]} == {"signup", "billing"}
