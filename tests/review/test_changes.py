"""``--against``: what changed, in people's words, the dangerous first."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cdk_ecs_xray.errors import ReviewError
from cdk_ecs_xray.review.baseline import read_baseline
from cdk_ecs_xray.review.changes import Change, Weight, changes
from cdk_ecs_xray.review.report import review
from cdk_ecs_xray.templates.model import Stack

Template = dict[str, Any]


@pytest.fixture
def differing(
    right: Template, model: Callable[..., Sequence[Stack]]
) -> Callable[[Callable[[Any], object]], Sequence[Change]]:
    """Return the changes when a function changes the right template's resources."""

    def compare(change: Callable[[Any], object]) -> Sequence[Change]:
        before = model(right)
        after = copy.deepcopy(right)
        change(after["Resources"])
        return changes(before, model(after))

    return compare


def said(found: Sequence[Change], weight: Weight) -> list[str]:
    return [change.text for change in found if change.weight is weight]


Differing = Callable[[Callable[[Any], object]], Sequence[Change]]


def containers(resources: Any) -> Any:
    return resources["Task"]["Properties"]["ContainerDefinitions"]


def test_nothing_differs_from_itself(differing: Differing) -> None:
    assert differing(lambda _: None) == []


def test_a_renamed_log_group_is_replaced_and_loses_its_logs(differing: Differing) -> None:
    def rename(resources: Any) -> None:
        resources["Log"]["Properties"]["LogGroupName"] = "/fq/dev/other/instance/xray"

    found = differing(rename)

    assert found[0].weight is Weight.REPLACED
    assert found[0].text.startswith("the log group is replaced: LogGroupName /fq/dev/other")
    assert "its logs are lost" in found[0].text


def test_what_comes_and_goes_is_named(differing: Differing) -> None:
    def change(resources: Any) -> None:
        del resources["Log"]["Properties"]["RetentionInDays"]
        tags = [{"Key": "team", "Value": "shop"}]
        resources["Role"]["Properties"].update(MaxSessionDuration=7200, Tags=tags)

    texts = said(differing(change), Weight.OTHER)

    assert "the log group: RetentionInDays 30 removed" in texts
    assert any(
        "MaxSessionDuration 7200 added" in text and "Tags 1 entry added" in text for text in texts
    )


def test_a_longer_retention_replaces_nothing(differing: Differing) -> None:
    def keep(resources: Any) -> None:
        resources["Log"]["Properties"]["RetentionInDays"] = 90

    found = differing(keep)

    assert said(found, Weight.REPLACED) == []
    assert "the log group: RetentionInDays 90 instead of 30" in said(found, Weight.OTHER)
    assert said(found, Weight.TRACING) == ["the log of 'xray': 90 days instead of 30 days"]


def test_wider_permissions_come_before_tracing_and_narrower_ones_after(
    differing: Differing,
) -> None:
    def change(resources: Any) -> None:
        (policy,) = resources["Role"]["Properties"]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        statement["Action"] = [*statement["Action"][1:], "s3:GetObject"]
        containers(resources)[1]["Image"] = "public.ecr.aws/xray/aws-xray-daemon:3.7.0"

    found = differing(change)

    assert [change.weight for change in found] == sorted(change.weight for change in found)
    assert said(found, Weight.PERMISSIONS) == ["may now s3:GetObject on *"]
    assert "may no longer xray:PutTraceSegments on *" in said(found, Weight.OTHER)
    assert "runs public.ecr.aws/xray/aws-xray-daemon:3.7.0" in said(found, Weight.TRACING)[0]


def test_a_link_that_is_gone_is_told_as_what_it_means(differing: Differing) -> None:
    found = differing(lambda resources: containers(resources)[0].update(Links=[]))

    assert said(found, Weight.TRACING) == [
        "'app' was connected; now it is not connected, no link leads to 'xray'"
    ]


def test_a_collector_that_is_taken_out_is_named(differing: Differing) -> None:
    found = differing(lambda resources: containers(resources).pop())

    assert "the collector 'xray' is taken out" in said(found, Weight.TRACING)


def test_a_renamed_sampling_rule_is_replaced(
    right: Template, model: Callable[..., Sequence[Stack]]
) -> None:
    def with_rule(name: str, rate: float) -> Template:
        rule = {"RuleName": name, "FixedRate": rate, "Priority": 1}
        resource = {"Type": "AWS::XRay::SamplingRule", "Properties": {"SamplingRule": rule}}
        return {"Resources": {**right["Resources"], "Rule": resource}}

    before = model(with_rule("checkout", 0.5))
    renamed = changes(before, model(with_rule("basket", 0.5)))
    cheaper = changes(before, model(with_rule("checkout", 0.05)))

    assert said(renamed, Weight.REPLACED) == [
        "the sampling rule is replaced: RuleName basket instead of checkout"
    ]
    assert said(cheaper, Weight.OTHER) == ["the sampling rule: FixedRate 0.05 instead of 0.5"]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    command = [shutil.which("git") or "git", *identity, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(tmp_path: Path, right: Template, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose first commit holds the template, changed since."""
    git(tmp_path, "init", "--quiet")
    file = tmp_path / "templates" / "orders.json"
    file.parent.mkdir()
    file.write_text(json.dumps(right))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    right["Resources"]["Log"]["Properties"]["RetentionInDays"] = 1
    file.write_text(json.dumps(right))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_git_revision_that_holds_the_path_is_a_baseline(committed: Path) -> None:
    report = review("templates/orders.json", against="HEAD")

    assert committed.is_dir()
    assert report.changes is not None
    assert "the log group: RetentionInDays 1 instead of 30" in [
        change.text for change in report.changes
    ]


def test_a_worktree_and_a_folder_in_it_are_places_to_compare_from(
    committed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(committed, "worktree", "add", "--quiet", "there", "HEAD")
    monkeypatch.chdir(committed / "there")
    whole = read_baseline("HEAD", path="templates/orders.json")
    monkeypatch.chdir("templates")

    assert read_baseline("HEAD", path="orders.json")[0].template == whole[0].template


@pytest.mark.parametrize(
    ("against", "path"),
    [("HEAD", "cdk.out"), ("no-such", "templates"), ("--output=x", "templates"), ("HEAD", "..")],
)
@pytest.mark.usefixtures("committed")
def test_another_baseline_is_refused_with_how_to_make_one(
    reads_well: Callable[[object], bool], against: str, path: str
) -> None:
    with pytest.raises(ReviewError) as refused:
        read_baseline(against, path=path)

    assert "git worktree add" in str(refused.value)
    assert reads_well(str(refused.value))
