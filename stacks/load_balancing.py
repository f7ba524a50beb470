"""What sends requests to a service: a target group, a rule, a load balancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from cdk_ecs_xray.environments.load_balancer import LoadBalancer, NewLoadBalancer
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.targets import Target
from cdk_ecs_xray.environments.values import resolved
from stacks.acknowledged import LOAD_BALANCER_FINDINGS, acknowledge
from stacks.tokens import attribute, ref, with_tokens

TARGET_GROUP = "TargetGroup"
LOAD_BALANCER = "LoadBalancer"
LISTENER = "Listener"
LISTENER_RULE = "ListenerRule"


@dataclass(frozen=True, kw_only=True)
class Balanced:
    """How a service registers with its load balancer.

    :param needed: what must be there before the service; ECS refuses a target group that no load
        balancer has.
    :param resource_label: how CloudWatch names the requests of a target group.
    """

    load_balancers: list[dict[str, Any]]
    needed: cdk.CfnResource | None
    resource_label: Any | None


def add_load_balancing(
    scope: Construct, *, balancer: LoadBalancer, target: Target, vpc: Vpc, awsvpc: bool
) -> Balanced:
    """Provision what is not there yet of target group, rule, listener and load balancer.

    A load balancer costs by the hour and by its load; the others nothing.
    """
    needed: cdk.CfnResource | None = None
    label = None
    if balancer.target_group is not None:
        group = with_tokens(resolved(balancer.target_group))
    else:
        _add_target_group(scope, balancer, target, vpc, awsvpc=awsvpc)
        group = ref(TARGET_GROUP)
        full_name: Any
        if balancer.new is not None:
            needed = _add_load_balancer(scope, balancer.new, vpc, group)
            full_name = {"Fn::GetAtt": [LOAD_BALANCER, "LoadBalancerFullName"]}
        else:
            needed = _add_rule(scope, balancer, group)
            full_name = _load_balancer_of(balancer)
        group_name = {"Fn::GetAtt": [TARGET_GROUP, "TargetGroupFullName"]}
        label = {"Fn::Join": ["/", [full_name, group_name]]}
    registered = {
        "containerName": target.container,
        "containerPort": target.port,
        "targetGroupArn": group,
    }
    return Balanced(load_balancers=[registered], needed=needed, resource_label=label)


def _add_target_group(
    scope: Construct, balancer: LoadBalancer, target: Target, vpc: Vpc, *, awsvpc: bool
) -> None:
    check = balancer.health_check
    delay = balancer.deregistration_delay_seconds
    elb.CfnTargetGroup(
        scope,
        TARGET_GROUP,
        vpc_id=with_tokens(resolved(str(vpc.id))),
        port=target.port,
        protocol="HTTP",
        protocol_version=balancer.protocol_version,
        target_type="ip" if awsvpc else "instance",
        health_check_path=check.path,
        # What it is without; cfn-lint wants it said where Docker chooses the port.
        health_check_port="traffic-port",
        health_check_interval_seconds=check.interval_seconds,
        healthy_threshold_count=check.healthy_threshold,
        unhealthy_threshold_count=check.unhealthy_threshold,
        matcher=(
            {"grpcCode": check.codes}
            if balancer.protocol_version == "GRPC"
            else {"httpCode": check.codes}
        ),
        target_group_attributes=(
            None
            if delay is None
            else [{"key": "deregistration_delay.timeout_seconds", "value": str(delay)}]
        ),
    )


def _add_rule(scope: Construct, balancer: LoadBalancer, group: str) -> cdk.CfnResource:
    return elb.CfnListenerRule(
        scope,
        LISTENER_RULE,
        listener_arn=with_tokens(resolved(str(balancer.listener))),
        priority=0 if balancer.priority is None else balancer.priority,
        conditions=balancer.conditions,
        actions=[{"type": "forward", "targetGroupArn": group}],
    )


def _add_load_balancer(
    scope: Construct, new: NewLoadBalancer, vpc: Vpc, group: str
) -> cdk.CfnResource:
    subnets = vpc.public_subnets if new.internet_facing else vpc.subnets
    logs = [
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", str(new.access_logs_bucket)),
    ]
    attributes = [("routing.http.drop_invalid_header_fields.enabled", "true")]
    attributes += [] if new.access_logs_bucket is None else logs
    groups = [with_tokens(resolved(group_id)) for group_id in new.security_groups]
    load_balancer = elb.CfnLoadBalancer(
        scope,
        LOAD_BALANCER,
        type="application",
        scheme="internet-facing" if new.internet_facing else "internal",
        subnets=[with_tokens(resolved(subnet)) for subnet in subnets],
        security_groups=groups or None,
        load_balancer_attributes=[{"key": key, "value": value} for key, value in attributes],
    )
    if new.access_logs_bucket is None:
        acknowledge(load_balancer, LOAD_BALANCER_FINDINGS)
    certificates = None if new.certificate is None else [{"certificateArn": new.certificate}]
    return elb.CfnListener(
        scope,
        LISTENER,
        load_balancer_arn=ref(LOAD_BALANCER),
        port=80 if certificates is None else 443,
        protocol="HTTP" if certificates is None else "HTTPS",
        certificates=certificates,
        # What a listener gets without it still speaks TLS 1.0.
        ssl_policy=None if certificates is None else "ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_actions=[{"type": "forward", "targetGroupArn": group}],
    )


def url_of(new: NewLoadBalancer) -> str:
    """Return where a new load balancer answers."""
    scheme = "http" if new.certificate is None else "https"
    return f"{scheme}://{attribute(LOAD_BALANCER, 'DNSName')}/"


def _load_balancer_of(balancer: LoadBalancer) -> Any:
    """Return the full name of the load balancer in a listener's ARN: ``app/NAME/ID``."""
    listener = resolved(str(balancer.listener))
    if isinstance(listener, str):
        return "/".join(listener.split("/")[1:4])
    parts = {"Fn::Split": ["/", listener]}
    return {"Fn::Join": ["/", [{"Fn::Select": [number, parts]} for number in (1, 2, 3)]]}
