"""What runs the tasks of a service: an ECS service, or a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.environments.schedule import Schedule
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.targeting import discovery_target, load_balancer_target, record_of
from cdk_ecs_xray.stacks import logical_ids as ids
from cdk_ecs_xray.stacks.discovery import add_discovery
from cdk_ecs_xray.stacks.load_balancing import Balanced, add_load_balancing, url_of
from cdk_ecs_xray.stacks.scaling import add_scaling
from cdk_ecs_xray.stacks.schedule import SCHEDULE, add_schedule
from cdk_ecs_xray.stacks.tokens import ref, with_tokens
from cdk_ecs_xray.templates.spelling import declared

if TYPE_CHECKING:
    from cdk_ecs_xray.stacks.service_stack import ServiceStack

_LAUNCH_TYPES = {"ec2": "EC2", "fargate": "FARGATE", "external": "EXTERNAL"}


def add_runner(stack: ServiceStack, *, after: Sequence[str]) -> str:
    """Provision what the service's tasks are run by; return its logical id.

    :param after: logical ids of what must be there before.
    """
    if stack.service_model.schedule is not None:
        _add_schedule(stack, stack.service_model.schedule, after=after)
        return SCHEDULE
    _add_service(stack, after=after)
    return ids.SERVICE


def _add_service(stack: ServiceStack, *, after: Sequence[str]) -> None:
    """Add the service as an L1: the L2 wants the cluster's VPC, which not every mode uses."""
    service = stack.service_model
    balanced = _balanced(stack)
    cluster, placement = _cluster_name(stack), service.placement
    balanced_by = [] if balanced is None or balanced.needed is None else [balanced.needed]
    stack.contents.add(
        ids.SERVICE,
        "AWS::ECS::Service",
        {
            "Cluster": cluster,
            "ServiceName": stack.naming.qualified_service,
            "TaskDefinition": ref(ids.TASK_DEFINITION),
            "DesiredCount": _desired_count(service),
            "SchedulingStrategy": "REPLICA",
            "EnableECSManagedTags": True,
            "EnableExecuteCommand": service.execute_command or None,
            "PropagateTags": "SERVICE",
            "DeploymentConfiguration": _declared(service.deployment.configuration),
            "HealthCheckGracePeriodSeconds": service.health_check_grace_seconds,
            "LoadBalancers": None if balanced is None else balanced.load_balancers,
            "PlacementConstraints": (
                None if placement is None else _declared(placement.constraint_list) or None
            ),
            "PlacementStrategies": (
                None if placement is None else _declared(placement.strategy_list) or None
            ),
            "ServiceConnectConfiguration": _service_connect(stack),
            "ServiceRegistries": _registries(stack),
            "Tags": [{"Key": key, "Value": value} for key, value in service.tags.items()] or None,
            **_declared(_capacity(stack)),
        },
        after=[*after, *balanced_by],
    )
    if service.scaling is not None:
        resource = {"Fn::Join": ["/", ["service", cluster, {"Fn::GetAtt": [ids.SERVICE, "Name"]}]]}
        add_scaling(
            stack.contents,
            scaling=service.scaling,
            service=resource,
            resource_label=None if balanced is None else balanced.resource_label,
        )


def _declared(value: Any) -> Any:
    """Return what ECS's API takes as CloudFormation spells it."""
    return declared(with_tokens(value), None)


def _add_schedule(stack: ServiceStack, schedule: Schedule, *, after: Sequence[str]) -> None:
    service, place = stack.service_model, stack.place
    placement = service.placement
    parameters: dict[str, Any] = {
        **_capacity(stack),
        "enableECSManagedTags": True,
        "propagateTags": "TASK_DEFINITION",
        "enableExecuteCommand": service.execute_command,
    }
    if placement is not None:
        parameters["placementConstraints"] = placement.constraint_list
        parameters["placementStrategy"] = placement.strategy_list
    cluster_arn = (
        f"arn:{place.partition}:ecs:{place.region}:{place.account}:cluster/{_cluster_name(stack)}"
    )
    roles = [stack.task_role, stack.execution_role]
    add_schedule(
        stack.contents,
        schedule=schedule,
        name=stack.naming.qualified_service,
        cluster_arn=cluster_arn,
        task_definition=ref(ids.TASK_DEFINITION),
        passed_roles=[role for role in roles if role is not None],
        parameters=_declared(parameters),
        after=after,
    )


def _cluster_name(stack: ServiceStack) -> str:
    name = stack.environment_model.cluster_of(stack.service_model)
    if stack.new_cluster is not None:
        return stack.new_cluster.cluster.cluster_name
    return str(name)


def _capacity(stack: ServiceStack) -> dict[str, Any]:
    """Return launch type or providers, and the network, as the API spells them."""
    service = stack.service_model
    found: dict[str, Any] = {}
    providers = [provider.configuration for provider in service.capacity_providers]
    if not providers and service.launch == "managed_instances":
        providers = [{"capacityProvider": stack.environment_model.capacity_provider, "weight": 1}]
    if providers:
        found["capacityProviderStrategy"] = providers
    else:
        found["launchType"] = _LAUNCH_TYPES[service.launch]
    if stack.file.network_mode == "awsvpc":
        vpc = stack.environment_model.vpc_of(service)
        found["networkConfiguration"] = vpc.configuration(
            may_be_public=service.launch not in ("ec2", "managed_instances")
        )
    return found


def _balanced(stack: ServiceStack) -> Balanced | None:
    service = stack.service_model
    target = load_balancer_target(service, stack.file)
    if service.load_balancer is None or target is None:
        return None
    if service.load_balancer.new is not None:
        stack.contents.add_output(
            "Url",
            value=url_of(service.load_balancer.new),
            description="Where the service answers",
        )
    return add_load_balancing(
        stack.contents,
        balancer=service.load_balancer,
        target=target,
        vpc=stack.environment_model.vpc_of(service),
        awsvpc=stack.file.network_mode == "awsvpc",
    )


def _registries(stack: ServiceStack) -> list[dict[str, Any]] | None:
    service = stack.service_model
    if service.discovery is None:
        return None
    return add_discovery(
        stack.contents,
        discovery=service.discovery,
        name=service.name,
        record=record_of(service, stack.file),
        target=discovery_target(service, stack.file),
    )


def _service_connect(stack: ServiceStack) -> dict[str, Any] | None:
    connect = stack.service_model.service_connect
    if connect is None:
        return None
    ports = {
        mapping["name"]: mapping["containerPort"]
        for container in stack.file.content["containerDefinitions"]
        for mapping in container.get("portMappings") or ()
        if "name" in mapping
    }
    found: dict[str, Any] = _declared(connect.configuration(ports))
    return found


def _desired_count(service: Service) -> int | None:
    """Return how many tasks to run; with scaling it is only AWS that says so."""
    if service.scaling is not None and "desired_count" not in service.model_fields_set:
        return None
    return service.desired_count
