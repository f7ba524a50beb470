"""X-Ray as boto3 and the real X-Ray SDK see it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aws_xray_sdk.core import AWSXRayRecorder, xray_recorder
from aws_xray_sdk.core.sampling.connector import ServiceConnector
from aws_xray_sdk.core.sampling.rule_cache import RuleCache

from cdk_ecs_xray.local import EmbeddedAws, control
from tests.end_to_end.signing_proxy import signing_proxy

RULE: dict[str, Any] = {
    "RuleName": "checkout",
    "Priority": 1,
    "FixedRate": 0.25,
    "ReservoirSize": 4,
    "Version": 1,
    "URLPath": "/checkout/*",
} | dict.fromkeys(("ServiceName", "ServiceType", "Host", "HTTPMethod", "ResourceARN"), "*")


@pytest.mark.parametrize(
    ("operation", "request_body", "code"),
    [
        (
            "create_sampling_rule",
            {"SamplingRule": RULE | {"FixedRate": 5}},
            "InvalidRequestException",
        ),
        ("delete_sampling_rule", {"RuleName": "gone"}, "InvalidRequestException"),
        (
            "list_tags_for_resource",
            {"ResourceARN": "arn:aws:xray:us-east-1:000000000000:group/gone/A"},
            "ResourceNotFoundException",
        ),
        (
            "tag_resource",
            {
                "ResourceARN": "arn:aws:xray:us-east-1:000000000000:sampling-rule/Default",
                "Tags": [{"Key": str(n), "Value": ""} for n in range(51)],
            },
            "TooManyTagsException",
        ),
    ],
)
def test_boto3_raises_the_exception_of_the_code(
    aws: EmbeddedAws, operation: str, request_body: dict[str, Any], code: str
) -> None:
    client = aws.client("xray")
    with pytest.raises(getattr(client.exceptions, code)) as raised:
        getattr(client, operation)(**request_body)
    assert raised.value.response["Error"]["Message"]
    assert raised.value.response["ResponseMetadata"]["RequestId"]


def test_the_rule_limit_has_an_exception_of_its_own(aws: EmbeddedAws) -> None:
    client = aws.client("xray")
    for number in range(25):
        client.create_sampling_rule(SamplingRule=RULE | {"RuleName": f"rule-{number}"})
    with pytest.raises(client.exceptions.RuleLimitExceededException):
        client.create_sampling_rule(SamplingRule=RULE)


def test_accounts_and_regions_are_apart(aws: EmbeddedAws) -> None:
    aws.client("xray", account="111111111111", region="eu-west-1").create_sampling_rule(
        SamplingRule=RULE
    )

    def count(**where: str) -> int:
        return len(aws.client("xray", **where).get_sampling_rules()["SamplingRuleRecords"])

    assert count(account="111111111111", region="eu-west-1") == 2
    assert count(account="111111111111") == 1
    assert count(region="eu-west-1") == 1


def test_an_assumed_role_acts_in_the_account_of_the_role(aws: EmbeddedAws) -> None:
    session = aws.client("sts").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/deploy", RoleSessionName="deploy"
    )["Credentials"]
    client: Any = aws.session().client(
        "xray",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    client.create_sampling_rule(SamplingRule=RULE)
    rules = aws.client("xray", account="222222222222").get_sampling_rules()
    assert rules["SamplingRuleRecords"][0]["SamplingRule"]["RuleARN"] == (
        "arn:aws:xray:us-east-1:222222222222:sampling-rule/checkout"
    )


def test_an_operation_that_is_not_served_says_so(aws: EmbeddedAws) -> None:
    client = aws.client("xray")
    with pytest.raises(client.exceptions.ClientError, match="does not serve /EncryptionConfig"):
        client.get_encryption_config()


def connector(port: int) -> ServiceConnector:
    """The X-Ray SDK's own poller: unsigned requests to whatever it takes for the daemon."""
    made = ServiceConnector()
    made.setup_xray_client(ip="127.0.0.1", port=str(port), client=None)
    return made


@pytest.fixture
def collector_port(aws: EmbeddedAws) -> Iterator[int]:
    with signing_proxy(aws) as port:
        yield port


def test_the_sdk_s_poll_through_a_collector_gets_rules_and_quotas(
    aws: EmbeddedAws, collector_port: int
) -> None:
    aws.client("xray").create_sampling_rule(SamplingRule=RULE)
    poller = connector(collector_port)

    rules = poller.fetch_sampling_rules()
    assert [(rule.name, rule.rate) for rule in rules] == [("checkout", 0.25), ("Default", 0.05)]

    cache = RuleCache()
    cache.load_rules(rules)
    cache.last_updated = int(time.time())
    matched = cache.get_matched_rule(
        {"path": "/checkout/1", "host": "h", "method": "GET", "service": "s"},
        now=int(time.time()),
    )
    assert matched is not None
    assert matched.name == "checkout"
    matched.increment_request_count()

    targets, modified = poller.fetch_sampling_target([matched])
    assert targets["checkout"]["quota"] == 4
    assert targets["checkout"]["interval"] == 10
    assert targets["checkout"]["TTL"] > time.time()
    assert modified <= time.time()
    cache.load_targets(targets)
    assert matched.reservoir.quota == 4

    (window,) = aws.client("xray").get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
    assert (window["RuleName"], window["RequestCount"]) == ("checkout", 1)


def test_a_daemon_s_signed_poll_is_of_its_own_account(aws: EmbeddedAws) -> None:
    account, region = "333333333333", "eu-west-1"
    aws.client("xray", account=account, region=region).create_sampling_rule(SamplingRule=RULE)
    with signing_proxy(aws, account=account, region=region) as port:
        found = [rule.name for rule in connector(port).fetch_sampling_rules()]
    assert found == ["checkout", "Default"]


@pytest.fixture(scope="session", autouse=True)
def _no_socket_left_open() -> Iterator[None]:
    """Importing the SDK opens a UDP socket for its global recorder and never closes it."""
    yield
    xray_recorder.emitter._socket.close()


class Boto3Emitter:
    """Sends what the recorder finishes straight to X-Ray, as the daemon would."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.unprocessed: list[dict[str, Any]] = []

    def send_entity(self, entity: Any) -> None:
        """The recorder's hook."""
        answer = self.client.put_trace_segments(TraceSegmentDocuments=[entity.serialize()])
        self.unprocessed += answer["UnprocessedTraceSegments"]


def test_what_the_sdk_records_can_be_read_back(aws: EmbeddedAws) -> None:
    client = aws.client("xray")
    emitter = Boto3Emitter(client)
    recorder = AWSXRayRecorder()
    recorder.emitter._socket.close()
    recorder.configure(sampling=False, service="signup", emitter=emitter)
    before = time.time()
    with recorder.in_segment("signup") as segment:
        segment.put_http_meta("url", "http://signup.local/checkout/1")
        segment.put_http_meta("status", 500)
        segment.put_annotation("plan", "pro")
        segment.set_user("ada")
        with recorder.in_subsegment("DynamoDB", namespace="aws") as subsegment:
            subsegment.put_http_meta("status", 200)
    assert emitter.unprocessed == []

    span = {"StartTime": before - 2, "EndTime": time.time() + 2}
    (summary,) = client.get_trace_summaries(
        **span, FilterExpression='service("signup") AND fault AND annotation.plan = "pro"'
    )["TraceSummaries"]
    assert summary["Id"] == segment.trace_id
    assert summary["HasFault"] is True
    assert summary["Http"]["HttpStatus"] == 500
    assert [user["UserName"] for user in summary["Users"]] == ["ada"]
    assert summary["EntryPoint"]["Name"] == "signup"

    (trace,) = client.batch_get_traces(TraceIds=[segment.trace_id])["Traces"]
    assert json.loads(trace["Segments"][0]["Document"])["id"] == segment.id
    graph = client.get_service_graph(**span)["Services"]
    assert {(s["Name"], s.get("Type")) for s in graph} == {
        ("signup", "client"),
        ("signup", None),
        ("DynamoDB", "AWS::DynamoDB"),
    }


def test_paginators_walk_over_every_page(aws: EmbeddedAws) -> None:
    client = aws.client("xray")
    now = int(time.time())
    documents = [
        json.dumps(
            {
                "id": f"{n:016x}",
                "trace_id": f"1-{now:08x}-{n:024x}",
                "name": "signup",
                "start_time": now,
                "end_time": now,
            }
        )
        for n in range(120)
    ]
    for start in range(0, len(documents), 50):
        client.put_trace_segments(TraceSegmentDocuments=documents[start : start + 50])
    pages = client.get_paginator("get_trace_summaries").paginate(
        StartTime=now - 10, EndTime=now + 10
    )
    sizes = [len(page["TraceSummaries"]) for page in pages]
    assert sizes == [100, 20]


def test_other_services_are_still_ministack_s(aws: EmbeddedAws) -> None:
    bucket = aws.client("s3")
    bucket.create_bucket(Bucket="traces")
    bucket.put_object(Bucket="traces", Key="Traces", Body=b"x")
    assert bucket.get_object(Bucket="traces", Key="Traces")["Body"].read() == b"x"
    with pytest.raises(bucket.exceptions.ClientError):
        aws.client("xray").get_group(GroupName="missing")


def test_the_health_answer_tells_what_it_is_and_nothing_else(aws: EmbeddedAws) -> None:
    document = control.ask(aws.port, "GET", control.HEALTH_PATH, timeout=60)
    assert document == {"kind": control.KIND}
