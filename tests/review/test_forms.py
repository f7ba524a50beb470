"""The report as SARIF, JSON, Markdown, Mermaid and HTML, whatever the names in a template."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import Report, review
from cdk_ecs_xray.review.rules import RULES

PEERS = Path(__file__).parent / "peers"
HOSTILE = "<script>alert(1)</script>|`*_\x1b[31m"


@pytest.fixture
def hostile(tmp_path: Path, right: dict[str, Any]) -> Report:
    """A report on a template whose names are markup."""
    task = right["Resources"]["Task"]["Properties"]
    task["Family"] = HOSTILE
    task["ContainerDefinitions"][0]["Name"] = HOSTILE
    task["ContainerDefinitions"][0]["Links"] = []
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps(right))
    return review(str(file))


def sarif(report: Report) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(render(report, "sarif"))
    return found


def test_sarif_has_the_published_structure() -> None:
    """Names and limits of SARIF 2.1.0, sections 3.13, 3.14, 3.18, 3.19, 3.27 to 3.30 and 3.49."""
    log = sarif(review(str(PEERS / "terraform-module.json")))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "semanticVersion", "rules"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == [rule.id for rule in RULES]
    for rule in driver["rules"]:
        assert set(rule) == {
            "id",
            "shortDescription",
            "helpUri",
            "help",
            "defaultConfiguration",
        }
        assert rule["helpUri"].startswith(
            ("https://docs.aws.amazon.com/", "https://aws-otel.", "https://opentelemetry.io/")
        )
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    assert run["results"]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["region"]["startLine"] >= 1
        assert " " not in physical["artifactLocation"]["uri"]
        assert all(
            isinstance(fingerprint, str) for fingerprint in result["partialFingerprints"].values()
        )


def test_sarif_names_files_as_the_repository_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: dict[str, Any]
) -> None:
    (tmp_path / "a b").mkdir()
    right["Resources"]["Task"]["Properties"]["ContainerDefinitions"][1]["Essential"] = True
    (tmp_path / "a b" / "orders.json").write_text(json.dumps(right, indent=1))
    monkeypatch.chdir(tmp_path)

    (result,) = sarif(review("a b/orders.json"))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    written = (tmp_path / "a b" / "orders.json").read_text().splitlines()

    assert place["artifactLocation"] == {"uri": "a%20b/orders.json", "uriBaseId": "SRCROOT"}
    assert '"Task"' in written[place["region"]["startLine"] - 1]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


@pytest.mark.parametrize("form", ["terminal", "markdown", "html", "sarif"])
def test_every_form_leads_to_the_text_about_an_id(hostile: Report, form: str) -> None:
    assert "ecs-xray docs " in render(hostile, form)


def test_names_cannot_become_markup(hostile: Report) -> None:
    page = _Page()
    page.feed(render(hostile, "html"))

    assert "script" not in page.tags
    assert "svg" in page.tags
    pages = {finding.page for finding in hostile.findings}
    assert set(page.links) == {"data:,", *pages}
    # A code span ends at as many backticks as it began with: CommonMark 0.31, section 6.1.
    span = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")
    assert "<script>" not in span.sub("", render(hostile, "markdown"))


def test_names_cannot_steer_a_terminal(hostile: Report) -> None:
    assert "\x1b" not in render(hostile, "terminal")


def test_the_markdown_of_a_task_is_a_drawing_that_mermaid_reads(hostile: Report) -> None:
    (drawing,) = re.findall(r"```mermaid\n(.*?)```", render(hostile, "markdown"), re.DOTALL)
    first, *lines = drawing.splitlines()
    node = r'\w+(\["[^"<>]*"\]|\(\["[^"]*"\]\)|\{\{"[^"]*"\}\})?'
    shapes = (
        rf'  subgraph \w+\["[^"]*"\]|    {node}|  end',
        rf"  {node} -\.?->(\|[^|]*\|)? {node}",
    )

    assert first == "flowchart LR"
    assert [line for line in lines if not any(re.fullmatch(shape, line) for shape in shapes)] == []


def test_json_has_everything(hostile: Report, reads_well: Callable[[object], bool]) -> None:
    document = json.loads(render(hostile, "json"))

    assert document["version"] == 3
    assert document["summary"] == {"error": 1, "warning": 0, "note": 0}
    (finding,) = document["findings"]
    assert finding["id"] == "link-missing"
    assert finding["container"] == HOSTILE
    assert reads_well(Problem(**{part: finding[part] for part in ("where", "what", "got", "fix")}))
    (task,) = document["tasks"]
    assert [app["outcome"] for app in task["apps"]] == ["not-connected"]
    assert document["permissions"][0]["wildcard"].startswith("X-Ray's write actions take no")
    assert document["changes"] is None


def test_what_several_environments_share_is_said_once(tmp_path: Path) -> None:
    template = (PEERS / "datadog-style.json").read_text()
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{number:012}/eu-west-1",
            "properties": {"templateFile": f"{name}.json"},
        }
        for number, name in enumerate(("dev", "prod"))
    }
    for name in artifacts:
        (tmp_path / f"{name}.json").write_text(template)
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    shown = render(review(str(tmp_path)), "markdown")

    assert shown.count("`health-check-needs-shell`") == 1
    assert "dev, Task, container 'xray'" in shown
    assert "prod, Task, container 'xray'" in shown
