"""An SDK that uses HTTP sends to its collector through the proxy, unless NO_PROXY has it."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.review.proxies import host_of, no_proxy_holds, proxy_variables
from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.rule import Found, Rule, each_app
from cdk_ecs_xray.review.sources import ECS_AGENT
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import TaskDefinition


def _check(task: TaskDefinition, app: Container) -> Iterator[Found]:
    found = reach(app, task)
    proxies = proxy_variables(app)
    if found.collector is None or found.outcome == "not-connected" or not proxies:
        return
    host = host_of(found.address)
    if host is not None and no_proxy_holds(app, host) is False:
        yield Found(
            place=app.place,
            what=f"NO_PROXY must hold the collector's address, '{host}'",
            got=f"{proxies[0]} without it",
            fix="Add it to NO_PROXY; sampling rules and OpenTelemetry's spans go over HTTP.",
        )


RULE = Rule(
    id="proxy-takes-traces",
    severity=Severity.WARNING,
    title="Traces sent to the egress proxy",
    source=ECS_AGENT,
    check=each_app(_check),
)
