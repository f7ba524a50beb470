"""What sends requests to a service: a target group, a rule, a load balancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.environments.load_balancer import LoadBalancer, NewLoadBalancer
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.targets import Target
from cdk_ecs_xray.environments.values import resolved
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.tokens import attribute, ref, with_tokens
from cdk_ecs_xray.templates.spelling import declared

TARGET_GROUP = "TargetGroup"
LOAD_BALANCER = "LoadBalancer"
LISTENER = "Listener"
LISTENER_RULE = "ListenerRule"


@dataclass(frozen=True, kw_only=True)
class Balanced:
    """How a service registers with its load balancer.

    :param needed: logical id of what must be there before the service; ECS refuses a target group
        that no load balancer has.
    :param resource_label: how CloudWatch names the requests of a target group.
    """

    load_balancers: list[dict[str, Any]]
    needed: str | None
    resource_label: Any | None


def add_load_balancing(
    contents: Contents, *, balancer: LoadBalancer, target: Target, vpc: Vpc, awsvpc: bool
) -> Balanced:
    """Provision what is not there yet of target group, rule, listener and load balancer.

    A load balancer costs by the hour and by its load; the others nothing.
    """
    needed: str | None = None
    label = None
    if balancer.target_group is not None:
        group = with_tokens(resolved(balancer.target_group))
    else:
        _add_target_group(contents, balancer, target, vpc, awsvpc=awsvpc)
        group = ref(TARGET_GROUP)
        full_name: Any
        if balancer.new is not None:
            needed = _add_load_balancer(contents, balancer.new, vpc, group)
            full_name = {"Fn::GetAtt": [LOAD_BALANCER, "LoadBalancerFullName"]}
        else:
            needed = _add_rule(contents, balancer, group)
            full_name = _load_balancer_of(balancer)
        group_name = {"Fn::GetAtt": [TARGET_GROUP, "TargetGroupFullName"]}
        label = {"Fn::Join": ["/", [full_name, group_name]]}
    registered = {
        "ContainerName": target.container,
        "ContainerPort": target.port,
        "TargetGroupArn": group,
    }
    return Balanced(load_balancers=[registered], needed=needed, resource_label=label)


def _add_target_group(
    contents: Contents, balancer: LoadBalancer, target: Target, vpc: Vpc, *, awsvpc: bool
) -> None:
    check = balancer.health_check
    delay = balancer.deregistration_delay_seconds
    code = "GrpcCode" if balancer.protocol_version == "GRPC" else "HttpCode"
    contents.add(
        TARGET_GROUP,
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {
            "VpcId": with_tokens(resolved(str(vpc.id))),
            "Port": target.port,
            "Protocol": "HTTP",
            "ProtocolVersion": balancer.protocol_version,
            "TargetType": "ip" if awsvpc else "instance",
            "HealthCheckPath": check.path,
            # What it is without; cfn-lint wants it said where Docker chooses the port.
            "HealthCheckPort": "traffic-port",
            "HealthCheckIntervalSeconds": check.interval_seconds,
            "HealthyThresholdCount": check.healthy_threshold,
            "UnhealthyThresholdCount": check.unhealthy_threshold,
            "Matcher": {code: check.codes},
            "TargetGroupAttributes": (
                None
                if delay is None
                else [{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}]
            ),
        },
    )


def _add_rule(contents: Contents, balancer: LoadBalancer, group: str) -> str:
    contents.add(
        LISTENER_RULE,
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        {
            "ListenerArn": with_tokens(resolved(str(balancer.listener))),
            "Priority": 0 if balancer.priority is None else balancer.priority,
            "Conditions": declared(balancer.conditions, None),
            "Actions": [{"Type": "forward", "TargetGroupArn": group}],
        },
    )
    return LISTENER_RULE


def _add_load_balancer(contents: Contents, new: NewLoadBalancer, vpc: Vpc, group: str) -> str:
    subnets = vpc.public_subnets if new.internet_facing else vpc.subnets
    logs = [
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.bucket", str(new.access_logs_bucket)),
    ]
    attributes = [("routing.http.drop_invalid_header_fields.enabled", "true")]
    attributes += [] if new.access_logs_bucket is None else logs
    groups = [with_tokens(resolved(group_id)) for group_id in new.security_groups]
    contents.add(
        LOAD_BALANCER,
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        {
            "Type": "application",
            "Scheme": "internet-facing" if new.internet_facing else "internal",
            "Subnets": [with_tokens(resolved(subnet)) for subnet in subnets],
            "SecurityGroups": groups or None,
            "LoadBalancerAttributes": [{"Key": key, "Value": value} for key, value in attributes],
        },
    )
    certificates = None if new.certificate is None else [{"CertificateArn": new.certificate}]
    contents.add(
        LISTENER,
        "AWS::ElasticLoadBalancingV2::Listener",
        {
            "LoadBalancerArn": ref(LOAD_BALANCER),
            "Port": 80 if certificates is None else 443,
            "Protocol": "HTTP" if certificates is None else "HTTPS",
            "Certificates": certificates,
            # What a listener gets without it still speaks TLS 1.0.
            "SslPolicy": None if certificates is None else "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}],
        },
    )
    return LISTENER


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
