"""Every way of sending traces, deployed once: what verify names when X-Ray takes none of them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.local import EmbeddedAws
from cdk_ecs_xray.local.cdk_project import CdkProject, targets_of
from tests.end_to_end.embedded_aws.raw_requests import send, signed
from tests.end_to_end.verify.conftest import Verified
from tests.end_to_end.verify.modes import APP, LINES, OTLP, SEGMENTS, SPANS
from tests.end_to_end.verify.traffic import poll_sampling, send_requests
from tests.local.spans import request, span

SPAN_LOG = "arn:aws:logs:us-east-1:000000000000:log-group:aws/spans:*"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """A server of its own, as Transaction Search is a setting of the account."""
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(scope="module")
def modes(aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of all modes, each deployed and asked for rules."""
    folder = tmp_path_factory.mktemp("modes")
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    project = CdkProject(folder)
    project.synthesise(folder / "cdk.out", context={})
    (target,) = targets_of(folder / "cdk.out")
    project.deploy(aws, folder / "cdk.out", target)
    poll_sampling(aws, "daemon-app")
    for mode, group in collector_logs(aws).items():
        write(aws, group, "xray/start/1", f"Starting {mode}")
    return folder / "cdk.out"


@pytest.fixture
def look(modes: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], Verified]:
    """Verify all modes at once."""

    def call() -> Verified:
        capsys.readouterr()
        # The traffic is that of the first test, however long ago a busy machine ran it.
        options = ["--format", "json", "--no-drift", "--minutes", "360"]
        code = run(["verify", "--app", str(modes), *options])
        return Verified(code=code, document=json.loads(capsys.readouterr().out))

    return call


def containers(aws: EmbeddedAws, mode: str) -> tuple[str, Sequence[Mapping[str, object]]]:
    """The task role of a mode, and its containers."""
    ecs = aws.client("ecs")
    pages = aws.client("cloudformation").list_stack_resources(StackName=mode)
    arn = next(
        one["PhysicalResourceId"]
        for one in pages["StackResourceSummaries"]
        if one["ResourceType"] == "AWS::ECS::TaskDefinition"
    )
    found = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return found["taskRoleArn"].rpartition("/")[2], found["containerDefinitions"]


def collector_logs(aws: EmbeddedAws) -> Mapping[str, str]:
    """The log group of each mode's collector."""
    found = {}
    for mode in LINES:
        _, all_of_them = containers(aws, mode)
        (configuration,) = (
            one["logConfiguration"] for one in all_of_them if "logConfiguration" in one
        )
        assert isinstance(configuration, dict)
        found[mode] = str(configuration["options"]["awslogs-group"])
    return found


def write(aws: EmbeddedAws, group: str, stream: str, *lines: str) -> None:
    logs = aws.client("logs")
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in lines]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def send_spans(aws: EmbeddedAws, mode: str) -> int:
    """Send a span to the endpoint, as the mode's collector or app does; the answer's status."""
    number = SPANS.index(mode) + 1
    one = span(number, at=int(time.time()), traceId=f"{number:032x}")
    body = json.dumps(request(one, service_name=f"{mode}-app"))
    headers = signed(
        aws,
        path="/v1/traces",
        body=body,
        service="xray",
        headers={"Content-Type": "application/json"},
    )
    return send(aws, "POST", "/v1/traces", headers, body.encode()).status


def permit(aws: EmbeddedAws) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": SPAN_LOG,
    }
    aws.client("logs").put_resource_policy(
        policyName="spans", policyDocument=json.dumps({"Statement": [statement]})
    )


@pytest.fixture(scope="module")
def searched(aws: EmbeddedAws, modes: Path) -> EmbeddedAws:
    """The account once Transaction Search is on, and every mode has sent a trace."""
    del modes
    permit(aws)
    xray = aws.client("xray")
    xray.update_trace_segment_destination(Destination="CloudWatchLogs")
    # The first question after the change is answered with PENDING.
    xray.get_trace_segment_destination()
    for mode in SEGMENTS:
        send_requests(xray, f"{mode}-app")
    assert {send_spans(aws, mode) for mode in SPANS} == {200}
    return aws


def test_where_transaction_search_is_off_spans_are_refused_and_segments_arrive(
    aws: EmbeddedAws, modes: Path, look: Callable[[], Verified]
) -> None:
    del modes
    for mode in SEGMENTS:
        send_requests(aws.client("xray"), f"{mode}-app")
    assert {send_spans(aws, mode) for mode in SPANS} == {400}

    verified = look()
    assert verified.failed().keys() == {"transaction-search", "traces"}
    (search,) = verified.of("transaction-search")
    assert search["what"] == f"is off, so X-Ray refuses the spans of {', '.join(SPANS)}"
    assert "XRayTransactionSearch" in search["fix"]
    arrived = {one["where"]: one["status"] for one in verified.of("traces")}
    assert arrived == {
        **{f"traces of {mode}-app": "ok" for mode in SEGMENTS},
        **{f"traces of {mode}-app": "failed" for mode in SPANS},
    }


@pytest.mark.usefixtures("searched")
def test_with_transaction_search_every_mode_is_green(look: Callable[[], Verified]) -> None:
    verified = look()
    assert verified.failed() == {}
    assert verified.not_checked() == {}
    assert verified.code == 0


# By status: its name in X-Ray, then the id of segments and that of spans where they differ, each
# with what to do.
REFUSALS: Mapping[int, tuple[str, Mapping[str, str]]] = {
    400: ("InvalidRequestException", {"xray-refused": "Let only X-Ray SDKs",
                                      "otlp-refused": "Turn on Transaction Search"}),
    403: ("AccessDeniedException", {"access-denied": "Give the task role"}),
    429: ("ThrottledException", {"throttled": "Lower the sampling rates"}),
    500: ("InternalFailure", {"xray-unavailable": "Wait.", "otlp-unavailable": "Wait."}),
    503: ("ServiceUnavailable", {"xray-unavailable": "Wait.", "otlp-unavailable": "Wait."}),
}  # fmt: skip


@contextmanager
def refused(aws: EmbeddedAws, code: int) -> Iterator[None]:
    """What every collector writes once X-Ray answers with a status."""
    end = "Will retry the request after interval." if code in {429, 503} else "Dropping data."
    groups, stream = collector_logs(aws), f"xray/{code}/1"
    for mode, forms in LINES.items():
        lines = [form.format(code=code, name=REFUSALS[code][0], end=end) for form in forms]
        write(aws, groups[mode], stream, *lines)
    yield
    for group in groups.values():
        aws.client("logs").delete_log_stream(logGroupName=group, logStreamName=stream)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusing_endpoint_is_named_in_every_mode(
    searched: EmbeddedAws, look: Callable[[], Verified], code: int
) -> None:
    with refused(searched, code):
        verified = look()

    assert verified.failed().keys() == {"collector-logs"}
    _, advice = REFUSALS[code]
    found: dict[str, set[str]] = {}
    for one in verified.of("collector-logs"):
        meaning = one["what"].split()[0]
        assert one["fix"].startswith(advice[meaning])
        found.setdefault(one["where"].removeprefix("collector log of "), set()).add(meaning)
    of_segments, of_spans = next(iter(advice)), list(advice)[-1]
    assert found == {
        mode: {of_spans if form is OTLP else of_segments for form in forms}
        for mode, forms in LINES.items()
    }


@contextmanager
def without_permissions(aws: EmbeddedAws) -> Iterator[None]:
    iam = aws.client("iam")
    taken = []
    for mode in (*SEGMENTS, *SPANS):
        role, _ = containers(aws, mode)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
            taken.append((role, policy, json.dumps(document)))
    yield
    for role, policy, text in taken:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text)


def test_a_missing_permission_is_named_in_every_mode(
    searched: EmbeddedAws, look: Callable[[], Verified]
) -> None:
    with without_permissions(searched):
        verified = look()
    assert verified.failed().keys() == {"permissions"}
    answers = verified.of("permissions")
    assert len(answers) == len(SEGMENTS) + len(SPANS)
    assert all("may not xray:PutTraceSegments" in one["what"] for one in answers)
    spans = [one for one in answers if "xray:PutSpans, xray:PutSpansForIndexing" in one["what"]]
    assert len(spans) == len(SPANS)
    assert all(one["fix"].startswith("Allow it xray:PutTraceSegments") for one in answers)


def test_a_missing_resource_policy_is_named(
    searched: EmbeddedAws, look: Callable[[], Verified]
) -> None:
    searched.client("logs").delete_resource_policy(policyName="spans")
    try:
        verified = look()
    finally:
        permit(searched)
    assert verified.failed().keys() == {"transaction-search"}
    (search,) = verified.of("transaction-search")
    assert search["what"] == "is on, and no resource policy lets X-Ray write to aws/spans"
    assert "xray.amazonaws.com logs:PutLogEvents" in search["fix"]
