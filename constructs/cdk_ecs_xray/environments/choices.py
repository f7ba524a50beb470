"""What the words of an environment file stand for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.collectors.engines import deployable, make_collector
from cdk_ecs_xray.plan.profile import SidecarProfile

COLLECTORS: Mapping[str, Collector] = MappingProxyType(
    {engine_id: make_collector(engine_id) for engine_id in deployable()}
)
PROFILES: Mapping[str, SidecarProfile] = MappingProxyType(
    {"safe": SidecarProfile.SAFE, "terraform": SidecarProfile.TERRAFORM}
)
