"""What AWS, traces and a deployment answer with is text in the reports of verify and local."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.local import cdk_log
from cdk_ecs_xray.local.cdk_project import DeployedStack
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.relay import log as relay_log
from cdk_ecs_xray.local.trial_report import TrialReport
from cdk_ecs_xray.printable import printable
from cdk_ecs_xray.verify.check import Check, CheckResult, failed, not_checked, ok
from cdk_ecs_xray.verify.map_drawing import mermaid, svg
from cdk_ecs_xray.verify.report import Verification, as_json, print_report
from cdk_ecs_xray.verify.traces import ArrivedTrace
from tests.cli.sinks import forms
from tests.cli.sinks.hostile import HARMLESS, HOSTILE

Printed = pytest.CaptureFixture[str]
EACH = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
CHECK = Check(check_id="stacks", needs=(), look=lambda _: [])


def segments(name: str) -> Sequence[Mapping[str, Any]]:
    called = {"id": "b", "name": f"{name} called", "namespace": name, "start_time": 1.0}
    return [
        {
            "id": "a",
            "name": name,
            "origin": name,
            "start_time": 1.0,
            "end_time": 2.0,
            "fault": True,
            "subsegments": [called | {"end_time": 2.0}],
        }
    ]


def verification(name: str) -> Verification:
    answers = [
        ok(name, name),
        failed(name, name, got=name, fix=name),
        not_checked(name, name, fix=name),
    ]
    trace = ArrivedTrace(
        trace_id=name,
        url=name,
        status="fault",
        http_status=500,
        duration=0.5,
        error=name,
        segments=segments(name),
    )
    return Verification(
        environment=name,
        account=name,
        results=[CheckResult(check=CHECK, answer=answer) for answer in answers],
        traces=[trace],
    )


@EACH
def test_a_verification_for_people(name: str) -> None:
    texts = []
    for called in (HARMLESS, name):
        file = io.StringIO()
        print_report(verification(called), file)
        texts.append(file.getvalue())

    assert forms.indents(texts[1]) == forms.indents(texts[0])
    assert texts[1].count(printable(name)) >= 8


@EACH
def test_a_verification_for_programs(name: str) -> None:
    document = forms.as_json(as_json(verification(name)))

    harmless = forms.as_json(as_json(verification(HARMLESS)))
    assert forms.json_shape(document) == forms.json_shape(harmless)
    assert document["environment"] == name


@EACH
def test_a_map_as_svg(name: str) -> None:
    drawing = svg(verification(name).map)

    assert forms.xml(drawing) == forms.xml(svg(verification(HARMLESS).map))
    assert printable(name) in forms.shown_by_xml(drawing)


@EACH
def test_a_map_as_mermaid(name: str) -> None:
    drawing = mermaid(verification(name).map)

    assert forms.mermaid(drawing) == forms.mermaid(mermaid(verification(HARMLESS).map))
    # In a comment it stands in a fence, which it does not end.
    assert "```" not in drawing


def told(name: str) -> None:
    report = TrialReport()
    report.step(1, name)
    report.say(name.replace("\n", " "))
    target = Target(account="111122223333", region="eu-west-1")
    stack = DeployedStack(
        name=name,
        target=target,
        status="CREATE_COMPLETE",
        resources=[(name.replace("\n", " "), "id")],
        outputs={name.replace("\n", " "): "value"},
    )
    report.stack(stack)


@EACH
def test_a_trial(name: str, capsys: Printed) -> None:
    texts = []
    for called in (HARMLESS, name):
        told(called)
        texts.append(capsys.readouterr().out)

    assert forms.indents(texts[1]) == forms.indents(texts[0])
    assert texts[1].count(printable(name)) >= 2


@EACH
def test_logs_of_cdk_and_of_the_relay(tmp_path: Path, name: str, capfd: Printed) -> None:
    file = tmp_path / "cdk.log"
    file.write_text(name)
    cdk_log.show_end(file, keep=False)
    for say in (relay_log.info, relay_log.warn, relay_log.error):
        say(name)

    captured = capfd.readouterr()
    forms.terminal(captured.err)
    lines = forms.terminal(captured.out.removesuffix("\n"))
    assert len(lines) == 3
    assert all(line.endswith(printable(name)) for line in lines)


@EACH
def test_what_is_adopted(tmp_path: Path, name: str, capsys: Printed) -> None:
    from cdk_ecs_xray.cli.commands import run

    state = tmp_path / "state.json"
    resource = {
        "mode": "managed",
        "type": "aws_cloudwatch_log_group",
        "name": name,
        "instances": [{"attributes": {"name": name, "id": name, "retention_in_days": 5}}],
    }
    state.write_text(json.dumps({"version": 4, "lineage": name, "resources": [resource]}))
    stack = {
        "type": "aws:cloudformation:stack",
        "displayName": name,
        "properties": {"templateFile": "one.json", "stackName": "one"},
    }
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}
    (tmp_path / "one.json").write_text(json.dumps({"Resources": {"Log": group, name: group}}))
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"one": stack}}))
    for form in ("text", "json"):
        words = ["adopt", "--state", str(state), "--app", str(tmp_path), "--format", form]

        assert run(words) in (0, 1, 2)

        captured = capsys.readouterr()
        forms.terminal(captured.err)
        forms.terminal(captured.out)
        assert "zq" in captured.out + captured.err
        if form == "json":
            forms.as_json(captured.out)
