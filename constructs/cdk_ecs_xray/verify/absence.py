"""What to answer about a service that is not in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_ecs_xray.verify.check import Answer, failed

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment
    from cdk_ecs_xray.verify.traced_service import TracedService


def absent(deployment: Deployment, service: TracedService) -> Answer:
    """Return that a service is not there: its stack was never deployed, or somebody deleted it."""
    subject = f"service {service.name}"
    if deployment.deployed(service.stack) is None:
        return failed(
            subject,
            f"is not there, as stack {service.stack.name} is not deployed",
            fix=f"Run cdk deploy '{service.stack.path}'.",
        )
    return failed(
        subject,
        "is not there",
        fix="Somebody deleted it: delete its stack and deploy it. Deploying alone changes nothing.",
    )
