"""A network that needs an egress proxy needs it for the collector too."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.xray_daemon import proxy_of
from cdk_ecs_xray.review.proxies import proxy_variables
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    container = collector.container
    proxied = [app for app in task.apps if proxy_variables(app, secure=True)]
    if not proxied or proxy_variables(container, secure=True):
        return
    if not container.environment_complete or proxy_of(container.evidence) is not None:
        return
    name = proxy_variables(proxied[0], secure=True)[0]
    yield Found(
        place=container.place,
        what=f"{name} is required for the collector, as for '{proxied[0].name}'",
        fix="Set it on the collector too, unless X-Ray is reached without the proxy.",
    )


RULE = Rule(
    id="proxy-not-on-collector",
    severity=Severity.WARNING,
    title="An egress proxy that the collector does not use",
    source=f"{XRAY}/xray-daemon-configuration.html",
    check=each_collector(_check),
)
