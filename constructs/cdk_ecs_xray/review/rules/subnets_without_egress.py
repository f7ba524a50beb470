"""A task in a subnet without a way out pulls no public image and reaches no X-Ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.review.egress import Egress
from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import ECS
from cdk_ecs_xray.review.voice import voice_for
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import ServiceResource, Stack, TaskDefinition

_PUBLIC = "public.ecr.aws/"


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    egress = Egress.of([resource for stack in stacks for resource in stack.resources])
    for stack in stacks:
        for task in stack.task_definitions:
            for service in task.services if task.is_traced and task.mode == "awsvpc" else ():
                yield from _of_service(egress, task, service)


def _of_service(egress: Egress, task: TaskDefinition, service: ServiceResource) -> Iterator[Found]:
    if service.public_address is None:
        return
    public = service.public_address
    cut_off = [one for one in service.subnets if egress.leaves(one, public) is False]
    if not cut_off:
        return
    missing = [name for name in ("xray",) if not egress.has_endpoint(name)]
    images = [one.container for one in task.collectors]
    public_images = [one for one in images if str(one.image).startswith(_PUBLIC)]
    reasons = [
        *(f"no VPC endpoint for {name}" for name in missing),
        *(f"the image of '{one.name}' is on {_PUBLIC[:-1]}" for one in public_images[:1]),
    ]
    if reasons:
        yield Found(
            place=service.place,
            what=f"{voice_for(task).member('Subnets')} must have a way to X-Ray and to the images",
            got=f"{cut_off[0]}, whose routes lead nowhere, {' and '.join(reasons)}",
            fix="Add a NAT gateway, or mirror the image to ECR and add endpoints for xray, logs, "
            "ecr.api, ecr.dkr and s3.",
        )


RULE = Rule(
    id="subnets-without-egress",
    severity=Severity.WARNING,
    title="Subnets without a way out",
    source=f"{ECS}/fargate-task-networking.html",
    check=_check,
)
