"""What can run in the sidecar, described without any CDK.

A collector is a description; :class:`cdk_ecs_xray.XRaySidecar` turns it into a container. To
bring your own, write a class with the members of :class:`Collector`.
"""

from cdk_ecs_xray.collectors.adot import AdotCollector
from cdk_ecs_xray.collectors.cloudwatch_agent import CloudWatchAgent
from cdk_ecs_xray.collectors.description import (
    Collector,
    CollectorContainer,
    CollectorPort,
    Placement,
)
from cdk_ecs_xray.collectors.xray_daemon import XRayDaemon

__all__ = [
    "AdotCollector",
    "CloudWatchAgent",
    "Collector",
    "CollectorContainer",
    "CollectorPort",
    "Placement",
    "XRayDaemon",
]
