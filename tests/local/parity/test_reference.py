"""The reconstruction: what the reference setup gives verbatim, and that all else is marked as ours.

The verbatim values are those of the field guide, section 1, and of the seed it quotes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_ecs_xray import ConfigurationError
from cdk_ecs_xray.local.parity import Reference, read_reference

VERBATIM = {
    "log group.name": "/fq/dev/ledger-watcher/instance/xray",
    "policy.Sid": "XRayDaemonWriteAccess",
    "policy.Effect": "Allow",
    "app.environment.AWS_XRAY_DAEMON_ADDRESS": "fq-dev-xray:2000",
    "sidecar.name": "fq-dev-xray",
    "sidecar.essential": True,
    "sidecar.cpu": 32,
    "sidecar.memoryReservation": 256,
    "sidecar.portMappings.hostPort": 0,
    "sidecar.portMappings.containerPort": 2000,
    "sidecar.portMappings.protocol": "udp",
    "sidecar.logConfiguration.logDriver": "awslogs",
    "sidecar.logConfiguration.options.awslogs-group": "/fq/dev/ledger-watcher/instance/xray",
    "sidecar.logConfiguration.options.awslogs-region": "eu-west-1",
    "sidecar.logConfiguration.options.awslogs-stream-prefix": "xray",
}
CHOSEN = {
    "policy.Action": [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ],
    "policy.Resource": ["*"],
    "policy.attached to": "task role",
    "service.depends_on": ["log group", "policy"],
    "task definition.networkMode": "bridge",
    "app.links": ["fq-dev-xray"],
}


def test_what_the_original_gives_is_there_word_for_word(reference: Reference) -> None:
    given = {
        field: value
        for field, value in reference.fields.items()
        if field not in reference.reconstructed
    }

    assert given == VERBATIM
    assert {field: type(value) for field, value in given.items()} == {
        field: type(value) for field, value in VERBATIM.items()
    }


def test_what_the_original_lost_is_marked_and_explained(reference: Reference) -> None:
    assert set(reference.reconstructed) == set(reference.fields) - set(VERBATIM)
    for field, reason in reference.reconstructed.items():
        assert len(reason.split()) >= 5, field


@pytest.mark.parametrize("field", CHOSEN)
def test_our_choices_are_those_of_the_field_guide(reference: Reference, field: str) -> None:
    assert reference.fields[field] == CHOSEN[field]


def test_another_environment_has_names_of_its_own(setup_folder: Path) -> None:
    fields = read_reference(
        setup_folder, environment="prod", service="ledger-watcher", region="us-east-1"
    ).fields

    assert fields["sidecar.name"] == "fq-prod-xray"
    assert fields["log group.name"] == "/fq/prod/ledger-watcher/instance/xray"
    assert fields["app.environment.AWS_XRAY_DAEMON_ADDRESS"] == "fq-prod-xray:2000"
    assert not any("dev" in str(value) for value in fields.values())


def test_the_originals_bug_is_kept_group_and_log_driver_agree_on_watchers_only(
    setup_folder: Path,
) -> None:
    fields = read_reference(
        setup_folder, environment="dev", service="billing", region="eu-west-1"
    ).fields

    assert fields["log group.name"] == "/fq/dev/billing-watcher/instance/xray"
    assert (
        fields["sidecar.logConfiguration.options.awslogs-group"] == "/fq/dev/billing/instance/xray"
    )


@pytest.mark.parametrize("name", ["main.tf", "task-definition.json", "reconstructed.yaml"])
def test_a_reconstruction_that_cannot_be_read_is_named(
    setup_folder: Path, tmp_path: Path, reads_well: Callable[[object], bool], name: str
) -> None:
    folder = tmp_path / "changed_setup"
    shutil.copytree(setup_folder, folder)
    (folder / name).unlink()

    with pytest.raises(ConfigurationError) as raised:
        read_reference(folder, environment="dev", service="api", region="eu-west-1")

    (problem,) = map(str, raised.value.problems)
    assert str(folder) in problem
    assert name in problem
    assert reads_well(problem)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("task-definition.json", "{", "[" ),
        ("main.tf", 'resource "aws_ecs_service"', "resource"),
        ("main.tf", "${var.environment}", "${var.stage}"),
        ("task-definition.json", "${REGION}", "${PLACE}"),
        ("reconstructed.yaml", "log group", "log: group: ["),
    ],
)  # fmt: skip
def test_a_broken_reconstruction_is_reported_and_never_half_read(
    setup_folder: Path, tmp_path: Path, name: str, old: str, new: str
) -> None:
    folder = tmp_path / "changed_setup"
    shutil.copytree(setup_folder, folder)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))

    with pytest.raises(ConfigurationError):
        read_reference(folder, environment="dev", service="api", region="eu-west-1")
