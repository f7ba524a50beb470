"""Whether the tasks of each service are running, with their collector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.verify.absence import absent
from cdk_ecs_xray.verify.check import Answer, Check, failed, ok
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.traced_service import TracedService

_MOST_TASKS = 100  # DescribeTasks takes no more at once.


def _look(deployment: Deployment) -> Iterator[Answer]:
    if not any(service.containers for service in deployment.services):
        yield failed(
            "services",
            "none of the stacks holds an ECS service with a collector",
            fix="Add XRayTracing to a task definition, or verify another environment.",
        )
    for service in deployment.services:
        described = deployment.described_service(service)
        if described is None:
            yield absent(deployment, service)
        else:
            yield from steadiness(service, described)
            yield from _containers(deployment, service, described)


def steadiness(service: TracedService, described: Mapping[str, Any]) -> Iterator[Answer]:
    """Look at what ECS says of the service."""
    subject = f"service {service.name}"
    running, desired = described["runningCount"], described["desiredCount"]
    unfinished = [
        rollout
        for rollout in described.get("deployments", [])
        if rollout["status"] != "PRIMARY" or rollout.get("rolloutState", "COMPLETED") != "COMPLETED"
    ]
    if desired == 0:
        daemon = described.get("schedulingStrategy") == "DAEMON"
        yield failed(
            subject,
            "runs nowhere, as its cluster has no instance"
            if daemon
            else "is scaled to 0 tasks, so it sends no traces",
            fix="Add an instance to its cluster." if daemon else "Set its desired count to 1.",
        )
    elif running != desired or unfinished:
        why = "; ".join(
            f"deployment {rollout['status']} is {rollout.get('rolloutState', 'going on')}"
            f" {rollout.get('rolloutStateReason', '')}".rstrip()
            for rollout in unfinished
        )
        events = described.get("events", [])
        last = f"; ECS reports: {events[0]['message']}" if events else ""
        yield failed(
            subject,
            f"runs {running} of {desired} tasks{'; ' + why if why else ''}{last}",
            fix="Wait for the deployment to end, or read why its tasks stop.",
        )
    else:
        yield ok(subject, f"is steady with {running} of {desired} tasks")


def _containers(
    deployment: Deployment, service: TracedService, described: Mapping[str, Any]
) -> Iterator[Answer]:
    """Look at the containers: a collector that fails open leaves its task running without it."""
    client = deployment.client("ecs", service.region)
    cluster = described["clusterArn"]
    arns = client.list_tasks(
        cluster=cluster, serviceName=described["serviceName"], maxResults=_MOST_TASKS
    )["taskArns"]
    if not arns:
        return
    tasks = client.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    found = [problem for task in tasks for problem in problems(task, service.collectors)]
    subject = f"tasks of {service.name}"
    if found:
        yield failed(
            subject,
            "; ".join(found),
            fix="Read the log of the container that stopped. A collector needs a region and "
            "enough memory.",
        )
    else:
        yield ok(subject, f"looked at {len(tasks)}: no collector has stopped, nothing is unhealthy")


def problems(task: Mapping[str, Any], collectors: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a task, as ECS describes it."""
    name = task["taskArn"].rpartition("/")[2]
    if task.get("healthStatus") == "UNHEALTHY":
        yield f"task {name} is UNHEALTHY"
    for container in task.get("containers", []):
        stopped = container.get("lastStatus") == "STOPPED"
        if container.get("name") in collectors and stopped:
            code = container.get("exitCode", "none")
            reason = container.get("reason", "no reason given")
            yield (
                f"collector {container['name']} of task {name} has stopped, exit code {code}: "
                f"{reason}"
            )
        elif container.get("healthStatus") == "UNHEALTHY":
            yield f"container {container['name']} of task {name} is UNHEALTHY"


TASKS = Check(
    check_id="tasks",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "ecs:DescribeServices",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
    ),
    look=_look,
)
