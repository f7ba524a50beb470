"""What the words of an environment file stand for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cdk_ecs_xray import AdotCollector, CloudWatchAgent, Collector, SidecarProfile, XRayDaemon

COLLECTORS: Mapping[str, Collector] = MappingProxyType(
    {
        "adot": AdotCollector(),
        "cloudwatch-agent": CloudWatchAgent(),
        "xray-daemon": XRayDaemon(),
    }
)
PROFILES: Mapping[str, SidecarProfile] = MappingProxyType(
    {"safe": SidecarProfile.SAFE, "terraform": SidecarProfile.TERRAFORM}
)
