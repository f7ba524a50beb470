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
    from cdk_ecs_xray.cdk.direct import XRayDirect
    from cdk_ecs_xray.cdk.image_cache import XRayImageCache
    from cdk_ecs_xray.cdk.log_group import XRayLogGroup
    from cdk_ecs_xray.cdk.permissions import grant_write_traces
    from cdk_ecs_xray.cdk.sampling_groups import XRayGroups
    from cdk_ecs_xray.cdk.sampling_rules import XRaySamplingRules
    from cdk_ecs_xray.cdk.sidecar import XRaySidecar
    from cdk_ecs_xray.cdk.traced_task_definition import TracedTaskDefinition
    from cdk_ecs_xray.cdk.tracing import XRayTracing
    from cdk_ecs_xray.cdk.transaction_search import XRayTransactionSearch
    from cdk_ecs_xray.collectors import (
        AdotCollector,
        CloudWatchAgent,
        Collector,
        CollectorContainer,
        CollectorPort,
        Placement,
        XRayDaemon,
    )
    from cdk_ecs_xray.collectors.log_lines import Trouble
    from cdk_ecs_xray.collectors.write_access import WriteAccess
    from cdk_ecs_xray.errors import (
        AwsAnswerError,
        ConfigurationError,
        EcsXRayError,
        InvalidValueError,
        LocalAwsError,
        NameCollisionError,
        Problem,
        ReviewError,
        SamplingRuleError,
        UnsupportedTaskDefinitionError,
    )
    from cdk_ecs_xray.inject import (
        Injection,
        SidecarNames,
        TracedTaskDefinitionFile,
        TracingOptions,
    )
    from cdk_ecs_xray.inject.edits import Addition
    from cdk_ecs_xray.instrumentation import (
        AppPlace,
        DotNetInstrumentation,
        Instrumentation,
        JavaInstrumentation,
        NodeInstrumentation,
        PythonInstrumentation,
    )
    from cdk_ecs_xray.plan.direct import Direct
    from cdk_ecs_xray.plan.instrumentation import Agent, Joined
    from cdk_ecs_xray.plan.naming import Naming
    from cdk_ecs_xray.plan.network import SidecarNetwork
    from cdk_ecs_xray.plan.profile import SidecarProfile
    from cdk_ecs_xray.plan.wiring import PresentWiring, Warned
    from cdk_ecs_xray.sampling import (
        DefaultRule,
        Group,
        Insights,
        SamplingRateBoost,
        SamplingRule,
        SamplingRuleSet,
    )
    from cdk_ecs_xray.sampling.groups import GroupOverride
    from cdk_ecs_xray.sampling.rules import RuleOverride
    from cdk_ecs_xray.stacks.environments import add_environments

# Loading aws-cdk-lib takes most of a second. The pure modules and the command line share this
# package and must not pay for it, so a name is imported when it is first used.
_MODULES = {
    "Joined": "plan.instrumentation",
    "AppPlace": "instrumentation",
    "Agent": "plan.instrumentation",
    "PythonInstrumentation": "instrumentation",
    "NodeInstrumentation": "instrumentation",
    "JavaInstrumentation": "instrumentation",
    "Instrumentation": "instrumentation",
    "DotNetInstrumentation": "instrumentation",
    "Addition": "inject.edits",
    "AdotCollector": "collectors",
    "CloudWatchAgent": "collectors",
    "Collector": "collectors",
    "CollectorContainer": "collectors",
    "CollectorPort": "collectors",
    "ConfigurationError": "errors",
    "DefaultRule": "sampling",
    "Direct": "plan.direct",
    "EcsXRayError": "errors",
    "Group": "sampling",
    "GroupOverride": "sampling.groups",
    "Injection": "inject",
    "Insights": "sampling",
    "InvalidValueError": "errors",
    "AwsAnswerError": "errors",
    "LocalAwsError": "errors",
    "MonitoredService": "cdk.dashboard",
    "NameCollisionError": "errors",
    "Naming": "plan.naming",
    "Placement": "collectors",
    "PresentWiring": "plan.wiring",
    "Problem": "errors",
    "ReviewError": "errors",
    "RuleOverride": "sampling.rules",
    "SamplingRateBoost": "sampling",
    "SamplingRule": "sampling",
    "SamplingRuleError": "errors",
    "SamplingRuleSet": "sampling",
    "SidecarNames": "inject",
    "SidecarNetwork": "plan.network",
    "SidecarProfile": "plan.profile",
    "TracedTaskDefinition": "cdk.traced_task_definition",
    "TracedTaskDefinitionFile": "inject",
    "TracingOptions": "inject",
    "Trouble": "collectors.log_lines",
    "UnsupportedTaskDefinitionError": "errors",
    "Warned": "plan.wiring",
    "XRayCollectorAlarms": "cdk.alarms",
    "XRayDaemon": "collectors",
    "XRayDaemonService": "cdk.daemon_service",
    "XRayDashboard": "cdk.dashboard",
    "XRayDefaultSamplingRule": "cdk.default_sampling_rule",
    "WriteAccess": "collectors.write_access",
    "XRayDirect": "cdk.direct",
    "XRayGroups": "cdk.sampling_groups",
    "XRayImageCache": "cdk.image_cache",
    "XRayLogGroup": "cdk.log_group",
    "XRaySamplingRules": "cdk.sampling_rules",
    "XRaySidecar": "cdk.sidecar",
    "XRayTracing": "cdk.tracing",
    "XRayTracingAspect": "cdk.aspect",
    "XRayTransactionSearch": "cdk.transaction_search",
    "add_environments": "stacks.environments",
    "grant_write_traces": "cdk.permissions",
}

# What the extra 'cdk' brings: review, inject and rules do without.
_CDK = ("aws_cdk", "constructs", "jsii")

__all__ = [
    "Addition",
    "AdotCollector",
    "Agent",
    "AppPlace",
    "AwsAnswerError",
    "CloudWatchAgent",
    "Collector",
    "CollectorContainer",
    "CollectorPort",
    "ConfigurationError",
    "DefaultRule",
    "Direct",
    "DotNetInstrumentation",
    "EcsXRayError",
    "Group",
    "GroupOverride",
    "Injection",
    "Insights",
    "Instrumentation",
    "InvalidValueError",
    "JavaInstrumentation",
    "Joined",
    "LocalAwsError",
    "MonitoredService",
    "NameCollisionError",
    "Naming",
    "NodeInstrumentation",
    "Placement",
    "PresentWiring",
    "Problem",
    "PythonInstrumentation",
    "ReviewError",
    "RuleOverride",
    "SamplingRateBoost",
    "SamplingRule",
    "SamplingRuleError",
    "SamplingRuleSet",
    "SidecarNames",
    "SidecarNetwork",
    "SidecarProfile",
    "TracedTaskDefinition",
    "TracedTaskDefinitionFile",
    "TracingOptions",
    "Trouble",
    "UnsupportedTaskDefinitionError",
    "Warned",
    "WriteAccess",
    "XRayCollectorAlarms",
    "XRayDaemon",
    "XRayDaemonService",
    "XRayDashboard",
    "XRayDefaultSamplingRule",
    "XRayDirect",
    "XRayGroups",
    "XRayImageCache",
    "XRayLogGroup",
    "XRaySamplingRules",
    "XRaySidecar",
    "XRayTracing",
    "XRayTracingAspect",
    "XRayTransactionSearch",
    "add_environments",
    "grant_write_traces",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    try:
        module = import_module(f"{__name__}.{_MODULES[name]}")
    except ModuleNotFoundError as error:
        if error.name not in _CDK:
            raise
        raise ImportError(
            f"{__name__}.{name}: the extra 'cdk' is required. "
            "Run pip install 'cdk-ecs-xray[cdk]', or add aws-cdk-lib to your app's requirements.",
            name=error.name,
        ) from error
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
