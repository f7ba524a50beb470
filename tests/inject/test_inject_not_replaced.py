"""What ``inject --replace`` refuses: what nobody can read, and what would end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cdk_ecs_xray import CloudWatchAgent, EcsXRayError, XRayDaemon
from tests.inject.old_collectors import (
    ADOT,
    ADOT_CONFIG,
    DAEMON,
    WEB,
    replaced,
    text_of,
)

REFUSED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], str]] = {
    "a configuration file": (
        {**DAEMON, "command": ["-c", "/etc/xray.yaml"]},
        WEB,
        "'-c' in its command",
    ),
    "an open command": ({**DAEMON, "command": "${COMMAND}"}, WEB, "a command"),
    "a number for a command": ({**DAEMON, "command": 7}, WEB, "command, which is 7"),
    "one text for a command": (
        {**DAEMON, "command": "-o --buffer-memory 3"},
        WEB,
        "command, which is the text '-o --buffer-memory 3' and no list of texts",
    ),
    "a number in a command": ({**DAEMON, "command": ["-o", 3]}, WEB, "command, which is a list"),
    "a mapping for an entry point": (
        {**DAEMON, "entryPoint": {"xray": 1}},
        WEB,
        "entryPoint, which is a mapping",
    ),
    "a shell": ({**DAEMON, "command": ["sh", "-c", "xray"]}, WEB, "'sh' in its command"),
    "variables of a file": (
        {**DAEMON, "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]},
        WEB,
        "environmentFiles",
    ),
    "an unknown image": ({**DAEMON, "image": "registry/a:1"}, WEB, "registry/a:1"),
    "a configuration in a parameter": (
        {**ADOT, "environment": [], "secrets": [{"name": "AOT_CONFIG_CONTENT", "valueFrom": "p"}]},
        WEB,
        "its configuration",
    ),
    "metrics": (
        {**ADOT, "environment": [], "command": ["--config=/etc/ecs/ecs-cloudwatch-xray.yaml"]},
        WEB,
        "the pipeline 'metrics'",
    ),
    "another exporter": (
        {
            **ADOT,
            "environment": [
                {
                    "name": "AOT_CONFIG_CONTENT",
                    "value": ADOT_CONFIG.replace("[awsxray]", "[awsxray, datadog]"),
                }
            ],
        },
        WEB,
        "'datadog' among its exporters",
    ),
    "metrics of the agent": (
        {
            "name": "tracer",
            "image": "amazon/cloudwatch-agent:1.300062.0",
            "environment": [
                {
                    "name": "CW_CONFIG_CONTENT",
                    "value": '{"traces": {"traces_collected": {"xray": {}}}, "metrics": {}}',
                }
            ],
        },
        WEB,
        "'metrics' in its configuration",
    ),
    "a port of its own": (
        {**DAEMON, "portMappings": [{"containerPort": 9000, "protocol": "tcp"}]},
        WEB,
        "9000/tcp",
    ),
    "an end": (
        DAEMON,
        {**WEB, "dependsOn": [{"containerName": "tracer", "condition": "COMPLETE"}]},
        "COMPLETE",
    ),
    "a circle": (
        {**DAEMON, "dependsOn": [{"containerName": "web", "condition": "START"}]},
        WEB,
        "the collector must wait for no app",
    ),
    "its volumes": (DAEMON, {**WEB, "volumesFrom": [{"sourceContainer": "tracer"}]}, "volumesFrom"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_or_would_end_is_refused(
    case: str, reads_well: Callable[[object], bool]
) -> None:
    old, app, expected = REFUSED[case]

    with pytest.raises(EcsXRayError) as raised:
        replaced(text_of(old, app), region="eu-west-1")

    assert expected in str(raised.value)
    assert reads_well(str(raised.value))


@pytest.mark.parametrize(
    ("old", "app", "expected"),
    [
        (ADOT, {"name": "w", "environment": [{"name": "OTEL_TRACES_EXPORTER", "value": "otlp"}]},
         "must take OpenTelemetry's protocol"),
        (DAEMON, {**WEB, "dependsOn": [{"containerName": "tracer", "condition": "HEALTHY"}]},
         "must be START"),
    ],
)  # fmt: skip
def test_a_daemon_takes_no_place_that_it_does_not_fill(
    old: Mapping[str, Any], app: Mapping[str, Any], expected: str
) -> None:
    with pytest.raises(EcsXRayError, match=expected):
        replaced(text_of(old, app), XRayDaemon(), region="eu-west-1")


def test_segments_need_a_collector_that_takes_them() -> None:
    with pytest.raises(EcsXRayError, match="must take segments of X-Ray SDKs"):
        replaced(text_of(DAEMON, WEB), CloudWatchAgent(exporter="otlp"))


def test_two_collectors_are_refused() -> None:
    with pytest.raises(EcsXRayError, match="must have one collector"):
        replaced(text_of(DAEMON, {**ADOT, "name": "b"}, WEB))
