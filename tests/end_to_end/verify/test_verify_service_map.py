"""The service map, from segments as SDKs send them to text, Mermaid and SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from cdk_ecs_xray.verify.check import Check, CheckResult, failed, not_checked, ok
from cdk_ecs_xray.verify.map_drawing import mermaid, svg
from cdk_ecs_xray.verify.report import Verification, print_report
from cdk_ecs_xray.verify.service_map import ServiceMap, service_map
from cdk_ecs_xray.verify.traces import ArrivedTrace

Segment = Mapping[str, Any]
CHECK = Check(check_id="stacks", needs=(), look=lambda _: [])


def segment(segment_id: str, name: str, **members: Any) -> Segment:
    return {"id": segment_id, "name": name, "start_time": 10.0, "end_time": 10.25, **members}


SHOP = [
    segment(
        "a",
        "shop",
        origin="AWS::ECS::Container",
        fault=True,
        subsegments=[
            segment(
                "b",
                "work",
                subsegments=[
                    segment("c", "billing", namespace="remote"),
                    segment("d", "DynamoDB", namespace="aws", throttle=True, error=True),
                    segment("e", "bank.example", namespace="remote", error=True),
                ],
            )
        ],
    ),
    segment("f", "billing", parent_id="c"),
    # A subsegment that was sent before its segment ended.
    segment("g", "SNS", type="subsegment", parent_id="a", namespace="aws", end_time=11.0),
]


def phrases(drawn: ServiceMap) -> dict[tuple[str, str], str]:
    return {(edge.caller.name, edge.called.name): edge.label for edge in drawn.edges}


def test_calls_are_drawn_from_the_segments_of_both_sides() -> None:
    drawn = service_map([SHOP])
    assert phrases(drawn) == {
        ("client", "shop"): "1 call, 250 ms, 1 fault",
        ("shop", "billing"): "1 call, 250 ms",
        ("shop", "DynamoDB"): "1 call, 250 ms, 1 throttle",
        ("shop", "bank.example"): "1 call, 250 ms, 1 error",
        ("shop", "SNS"): "1 call, 1000 ms",
    }
    kinds = {node.name: node.kind for node in drawn.nodes}
    assert kinds["shop"] == "AWS::ECS::Container"
    assert (kinds["DynamoDB"], kinds["bank.example"]) == ("AWS::DynamoDB", "remote")
    assert kinds["billing"] == "service"
    assert [root.name for root in drawn.roots()] == ["client"]


def test_traces_add_up() -> None:
    drawn = service_map([SHOP, SHOP])
    assert phrases(drawn)["client", "shop"] == "2 calls, 250 ms, 2 faults"


@pytest.mark.parametrize(
    "segments",
    [
        [],
        [segment("a", "late", parent_id="missing")],
        [segment("g", "SNS", type="subsegment", parent_id="missing", namespace="aws")],
        [{"id": "a"}],
    ],
)
def test_traces_with_pieces_missing_are_drawn_all_the_same(segments: Sequence[Segment]) -> None:
    drawn = service_map([segments])
    assert mermaid(drawn).startswith("flowchart LR\n")
    ET.fromstring(svg(drawn))  # noqa: S314 - our own text


def circle() -> ServiceMap:
    return service_map(
        [
            [
                segment("a", "a", subsegments=[segment("b", "b", namespace="remote")]),
                segment(
                    "c", "b", parent_id="b", subsegments=[segment("d", "a", namespace="remote")]
                ),
                segment("e", "a", parent_id="d"),
            ]
        ]
    )


def test_a_circle_ends() -> None:
    drawn = circle()
    assert phrases(drawn).keys() == {("client", "a"), ("a", "b"), ("b", "a")}
    assert svg(drawn).count("<rect ") == 3


def test_a_circle_nobody_calls_into_has_a_root() -> None:
    edges = [edge for edge in circle().edges if edge.caller.name != "client"]
    assert len(ServiceMap(edges=edges).roots()) == 1


HOSTILE = '"]; click x "javascript:alert(1)" </text><script>alert(1)</script>\x1b[31m'


def test_a_hostile_name_stays_text() -> None:
    drawn = service_map([[segment("a", HOSTILE)]])
    (_, node, *_) = mermaid(drawn).splitlines()[1:]
    assert node.count('"') == 2
    assert "<" not in node
    root = ET.fromstring(svg(drawn))  # noqa: S314 - our own text
    assert not [node for node in root.iter() if node.tag.endswith("script")]


def trace(number: int, **members: Any) -> ArrivedTrace:
    values: dict[str, Any] = {
        "trace_id": f"1-{number:08x}",
        "url": "",
        "status": "ok",
        "http_status": None,
        "duration": None,
        "error": "",
        "segments": [segment("a", f"{HOSTILE}[red]")],
    }
    return ArrivedTrace(**values | members)


def printed(report: Verification) -> str:
    file = io.StringIO()
    print_report(report, file)
    return file.getvalue()


def test_what_senders_put_into_a_trace_does_not_reach_the_terminal_as_commands() -> None:
    text = printed(
        Verification(
            environment=None,
            account="1",
            results=[CheckResult(check=CHECK, answer=ok("stack a", "is there"))],
            traces=[trace(1, error="boom \x1b[2J [bold]", duration=0.5, http_status=500)],
        )
    )
    assert "\x1b" not in text
    assert "[red]" in text
    assert "boom" in text
    assert "[bold]" in text


def test_many_traces_are_counted_not_listed() -> None:
    report = Verification(
        environment="dev", account="1", results=[], traces=[trace(n) for n in range(12)]
    )
    assert "  and 2 more\n" in printed(report)
    assert report.result.value == "not checked"


def test_each_result_is_counted_and_the_worst_counts() -> None:
    answers = [ok("a", "b"), failed("c", "d", fix="e"), not_checked("f", "g", fix="h")]
    report = Verification(
        environment="dev",
        account="1",
        results=[CheckResult(check=CHECK, answer=answer) for answer in answers],
        traces=[],
    )
    text = printed(report)
    assert report.result.value == "failed"
    assert text.splitlines()[-1] == "dev: 1 ok, 1 failed, 1 not checked"
    assert "            fix: e\n" in text


def test_colours_only_for_a_terminal_and_never_with_no_color(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    results = [CheckResult(check=CHECK, answer=ok("a", "b"))]
    report = Verification(environment="dev", account="1", results=results, traces=[])
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    print_report(report, coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    print_report(report, plain)
    assert "\x1b[32m" in coloured.getvalue()
    assert "\x1b[3" not in plain.getvalue()
