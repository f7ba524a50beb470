"""The SDK for Node throws at require for a value it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition

_NAME = "AWS_XRAY_CONTEXT_MISSING"
_KNOWN = ("LOG_ERROR", "RUNTIME_ERROR", "IGNORE_ERROR")


def _check(_task: TaskDefinition, app: Container) -> Iterator[Found]:
    value = app.environment.get(_NAME)
    if isinstance(value, str) and value.upper() not in _KNOWN:
        yield Found(
            place=app.place,
            what=f"{_NAME} must be one of {', '.join(_KNOWN)}",
            got=f"'{value}'",
            fix="LOG_ERROR is safe for every SDK.",
        )


RULE = Rule(
    id="context-missing-invalid",
    severity=Severity.ERROR,
    title="A value at which the SDK for Node throws",
    source=f"{XRAY}/xray-sdk-nodejs-configuration.html",
    check=each_app(_check),
)
