"""AWS CDK constructs that give an ECS service working X-Ray tracing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdk_ecs_xray.aspects import XRayTracingAspect
    from cdk_ecs_xray.collector_alarms import XRayCollectorAlarms
    from cdk_ecs_xray.collectors import (
        AdotCollector,
        CloudWatchAgent,
        Collector,
        CollectorContainer,
        CollectorPort,
        Placement,
        XRayDaemon,
    )
    from cdk_ecs_xray.daemon_service import XRayDaemonService
    from cdk_ecs_xray.default_sampling_rule import XRayDefaultSamplingRule
    from cdk_ecs_xray.errors import (
        ConfigurationError,
        EcsXRayError,
        LocalAwsError,
        NameCollisionError,
        SamplingRuleError,
        UnsupportedTaskDefinitionError,
    )
    from cdk_ecs_xray.log_group import XRayLogGroup
    from cdk_ecs_xray.monitoring import MonitoredService, XRayDashboard
    from cdk_ecs_xray.naming import Naming
    from cdk_ecs_xray.permissions import grant_write_traces
    from cdk_ecs_xray.profile import SidecarProfile
    from cdk_ecs_xray.sampling import SamplingRule, SamplingRuleSet
    from cdk_ecs_xray.sampling_groups import XRayGroups
    from cdk_ecs_xray.sampling_rules import XRaySamplingRules
    from cdk_ecs_xray.sidecar import XRaySidecar
    from cdk_ecs_xray.task_definition_construct import TracedTaskDefinition
    from cdk_ecs_xray.task_definition_file import TracedTaskDefinitionFile
    from cdk_ecs_xray.tracing import XRayTracing

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
    "MonitoredService": "monitoring",
    "NameCollisionError": "errors",
    "Naming": "naming",
    "Placement": "collectors",
    "SamplingRule": "sampling",
    "SamplingRuleError": "errors",
    "SamplingRuleSet": "sampling",
    "SidecarProfile": "profile",
    "TracedTaskDefinition": "task_definition_construct",
    "TracedTaskDefinitionFile": "task_definition_file",
    "UnsupportedTaskDefinitionError": "errors",
    "XRayCollectorAlarms": "collector_alarms",
    "XRayDaemon": "collectors",
    "XRayDaemonService": "daemon_service",
    "XRayDashboard": "monitoring",
    "XRayDefaultSamplingRule": "default_sampling_rule",
    "XRayGroups": "sampling_groups",
    "XRayLogGroup": "log_group",
    "XRaySamplingRules": "sampling_rules",
    "XRaySidecar": "sidecar",
    "XRayTracing": "tracing",
    "XRayTracingAspect": "aspects",
    "grant_write_traces": "permissions",
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
