"""What runs the tasks of a service: an ECS service, or a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs

from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.targeting import discovery_target, load_balancer_target, record_of
from stacks import logical_ids as ids
from stacks.tokens import ref, with_tokens

# Each of CDK's modules that is loaded takes its time: only who needs one of these loads it.
if TYPE_CHECKING:
    from stacks.load_balancing import Balanced
    from stacks.service_stack import ServiceStack

_LAUNCH_TYPES = {"ec2": "EC2", "fargate": "FARGATE", "external": "EXTERNAL"}


def add_runner(stack: ServiceStack) -> cdk.CfnResource:
    """Provision what the service's tasks are run by."""
    if stack.service_model.schedule is not None:
        return _add_schedule(stack)
    return _add_service(stack)


def _add_service(stack: ServiceStack) -> ecs.CfnService:
    """Add the service as an L1: the L2 wants the cluster's VPC, which not every mode uses."""
    service = stack.service_model
    balanced = _balanced(stack)
    cluster, placement = _cluster_name(stack), service.placement
    found = ecs.CfnService(
        stack,
        ids.SERVICE,
        cluster=cluster,
        service_name=stack.naming.qualified_service,
        task_definition=ref(ids.TASK_DEFINITION),
        desired_count=_desired_count(service),
        scheduling_strategy="REPLICA",
        enable_ecs_managed_tags=True,
        enable_execute_command=service.execute_command or None,
        propagate_tags="SERVICE",
        deployment_configuration=with_tokens(service.deployment.configuration),
        health_check_grace_period_seconds=service.health_check_grace_seconds,
        load_balancers=None if balanced is None else balanced.load_balancers,
        placement_constraints=None if placement is None else placement.constraint_list or None,
        placement_strategies=None if placement is None else placement.strategy_list or None,
        service_connect_configuration=_service_connect(stack),
        service_registries=_registries(stack),
        tags=[{"key": key, "value": value} for key, value in service.tags.items()] or None,
        **_capacity(stack),
    )
    if balanced is not None and balanced.needed is not None:
        found.add_resource_dependency(balanced.needed)
    if service.scaling is not None:
        from stacks.scaling import add_scaling

        resource = {"Fn::Join": ["/", ["service", cluster, {"Fn::GetAtt": [ids.SERVICE, "Name"]}]]}
        add_scaling(
            stack,
            scaling=service.scaling,
            service=resource,
            resource_label=None if balanced is None else balanced.resource_label,
        )
    return found


def _add_schedule(stack: ServiceStack) -> cdk.CfnResource:
    from stacks.schedule import add_schedule

    service, place = stack.service_model, stack.place
    schedule = service.schedule
    if schedule is None:
        raise AssertionError("a schedule is what this is for")
    capacity = _capacity(stack, camel=True)
    placement = service.placement
    parameters: dict[str, Any] = {
        **capacity,
        "enableEcsManagedTags": True,
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
    return add_schedule(
        stack,
        schedule=schedule,
        name=stack.naming.qualified_service,
        cluster_arn=cluster_arn,
        task_definition=ref(ids.TASK_DEFINITION),
        passed_roles=[role for role in roles if role is not None],
        parameters=parameters,
    )


def _cluster_name(stack: ServiceStack) -> str:
    name = stack.environment_model.cluster_of(stack.service_model)
    if stack.new_cluster is not None:
        return stack.new_cluster.cluster.cluster_name
    return str(name)


def _capacity(stack: ServiceStack, *, camel: bool = False) -> dict[str, Any]:
    """Return launch type or providers, and the network, as CDK or the API spell them."""
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
        found["networkConfiguration"] = with_tokens(
            vpc.configuration(may_be_public=service.launch not in ("ec2", "managed_instances"))
        )
    if camel:
        return found
    names = {
        "capacityProviderStrategy": "capacity_provider_strategy",
        "launchType": "launch_type",
        "networkConfiguration": "network_configuration",
    }
    return {names[name]: value for name, value in found.items()}


def _balanced(stack: ServiceStack) -> Balanced | None:
    service = stack.service_model
    target = load_balancer_target(service, stack.file)
    if service.load_balancer is None or target is None:
        return None
    from stacks.load_balancing import add_load_balancing, url_of

    balanced = add_load_balancing(
        stack,
        balancer=service.load_balancer,
        target=target,
        vpc=stack.environment_model.vpc_of(service),
        awsvpc=stack.file.network_mode == "awsvpc",
    )
    if service.load_balancer.new is not None:
        cdk.CfnOutput(
            stack,
            "Url",
            value=url_of(service.load_balancer.new),
            description="Where the service answers",
        )
    return balanced


def _registries(stack: ServiceStack) -> list[dict[str, Any]] | None:
    service = stack.service_model
    if service.discovery is None:
        return None
    from stacks.discovery import add_discovery

    return add_discovery(
        stack,
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
    return connect.configuration(ports)


def _desired_count(service: Service) -> int | None:
    """Return how many tasks to run; with scaling it is only AWS that says so."""
    if service.scaling is not None and "desired_count" not in service.model_fields_set:
        return None
    return service.desired_count
