"""With no configuration the CloudWatch agent exits with 0, and looks finished."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.collectors.cloudwatch_agent import ENGINE
from cdk_ecs_xray.review.rule import Found, Rule, each_collector
from cdk_ecs_xray.review.sources import CLOUDWATCH
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import FoundCollector, TaskDefinition


def _check(_task: TaskDefinition, collector: FoundCollector) -> Iterator[Found]:
    if collector.engine is ENGINE and collector.configuration == {}:
        yield Found(
            place=collector.container.place,
            what="CW_CONFIG_CONTENT is required for the agent",
            fix="Set it to a configuration with traces.traces_collected.xray.",
        )


RULE = Rule(
    id="agent-without-configuration",
    severity=Severity.ERROR,
    title="A CloudWatch agent without configuration",
    source=f"{CLOUDWATCH}/deploy_servicelens_CloudWatch_agent_deploy_ECS.html",
    check=each_collector(_check),
)
