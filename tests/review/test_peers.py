"""Templates written by hand in the style of other tools, each with that tool's mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_ecs_xray.review.report import Report, review

PEERS = Path(__file__).parent / "peers"
# What is known of each tool, by the ids of the rules that find it.
MISTAKES = {
    "application-signals.json": {"essential-collector", "image-latest"},
    "reference-setup.yaml": {"log-group-differs", "essential-collector", "buffer-memory-default"},
    "composex.json": {"udp-port-unmapped", "arn-fixes-partition", "address-missing"},
    "copilot.json": {"image-old", "sampling-permissions-missing"},
    "datadog-style.json": {"health-check-needs-shell", "collector-stops-first"},
    "service-extensions.json": {
        "image-latest",
        "health-check-calls-xray",
        "app-waits-for-collector",
        "log-never-expires",
    },
    "terraform-module.json": {
        "permissions-on-execution-role",
        "image-latest",
        "address-missing",
        "port-2000-shared",
        "region-missing",
    },
}


def of(name: str) -> Report:
    return review(str(PEERS / name))


def test_every_template_is_expected() -> None:
    assert {file.name for file in PEERS.iterdir()} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_its_mistakes_are_found(name: str) -> None:
    assert MISTAKES[name] <= {finding.id for finding in of(name).findings}


def test_an_app_that_was_forgotten_is_named_as_not_traced() -> None:
    (task,) = of("application-signals.json").tasks

    assert {app.name: app.outcome for app in task.apps} == {
        "app": "connected",
        "worker": "not-connected",
    }


def test_an_app_without_any_environment_is_traced_where_the_default_reaches() -> None:
    (task,) = of("service-extensions.json").tasks
    (app,) = task.apps

    assert (app.outcome, app.address, app.collector) == ("connected", None, "xray")


def test_names_that_only_the_deployment_knows_are_compared_all_the_same() -> None:
    report = of("reference-setup.yaml")
    (task,) = report.tasks
    (differing,) = [finding for finding in report.findings if finding.id == "log-group-differs"]

    assert [app.outcome for app in task.apps] == ["connected"]
    assert "/fq/${Environment}/${ServiceName}-watcher/instance/xray" in str(differing.problem)
    assert (
        differing.place.line
        == (PEERS / "reference-setup.yaml").read_text().splitlines().index("  Task:") + 1
    )
