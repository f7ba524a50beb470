"""AWS CDK constructs that give an ECS service working X-Ray tracing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdk_ecs_xray.cdk.alarms import XRayCollectorAlarms
    from cdk_ecs_xray.cdk.aspect import XRayTracingAspect
    from cdk_ecs_xray.cdk.daemon_service import XRayDaemonService
    from cdk_ecs_xray.cdk.dashboard import MonitoredService, XRayDashboard
    from cdk_ecs_xray.cdk.default_sampling_rule import XRayDefaultSamplingRule
    from cdk_ecs_xray.cdk.log_group import XRayLogGroup
    from cdk_ecs_xray.cdk.permissions import grant_write_traces
    from cdk_ecs_xray.cdk.sampling_groups import XRayGroups
    from cdk_ecs_xray.cdk.sampling_rules import XRaySamplingRules
    from cdk_ecs_xray.cdk.sidecar import XRaySidecar
    from cdk_ecs_xray.cdk.traced_task_definition import TracedTaskDefinition
    from cdk_ecs_xray.cdk.tracing import XRayTracing
    from cdk_ecs_xray.collectors import (
        AdotCollector,
        CloudWatchAgent,
        Collector,
        CollectorContainer,
        CollectorPort,
        Placement,
        XRayDaemon,
    )
    from cdk_ecs_xray.errors import (
        ConfigurationError,
        EcsXRayError,
        LocalAwsError,
        NameCollisionError,
        SamplingRuleError,
        UnsupportedTaskDefinitionError,
    )
    from cdk_ecs_xray.inject import TracedTaskDefinitionFile
    from cdk_ecs_xray.plan.naming import Naming
    from cdk_ecs_xray.plan.profile import SidecarProfile
    from cdk_ecs_xray.sampling import SamplingRule, SamplingRuleSet

# Loading aws-cdk-lib takes most of a second. The pure modules and the command line share this
# package and must not pay for it, so a name is imported when it is first used.
_MODULES = {
    "AdotCollector": "collectors",
    "CloudWatchAgent": "collectors",
    "Collector": "collectors",
    "CollectorContainer": "collectors",
    "CollectorPort": "collectors",
    "ConfigurationError": "errors",
    "EcsXRayError": "errors",
    "LocalAwsError": "errors",
    "MonitoredService": "cdk.dashboard",
    "NameCollisionError": "errors",
    "Naming": "plan.naming",
    "Placement": "collectors",
    "SamplingRule": "sampling",
    "SamplingRuleError": "errors",
    "SamplingRuleSet": "sampling",
    "SidecarProfile": "plan.profile",
    "TracedTaskDefinition": "cdk.traced_task_definition",
    "TracedTaskDefinitionFile": "inject",
    "UnsupportedTaskDefinitionError": "errors",
    "XRayCollectorAlarms": "cdk.alarms",
    "XRayDaemon": "collectors",
    "XRayDaemonService": "cdk.daemon_service",
    "XRayDashboard": "cdk.dashboard",
    "XRayDefaultSamplingRule": "cdk.default_sampling_rule",
    "XRayGroups": "cdk.sampling_groups",
    "XRayLogGroup": "cdk.log_group",
    "XRaySamplingRules": "cdk.sampling_rules",
    "XRaySidecar": "cdk.sidecar",
    "XRayTracing": "cdk.tracing",
    "XRayTracingAspect": "cdk.aspect",
    "grant_write_traces": "cdk.permissions",
}

__all__ = [
    "AdotCollector",
    "CloudWatchAgent",
    "Collector",
    "CollectorContainer",
    "CollectorPort",
    "ConfigurationError",
    "EcsXRayError",
    "LocalAwsError",
    "MonitoredService",
    "NameCollisionError",
    "Naming",
    "Placement",
    "SamplingRule",
    "SamplingRuleError",
    "SamplingRuleSet",
    "SidecarProfile",
    "TracedTaskDefinition",
    "TracedTaskDefinitionFile",
    "UnsupportedTaskDefinitionError",
    "XRayCollectorAlarms",
    "XRayDaemon",
    "XRayDaemonService",
    "XRayDashboard",
    "XRayDefaultSamplingRule",
    "XRayGroups",
    "XRayLogGroup",
    "XRaySamplingRules",
    "XRaySidecar",
    "XRayTracing",
    "XRayTracingAspect",
    "grant_write_traces",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
