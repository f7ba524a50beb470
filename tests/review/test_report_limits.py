"""What a report is for: a comment that fits, a pipeline that fails, a line that can be changed."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from cdk_ecs_xray.cli.commands import run
from cdk_ecs_xray.review.changes import Weight
from cdk_ecs_xray.review.render import render
from cdk_ecs_xray.review.report import review
from tests.review.spoils import Template, app, collector, of


def assembly(folder: Path, **stacks: Template) -> Path:
    folder.mkdir()
    artifacts = {}
    for name, template in stacks.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.json"},
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def many(right: Template, number: int) -> Template:
    """Return a template of many wrong task definitions."""
    template = copy.deepcopy(right)
    task = template["Resources"].pop("Task")
    task["Properties"]["ContainerDefinitions"][0]["Links"] = []
    for position in range(number):
        one = copy.deepcopy(task)
        one["Properties"]["Family"] = f"orders-{position}"
        template["Resources"][f"Task{position}"] = one
    return template


@pytest.mark.parametrize("number", [1, 900])
def test_a_comment_fits_whatever_there_is_to_say(
    tmp_path: Path, right: Template, number: int
) -> None:
    folder = assembly(tmp_path / "out", Shop=many(right, number))
    before = assembly(tmp_path / "before", Shop=right)
    report = review(str(folder), against=str(before))

    text = render(report, "markdown")

    assert len(text) <= 65_536
    assert f"0 of {number} app container" in text
    assert text.count("<details>") == text.count("</details>")
    assert ("more task definition" in text) is (number == 900)
    assert f"{number:,} error" in text


def test_an_app_that_is_not_connected_can_fail_a_pipeline(
    tmp_path: Path, right: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(right))
    assert run(["review", str(file), "--fail-on", "untraced"]) == 0

    of(right)["ContainerDefinitions"] = [app(right)]
    app(right).update(Environment=[], Links=[], DependsOn=[])
    file.write_text(json.dumps(right))

    assert run(["review", str(file)]) == 0
    assert run(["review", str(file), "--fail-on", "error"]) == 0
    assert run(["review", str(file), "--fail-on", "error", "--fail-on", "untraced"]) == 1
    assert "0 of 1 app container connected" in capsys.readouterr().out


def test_what_was_not_read_fails_at_every_level(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "no.yaml"}}
    file.write_text(json.dumps({"Resources": {"Orders": nested}}))

    for level in ("error", "warning", "untraced"):
        assert run(["review", str(file), "--fail-on", level]) == 1
        assert run(["review", str(file), "--fail-on", level, "--accept", "not-read"]) == 0
    assert run(["review", str(file)]) == 0


def test_a_stack_that_leaves_the_app_deletes_nothing(tmp_path: Path, right: Template) -> None:
    before = assembly(tmp_path / "before", Shop=right, Old=many(right, 1))
    after = assembly(tmp_path / "after", Shop=right)

    found = review(str(after), against=str(before)).changes or ()

    assert [(one.place, one.text) for one in found] == [("Old", "the stack is no longer deployed")]


def test_a_renamed_stack_is_compared_with_what_it_was(tmp_path: Path, right: Template) -> None:
    changed = copy.deepcopy(right)
    app(changed)["Links"] = []
    other = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    before = assembly(tmp_path / "before", Shop=right, Other=other)
    after = assembly(tmp_path / "after", Store=changed, Other=other)

    found = review(str(after), against=str(before)).changes or ()

    assert found[0].weight is Weight.REPLACED
    assert found[0].text.startswith("the stack was 'Shop'; under another name")
    assert "'app' was connected; now it is not connected, no link leads to 'xray'" in [
        one.text for one in found
    ]


@pytest.mark.parametrize("of_its_own", [True, False])
@pytest.mark.parametrize(
    ("frames", "place"),
    [
        (
            ["new Resource (/x/node_modules/a.js:1:1)", "new Orders (HERE/lib/orders.ts:14:5)"],
            ("lib/orders.ts", 14),
        ),
        (["node:internal/main:1:1", 'File "HERE/app.py", line 7, in <module>'], ("app.py", 7)),
        (["new Resource (/x/node_modules/a.js:1:1)"], None),
    ],
)
def test_sarif_points_at_the_program_where_cdk_wrote_its_line(
    tmp_path: Path,
    right: Template,
    monkeypatch: pytest.MonkeyPatch,
    frames: list[str],
    *,
    of_its_own: bool,
    place: tuple[str, int] | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    app(right)["Links"] = []
    folder = assembly(tmp_path / "out", Shop=right)
    manifest = json.loads((folder / "manifest.json").read_text())
    trace = [frame.replace("HERE", str(tmp_path)) for frame in frames]
    entries: list[dict[str, object]] = [{"type": "aws:cdk:logicalId", "data": "Task"}]
    if of_its_own:
        entries.append({"type": "aws:cdk:creationStack", "data": trace})
    else:
        entries[0]["trace"] = trace
    manifest["artifacts"]["Shop"]["metadata"] = {"/Shop/Task": entries}
    (folder / "manifest.json").write_text(json.dumps(manifest))

    (result,) = json.loads(render(review("out"), "sarif"))["runs"][0]["results"]

    shown = result["locations"][0]["physicalLocation"]
    found = (shown["artifactLocation"]["uri"], shown["region"]["startLine"])
    assert found == (place if place is not None else ("out/Shop.json", 1))


def test_members_are_said_as_the_reader_spells_them(tmp_path: Path, right: Template) -> None:
    collector(right).pop("Essential")
    (tmp_path / "template.json").write_text(json.dumps(right))
    registered = {
        "family": "orders",
        "taskRoleArn": "arn:aws:iam::111122223333:role/orders",
        "containerDefinitions": [
            {"name": "app", "image": "a:1", "links": ["xray"], "environment": []},
            {
                "name": "xray",
                "image": "amazon/aws-xray-daemon:3.6.6",
                "command": ["--buffer-memory", "16"],
                "environment": [{"name": "AWS_REGION", "value": "eu-west-1"}],
            },
        ],
    }
    address = {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "xray:2000"}
    registered["containerDefinitions"][0]["environment"].append(address)  # type: ignore[index]
    (tmp_path / "task.json").write_text(json.dumps(registered))
    folder = assembly(tmp_path / "out", Shop=right)

    texts = [
        str(finding.problem)
        for path in (tmp_path / "template.json", tmp_path / "task.json", folder)
        for finding in review(str(path)).findings
        if finding.id == "essential-collector"
    ]

    assert "Essential should be false" in texts[0]
    assert "In CDK" not in texts[0]
    assert "essential should be false" in texts[1]
    assert texts[2].endswith("In CDK: essential.")
