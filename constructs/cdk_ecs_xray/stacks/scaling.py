"""How many tasks of a service run, by load."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cdk_ecs_xray.environments.scaling import Scaling
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.tokens import ref, with_tokens

SCALABLE_TARGET = "ScalableTarget"
_DIMENSION = "ecs:service:DesiredCount"
_NAMESPACE = "ecs"


def add_scaling(
    contents: Contents, *, scaling: Scaling, service: Any, resource_label: Any | None
) -> None:
    """Provision a scalable target and a policy for each metric; both cost nothing.

    Each policy has two alarms of CloudWatch, which AWS makes and charges for.

    :param service: ``service/CLUSTER/NAME``.
    """
    contents.add(
        SCALABLE_TARGET,
        "AWS::ApplicationAutoScaling::ScalableTarget",
        {
            "MinCapacity": scaling.min,
            "MaxCapacity": scaling.max,
            "ResourceId": with_tokens(service),
            "ScalableDimension": _DIMENSION,
            "ServiceNamespace": _NAMESPACE,
        },
    )
    cooldowns = {
        "ScaleInCooldown": scaling.scale_in_cooldown_seconds,
        "ScaleOutCooldown": scaling.scale_out_cooldown_seconds,
    }
    for name, value, metric in _metrics(scaling, resource_label):
        contents.add(
            f"{name}Scaling",
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            {
                # Within the service's target, and as a name of its own.
                "PolicyName": name,
                "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": ref(SCALABLE_TARGET),
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": value,
                    "PredefinedMetricSpecification": with_tokens(metric),
                    **{key: seconds for key, seconds in cooldowns.items() if seconds is not None},
                },
            },
        )


def _metrics(scaling: Scaling, label: Any | None) -> Iterator[tuple[str, int, dict[str, Any]]]:
    if scaling.cpu_percent is not None:
        metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        yield "Cpu", scaling.cpu_percent, metric
    if scaling.memory_percent is not None:
        metric = {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
        yield "Memory", scaling.memory_percent, metric
    if scaling.requests_per_target is not None:
        found = {
            "PredefinedMetricType": "ALBRequestCountPerTarget",
            "ResourceLabel": label,
        }
        yield "Requests", scaling.requests_per_target, found
