"""Where apps share the collector's interface, nobody else needs to reach TCP 2000."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdk_ecs_xray.collectors.cloudwatch_agent_configuration import takes_signals
from cdk_ecs_xray.plan.network import ALL_INTERFACES
from cdk_ecs_xray.review.answer import SHARED_INTERFACE
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import XRAY
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition

_FIX = (
    "Bind 127.0.0.1:2000 (daemon: --bind-tcp); whoever reaches the port has the task role's X-Ray "
    "rights."
)
_FIX_OF_SIGNALS = (
    "Keep others from TCP 2000 in the security group; with Application Signals the agent binds no "
    "other address, and whoever reaches the port has the task role's X-Ray rights."
)


def _check(task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    sampling = collector.listening.sampling
    if task.mode not in SHARED_INTERFACE or not task.apps or not isinstance(sampling, str):
        return
    if sampling.startswith(ALL_INTERFACES):
        yield Found(
            place=collector.container.place,
            what=f"the sampling proxy should listen on loopback in {task.mode} mode",
            got=sampling,
            fix=_FIX_OF_SIGNALS if _takes_signals(collector) else _FIX,
        )


def _takes_signals(collector: FoundCollector) -> bool:
    configuration = collector.recognized.configuration
    return isinstance(configuration, Mapping) and takes_signals(configuration)


RULE = Rule(
    id="proxy-open",
    severity=Severity.NOTE,
    title="A signing proxy open to the network",
    source=f"{XRAY}/xray-daemon-configuration.html",
    check=each_collector(_check),
)
