"""Rules, traffic and requests reach each form of the commands about rules as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.printable import printable
from tests.cli.sinks import forms
from tests.cli.sinks.hostile import HARMLESS, HOSTILE, file_name
from tests.cli.sinks.planted import rules, template

Printed = pytest.CaptureFixture[str]
EACH = pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
SHAPES: dict[str, Callable[[str], Any]] = {
    "text": forms.indents,
    "json": lambda text: forms.json_shape(forms.as_json(text)),
    "markdown": forms.markdown,
}


def printed_by(arguments: Sequence[str], printed: Printed, codes: Sequence[int]) -> str:
    """Return what a command prints on standard output; the other is for a terminal."""
    code = run(["rules", *arguments])
    captured = printed.readouterr()
    forms.terminal(captured.err)
    assert code in codes, captured.err
    return captured.out


@EACH
@pytest.mark.parametrize("form", ["text", "json"])
def test_check(tmp_path: Path, name: str, form: str, capsys: Printed) -> None:
    file = tmp_path / file_name(name)
    document = rules(name)
    document["rules"][0]["name"] = name
    document["groups"] = [{"name": name, "filter_expression": name}]
    document[name] = name
    file.write_text(json.dumps(document))

    text = printed_by(["check", str(file), "--format", form], capsys, (2,))

    SHAPES[form](text)
    assert "zq" in text


@EACH
@pytest.mark.parametrize("form", ["text", "json"])
def test_explain(tmp_path: Path, name: str, form: str, capsys: Printed) -> None:
    file = tmp_path / "rules.yaml"
    for called in (HARMLESS, name):
        document = rules(HARMLESS)
        document["rules"][0]["url_path"] = f"/{printable(called)}"[:120]
        file.write_text(json.dumps(document))

        words = ["explain", called, f"https://{called}/{called}?{called}", "--rules", str(file)]
        text = printed_by([*words, "--service", called, "--format", form], capsys, (0, 2))

        SHAPES[form](text)
        assert "zq" in text or text == ""


def log(name: str) -> str:
    """Return a log whose paths, hosts and broken lines are the name's."""
    name = name.replace("\x1f", "")  # A sign of the reader's own, which it takes in no host.
    records = [
        {"time": "2026-11-26T10:00:00Z", "host": name, "method": "GET", "path": f"/{name}"},
        {"time": "2026-11-26T10:00:01Z", "host": "a.example", "method": f"{name} x", "path": "/"},
    ]
    lines = [json.dumps(record) for record in records]
    return "\n".join([*lines, name.replace("\n", " "), "{" + name.replace("\n", " ")]) + "\n"


def simulated(folder: Path, name: str, form: str, printed: Printed) -> str:
    called = folder / file_name(name)
    called.mkdir()
    file, logs = called / file_name(f"{name} rules"), called / file_name(name)
    rule = {"name": "a", "priority": 1, "fixed_rate": 0.1, "url_path": "/none"}
    file.write_text(json.dumps({"rules": [rule]}))
    logs.write_text(log(name))
    arguments = ["simulate", str(logs), "--rules", str(file), "--against", str(file)]
    chart = ["--chart", str(called / "chart.svg"), "--log-format", "json"]
    return printed_by([*arguments, *chart, "--format", form], printed, (0,))


@EACH
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_simulate(tmp_path: Path, name: str, form: str, capsys: Printed) -> None:
    texts = [simulated(tmp_path, called, form, capsys) for called in (HARMLESS, name)]
    harmless, hostile = map(SHAPES[form], texts)

    assert hostile == harmless
    assert texts[1].count("zq") >= 4
    pictures = [
        (tmp_path / file_name(called) / "chart.svg").read_text() for called in (HARMLESS, name)
    ]
    assert forms.xml(pictures[1]) == forms.xml(pictures[0])
    title = printable(str(tmp_path / file_name(name)))
    assert title in forms.shown_by_xml(pictures[1])


@EACH
def test_the_query_for_athena(name: str, capsys: Printed) -> None:
    """The name of a table is one, or refused: nothing else becomes a part of the query."""
    arguments = ["simulate", "--print-athena-sql", "--athena-table"]
    assert printed_by([*arguments, name], capsys, (2,)) == ""

    quoted = f'"{name}"'
    assert printed_by([*arguments, quoted], capsys, (2,)) == ""

    text = printed_by([*arguments, f'"{HARMLESS}-x".y'], capsys, (0,))
    (query,) = sqlglot.parse(text, read="athena", error_level=sqlglot.ErrorLevel.RAISE)
    assert query is not None
    assert [table.sql() for table in query.find_all(sqlglot.exp.Table)] == [f'"{HARMLESS}-x".y']


@EACH
def test_export(tmp_path: Path, name: str, capsys: Printed) -> None:
    file = tmp_path / "rules.yaml"
    rule = {"name": "a", "priority": 1, "fixed_rate": 0.1}
    rule |= {"url_path": f"/{name}"[:100], "host": name[:60]}
    file.write_text(json.dumps({"rules": [rule]}))
    for sdk in ("python", "node", "java", "go", "dotnet", "ruby"):
        words = ["export", "--for", sdk, "--rules", str(file)]
        text = printed_by(words, capsys, (0, 2))
        assert text == "" or forms.as_json(text)

        out = tmp_path / file_name(name)
        assert printed_by([*words, "--output", str(out)], capsys, (0, 2)) == ""
        assert not out.exists() or forms.as_json(out.read_text())


def terraform(name: str) -> str:
    values = {"rule_name": name, "priority": 1, "fixed_rate": 0.1, "host": name, name: name}
    resource = {"address": name, "type": "aws_xray_sampling_rule", "values": values}
    planned = {"root_module": {"resources": [resource]}}
    return json.dumps({"format_version": "1.2", "planned_values": planned})


def own_template(name: str) -> str:
    document = json.loads(template(name))
    rule = {"RuleName": name, "Priority": 1, "FixedRate": 0.1, "Host": name, name: {"Ref": name}}
    document["Resources"][name] = {
        "Type": "AWS::XRay::SamplingRule",
        "Properties": {"SamplingRule": rule},
    }
    return json.dumps(document)


SOURCES: dict[str, Callable[[str], str]] = {
    "rules": lambda name: json.dumps(rules(name)),
    "template": own_template,
    "plan": terraform,
    "terraform": lambda name: f'resource "aws_xray_sampling_rule" "a" {{\n  rule_name = "{name}"\n',
}


@EACH
@pytest.mark.parametrize("source", SOURCES)
def test_import(tmp_path: Path, name: str, source: str, capsysbinary: Any) -> None:
    """What is written is YAML with printable lines; what is said of the rest, lines."""
    file = tmp_path / file_name(name)
    file.write_text(SOURCES[source](name))

    code = run(["rules", "import", str(file)])

    captured = capsysbinary.readouterr()
    forms.terminal(captured.out.decode())
    said = forms.terminal(captured.err.decode())
    assert code in (0, 2)
    assert code == 0 or any("zq" in line for line in said)
