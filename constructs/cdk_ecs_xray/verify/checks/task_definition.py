"""Whether each service runs the task definition that was synthesized."""

from __future__ import annotations

from collections.abc import Iterator

from cdk_ecs_xray.templates.spelling import as_api
from cdk_ecs_xray.verify.absence import absent
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.comparison import differences
from cdk_ecs_xray.verify.deployment import Deployment
from cdk_ecs_xray.verify.traced_service import TracedService

_SHOWN = 5
# Part of the definition only on request, and nothing that a task runs with.
_NOT_COMPARED = {"Tags"}


def _look(deployment: Deployment) -> Iterator[Answer]:
    for service in deployment.services:
        yield _compare(deployment, service)


def _compare(deployment: Deployment, service: TracedService) -> Answer:
    subject = f"service {service.name}"
    if service.task_definition is None:
        return not_checked(
            subject,
            "its task definition is not in its own template",
            fix="Define it in the service's stack, or look by hand.",
        )
    running = deployment.running_definition(service)
    if running is None:
        return absent(deployment, service)
    runs = running["taskDefinitionArn"].rpartition("/")[2]
    deployed = deployment.physical_id(service.stack, service.task_definition)
    if deployed is not None and deployed.rpartition("/")[2] != runs:
        return failed(
            subject,
            f"runs {runs}, its stack deployed {deployed.rpartition('/')[2]}",
            fix="Somebody or a roll-back moved it: see the service's deployments, then deploy "
            "again or update the service to the stack's revision.",
        )
    synthesised = deployment.values(service.stack).resolve(
        {
            name: value
            for name, value in service.stack.resources("AWS::ECS::TaskDefinition")[
                service.task_definition
            ].items()
            if name not in _NOT_COMPARED
        }
    )
    found = [str(difference) for difference in differences(as_api(synthesised), running)]
    if found:
        more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return failed(
            subject,
            f"runs {runs}, which is not as synthesized: {'; '.join(found[:_SHOWN])}{more}",
            fix="Deploy what was synthesized.",
        )
    return ok(subject, f"runs {runs}, field by field as synthesized")


TASK_DEFINITION = Check(
    check_id="task-definition",
    needs=(
        "cloudformation:DescribeStacks",
        "cloudformation:ListStackResources",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    ),
    look=_look,
)
