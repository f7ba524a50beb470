"""Why a service has no traces: what else the account shows of it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdk_ecs_xray.verify.check import Answer, failed, not_checked
from cdk_ecs_xray.verify.connection import is_refused
from cdk_ecs_xray.verify.traced_service import (
    OPEN_TELEMETRY_NAME,
    XRAY_NAME,
    TracedService,
    tracing_names,
)

if TYPE_CHECKING:
    from cdk_ecs_xray.verify.deployment import Deployment

_SHOWN_NAMES = 5
_OWN_NAMES = {"ecs-xray-verify"}


def without_traces(deployment: Deployment, service: TracedService, name: str) -> Answer:
    """Return the answer for a name that no trace has.

    Reads the running task definition and other traces for a hint; a refusal costs only the hint.
    """
    subject = f"traces of {name}"
    if deployment.deployed(service.stack) is None:
        return not_checked(
            subject,
            f"stack {service.stack.name} is not deployed",
            fix=f"Run cdk deploy '{service.stack.path}', send the service a request, and verify "
            "again.",
        )
    none = f"none arrived in the last {deployment.minutes} minutes"
    former = _former_name(deployment, service, name)
    if former is not None:
        return failed(
            subject,
            f"{none}; the service still runs a task definition that calls it '{former}'",
            fix=f"Run cdk deploy '{service.stack.path}'. Until then look for '{former}'.",
        )
    others = _other_names(deployment, service)
    if others:
        variable = OPEN_TELEMETRY_NAME if service.open_telemetry else XRAY_NAME
        return failed(
            subject,
            f"{none}; traces of {', '.join(others)} did",
            fix="If one of these is this app, its code sets that name: use it in "
            f"{variable} too, or take it out of the code. If none is: {_how_to_look(service)}",
        )
    advice = _how_to_look(service)
    return failed(subject, none, fix=f"Fix the first failure above. If there is none: {advice}")


def without_name(service: TracedService) -> Answer:
    """Return the answer for a service that has no name in its task definition."""
    if service.open_telemetry:
        return not_checked(
            f"traces of {service.name}",
            "OTEL_SERVICE_NAME is not set, so OpenTelemetry calls the app unknown_service",
            fix="Set OTEL_SERVICE_NAME on the app's container. AWS_XRAY_TRACING_NAME is read by "
            "X-Ray SDKs only.",
        )
    return not_checked(
        f"traces of {service.name}",
        "its name in X-Ray is not in the task definition",
        fix="Set AWS_XRAY_TRACING_NAME, or OTEL_SERVICE_NAME, on the app's container.",
    )


def _how_to_look(service: TracedService) -> str:
    if service.open_telemetry:
        return (
            "is the app instrumented? It needs an OpenTelemetry SDK or agent, and neither "
            "OTEL_SDK_DISABLED=true nor OTEL_TRACES_EXPORTER=none. Then send it a request and run "
            "this again with --watch."
        )
    return (
        "is the app instrumented? Then send it a request that your sampling rules record, and run "
        "this again with --watch."
    )


def _former_name(deployment: Deployment, service: TracedService, name: str) -> str | None:
    """Return the name under which the running task sends, where that is another one."""
    from botocore.exceptions import ClientError

    try:
        running = deployment.running_definition(service)
    except ClientError as error:
        if is_refused(error):
            return None
        raise
    containers = (running or {}).get("containerDefinitions", [])
    variables = [
        {one["name"]: one.get("value") for one in container.get("environment", [])}
        for container in containers
        if container.get("name") not in service.collectors
    ]
    names = tracing_names(variables)
    return next(iter(names), None) if name not in names else None


def _other_names(deployment: Deployment, service: TracedService) -> Sequence[str]:
    """Return names that no service of this deployment has."""
    known = {name for one in deployment.services for name in one.tracing_names} | _OWN_NAMES
    seen = deployment.names_seen(service.region)
    return [name for name in seen if name not in known][:_SHOWN_NAMES]
