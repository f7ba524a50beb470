"""Pages about failures: ids lead to texts, links to places, and commands are AWS's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.collectors.log_lines import LINE_MEANINGS
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.files.pages import text_about
from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.sampling.findings import SamplingCheck
from cdk_ecs_xray.verify.checks import CHECKS
from cdk_ecs_xray.verify.sent_trace import SENT_TRACE

ROOT = Path(__file__).resolve().parents[2]
FIX = ROOT / "docs" / "fix"
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
# The AWS CLI's own command over an operation, with the options that the page uses.
_CLI_ONLY = {("logs", "tail"): {"since"}}
_GLOBAL = {"query", "region"}
# tests/review holds these to the code.
_OF_CONSTRUCTS = re.compile(r"^### (ecs-xray:.+)$", re.MULTILINE)

CHECK_IDS = [check.check_id for check in (*CHECKS, SENT_TRACE)]
IDS = [
    *(rule.id for rule in RULES),
    *map(str, SamplingCheck),
    *CHECK_IDS,
    *(meaning.meaning_id for meaning in LINE_MEANINGS),
    *_OF_CONSTRUCTS.findall((ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")),
]


@pytest.mark.parametrize("name", IDS)
def test_every_id_leads_to_its_section(name: str) -> None:
    text = text_about(name)
    assert re.match(rf"#{{2,3}} {re.escape(name)}\n", text)
    # A finding and a line may have one name; nothing else comes with them.
    assert set(re.findall(r"^#+ (.+)$", text, re.MULTILINE)) == {name}


def test_a_line_of_a_collector_has_the_fix_that_verify_prints() -> None:
    for meaning in LINE_MEANINGS:
        assert meaning.fix in text_about(meaning.meaning_id)


def test_every_id_has_a_row_in_the_index() -> None:
    index = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")

    assert [name for name in IDS if f"| [`{name}`](" not in index] == []


def test_a_page_is_found_by_its_name_and_an_id_goes_first() -> None:
    assert text_about("no-traces").startswith("# No traces arrive\n")
    assert text_about("sampling").startswith("## sampling\n")
    assert text_about("sampling.md").startswith("# ")


def test_a_name_that_is_none_is_refused_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ConfigurationError, match=r"Did you mean 'access-denied'\?"):
        text_about("acces-denied")
    assert run(["docs", "nonsense-of-mine"]) == 2
    assert "'nonsense-of-mine' not found" in capsys.readouterr().err


def test_without_a_name_the_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs"]) == 0
    assert "fix/no-traces.md" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("page", sorted(FIX.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_to_a_heading(page: Path) -> None:
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https:"):
            continue
        file = page if target == "" else (page.parent / target).resolve()
        text = file.read_text(encoding="utf-8")
        titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = {title.lower().replace(" ", "-") for title in titles}
        assert anchor in anchors | {""}, f"{target}#{anchor}"


def test_every_aws_command_of_the_pages_is_one_of_the_api(snippets: Sequence[Any]) -> None:
    commands = [
        line
        for snippet in snippets
        if snippet.page.startswith("docs/fix/") and snippet.language == "sh"
        for line in snippet.lines
        if line.startswith("aws ")
    ]
    assert len(commands) > 5
    for command in commands:
        _, service, operation, *rest = shlex.split(command)
        options = {word.removeprefix("--") for word in rest if word.startswith("--")} - _GLOBAL
        assert options <= _options(service, operation), command


def _options(service: str, operation: str) -> set[str]:
    if (service, operation) in _CLI_ONLY:
        return _CLI_ONLY[service, operation]
    model = botocore.session.get_session().get_service_model(service)
    (name,) = (one for one in model.operation_names if xform_name(one, "-") == operation)
    shape = model.operation_model(name).input_shape
    return set() if shape is None else {xform_name(member, "-") for member in shape.members}
