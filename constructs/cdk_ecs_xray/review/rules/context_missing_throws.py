"""RUNTIME_ERROR makes the SDK throw outside of a traced request."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition

_NAME = "AWS_XRAY_CONTEXT_MISSING"


def _check(_task: TaskDefinition, app: Container) -> Iterator[Found]:
    value = app.environment.get(_NAME)
    if isinstance(value, str) and value.upper() == "RUNTIME_ERROR":
        yield Found(
            place=app.place,
            what=f"{_NAME} should not break requests",
            got=f"'{value}'",
            fix="Set LOG_ERROR.",
        )


RULE = Rule(
    id="context-missing-throws",
    severity=Severity.WARNING,
    title="Requests that fail where a segment is missing",
    source=f"{XRAY}/xray-sdk-python-configuration.html",
    check=each_app(_check),
)
