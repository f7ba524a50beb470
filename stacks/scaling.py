"""How many tasks of a service run, by load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_cdk import aws_applicationautoscaling as autoscaling
from constructs import Construct

from cdk_ecs_xray.environments.scaling import Scaling
from stacks.tokens import ref, with_tokens

SCALABLE_TARGET = "ScalableTarget"
_DIMENSION = "ecs:service:DesiredCount"
_NAMESPACE = "ecs"


def add_scaling(
    scope: Construct, *, scaling: Scaling, service: Any, resource_label: Any | None
) -> None:
    """Provision a scalable target and a policy for each metric; both cost nothing.

    Each policy has two alarms of CloudWatch, which AWS makes and charges for.

    :param service: ``service/CLUSTER/NAME``.
    """
    target = autoscaling.CfnScalableTarget(
        scope,
        SCALABLE_TARGET,
        min_capacity=scaling.min,
        max_capacity=scaling.max,
        resource_id=with_tokens(service),
        scalable_dimension=_DIMENSION,
        service_namespace=_NAMESPACE,
    )
    cooldowns = {
        "scaleInCooldown": scaling.scale_in_cooldown_seconds,
        "scaleOutCooldown": scaling.scale_out_cooldown_seconds,
    }
    for name, value, metric in _metrics(scaling, resource_label):
        autoscaling.CfnScalingPolicy(
            scope,
            f"{name}Scaling",
            # Within the service's target, and as a name of its own.
            policy_name=name,
            policy_type="TargetTrackingScaling",
            scaling_target_id=ref(SCALABLE_TARGET),
            target_tracking_scaling_policy_configuration={
                "targetValue": value,
                "predefinedMetricSpecification": with_tokens(metric),
                **{key: seconds for key, seconds in cooldowns.items() if seconds is not None},
            },
        )
    del target


def _metrics(scaling: Scaling, label: Any | None) -> Iterator[tuple[str, int, dict[str, Any]]]:
    if scaling.cpu_percent is not None:
        metric = {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}
        yield "Cpu", scaling.cpu_percent, metric
    if scaling.memory_percent is not None:
        metric = {"predefinedMetricType": "ECSServiceAverageMemoryUtilization"}
        yield "Memory", scaling.memory_percent, metric
    if scaling.requests_per_target is not None:
        found = {
            "predefinedMetricType": "ALBRequestCountPerTarget",
            "resourceLabel": label,
        }
        yield "Requests", scaling.requests_per_target, found
