"""X-Ray's paths, members and error codes as botocore's model of the API has them."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from cdk_ecs_xray.local.xray import Scope, XRayService, refusals
from cdk_ecs_xray.local.xray.operations import OPERATIONS

NOW = 1_800_000_000
SCOPE = Scope("123456789012", "eu-west-1")
TRACE_ID = f"1-{NOW:08x}-{1:024x}"
RULE = {
    "RuleName": "checkout",
    "Priority": 1,
    "FixedRate": 0.5,
    "ReservoirSize": 1,
    "Version": 1,
    "SamplingRateBoost": {"MaxRate": 1, "CooldownWindowMinutes": 0},
} | dict.fromkeys(
    ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"), "*"
)
RULE_ARN = "arn:aws:xray:eu-west-1:123456789012:sampling-rule/checkout"
SEGMENT = {
    "id": "000000000000000a",
    "trace_id": TRACE_ID,
    "name": "signup",
    "start_time": NOW,
    "end_time": NOW + 1,
    "user": "ada",
    "annotations": {"plan": "pro"},
    "http": {"request": {"url": "http://x"}, "response": {"status": 200}},
    "subsegments": [
        {
            "id": "000000000000000b",
            "name": "SNS",
            "namespace": "aws",
            "start_time": NOW,
            "end_time": NOW + 1,
        }
    ],
}
STATISTICS = {
    "RuleName": "checkout",
    "ClientID": "a" * 24,
    "Timestamp": NOW,
    "RequestCount": 1,
    "SampledCount": 1,
}
SPAN = {"StartTime": NOW - 60, "EndTime": NOW + 60}
BOOST = {
    "RuleName": "checkout",
    "ServiceName": "signup",
    "Timestamp": NOW,
    "AnomalyCount": 1,
    "TotalCount": 1,
    "SampledAnomalyCount": 0,
}
# Of a retrieval, known only once it was started.
TOKEN = "RetrievalToken of the answer before"  # noqa: S105
# In an order in which every operation succeeds.
CONVERSATION: list[tuple[str, dict[str, Any]]] = [
    ("CreateSamplingRule", {"SamplingRule": RULE, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("UpdateSamplingRule", {"SamplingRuleUpdate": {"RuleName": "checkout", "FixedRate": 1}}),
    ("GetSamplingRules", {}),
    (
        "GetSamplingTargets",
        {
            "SamplingStatisticsDocuments": [STATISTICS, STATISTICS | {"RuleName": "gone"}],
            "SamplingBoostStatisticsDocuments": [BOOST, BOOST | {"RuleName": "gone"}],
        },
    ),
    ("GetSamplingStatisticSummaries", {}),
    ("CreateGroup", {"GroupName": "slow", "FilterExpression": "ok"}),
    ("GetGroup", {"GroupName": "slow"}),
    ("UpdateGroup", {"GroupName": "slow", "FilterExpression": "!ok"}),
    ("GetGroups", {}),
    ("TagResource", {"ResourceARN": RULE_ARN, "Tags": [{"Key": "c", "Value": "d"}]}),
    ("ListTagsForResource", {"ResourceARN": RULE_ARN}),
    ("UntagResource", {"ResourceARN": RULE_ARN, "TagKeys": ["c"]}),
    ("PutTraceSegments", {"TraceSegmentDocuments": [json.dumps(SEGMENT), "{"]}),
    ("PutTelemetryRecords", {"TelemetryRecords": [{"Timestamp": NOW}]}),
    ("GetTraceSummaries", SPAN),
    ("BatchGetTraces", {"TraceIds": [TRACE_ID]}),
    ("GetServiceGraph", SPAN),
    ("GetTraceGraph", {"TraceIds": [TRACE_ID]}),
    ("UpdateTraceSegmentDestination", {"Destination": "CloudWatchLogs"}),
    ("GetTraceSegmentDestination", {}),
    (
        "UpdateIndexingRule",
        {"Name": "Default", "Rule": {"Probabilistic": {"DesiredSamplingPercentage": 100}}},
    ),
    ("GetIndexingRules", {}),
    ("PutTraceSegments", {"TraceSegmentDocuments": [json.dumps(SEGMENT)]}),
    ("StartTraceRetrieval", {"TraceIds": [TRACE_ID], **SPAN}),
    ("ListRetrievedTraces", {"RetrievalToken": TOKEN}),
    ("ListRetrievedTraces", {"RetrievalToken": TOKEN}),
    ("GetRetrievedTracesGraph", {"RetrievalToken": TOKEN}),
    ("CancelTraceRetrieval", {"RetrievalToken": TOKEN}),
    ("DeleteGroup", {"GroupName": "slow"}),
    ("DeleteSamplingRule", {"RuleName": "checkout"}),
]


@pytest.fixture(scope="module")
def model() -> ServiceModel:
    return botocore.session.Session().get_service_model("xray")


def assert_fits(value: object, shape: Shape, path: str) -> None:
    """*value* has the JSON form of *shape* and no member that the model doesn't know."""
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict), path
        assert set(value) <= set(shape.members), path
        assert set(shape.required_members) <= set(value), path
        for name, member in value.items():
            assert_fits(member, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        assert isinstance(value, list), path
        for item in value:
            assert_fits(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        assert isinstance(value, dict), path
        for item in value.values():
            assert_fits(item, shape.value, f"{path}{{}}")
    else:
        kinds: dict[str, tuple[type, ...]] = {
            "string": (str,),
            "boolean": (bool,),
            "integer": (int,),
            "long": (int,),
            "double": (int, float),
            "timestamp": (int, float),
        }
        assert isinstance(value, kinds[shape.type_name]), path
        assert shape.type_name == "boolean" or not isinstance(value, bool), path


def test_every_operation_fits_the_model(model: ServiceModel) -> None:
    service = XRayService(clock=lambda: NOW)
    token = ""
    for name, prepared in CONVERSATION:
        request = {k: token if v == TOKEN else v for k, v in prepared.items()}
        operation = model.operation_model(name)
        assert operation.http["method"] == "POST"
        path = operation.http["requestUri"]
        answer = service.answer(scope=SCOPE, path=path, body=json.dumps(request).encode())
        assert answer.status == 200, (name, answer.body)
        assert operation.output_shape is not None
        assert_fits(json.loads(answer.body), operation.output_shape, name)
        token = json.loads(answer.body).get("RetrievalToken", token)


def test_the_conversation_leaves_no_operation_out(model: ServiceModel) -> None:
    spoken = {model.operation_model(name).http["requestUri"] for name, _ in CONVERSATION}
    assert spoken == set(OPERATIONS)


@pytest.mark.parametrize(
    "refusal",
    [
        refusals.InvalidRequestError("m"),
        refusals.RuleLimitExceededError("m"),
        refusals.ResourceNotFoundError("m", resource_name="arn:a"),
        refusals.TooManyTagsError("m", resource_name="arn:a"),
    ],
)
def test_errors_are_those_of_the_model(
    model: ServiceModel, refusal: refusals.XRayRefusalError
) -> None:
    shape = model.shape_for(refusal.code)
    assert isinstance(shape, StructureShape)
    assert_fits(refusal.body(), shape, refusal.code)
    declared: int = shape.metadata.get("error", {}).get("httpStatusCode", 400)
    assert refusal.status == declared


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/GetGroup", b"{", "InvalidRequestException"),
        ("/GetGroup", b"[]", "InvalidRequestException"),
        ("/GetGroup", b"", "InvalidRequestException"),
        ("/Insight", b"{}", "UnknownOperationException"),
    ],
)
def test_refusals_are_named_in_the_header(path: str, body: bytes, code: str) -> None:
    answer = XRayService().answer(scope=SCOPE, path=path, body=body)
    assert answer.headers["x-amzn-ErrorType"] == code
    assert answer.status == (404 if code.startswith("Unknown") else 400)
    assert json.loads(answer.body)["Message"]


def test_accounts_and_regions_know_nothing_of_each_other() -> None:
    service = XRayService()
    body = json.dumps({"GroupName": "slow"}).encode()
    scopes = [SCOPE, Scope("210987654321", "eu-west-1"), Scope("123456789012", "us-east-1")]
    for scope in scopes:
        assert service.answer(scope=scope, path="/CreateGroup", body=body).status == 200
    service.reset()
    assert service.answer(scope=SCOPE, path="/GetGroup", body=body).status == 400
