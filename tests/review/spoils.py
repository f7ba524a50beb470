"""What spoils a right template in one way."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdk_ecs_xray.review.rule import Finding

Template = dict[str, Any]
Spoil = Callable[[Template], object]
Find = Callable[..., Sequence[Finding]]
XRAY_POLICY = "iam::aws:policy/AWSXRayDaemonWriteAccess"


def of(template: Template, resource: str = "Task") -> Any:
    return template["Resources"][resource]["Properties"]


def app(template: Template) -> Any:
    return of(template)["ContainerDefinitions"][0]


def collector(template: Template) -> Any:
    return of(template)["ContainerDefinitions"][1]


def variables(container: Any, **values: object) -> None:
    container["Environment"] = [
        pair for pair in container["Environment"] if pair["Name"] not in values
    ] + [{"Name": name, "Value": value} for name, value in values.items() if value is not None]


def address(value: object) -> Spoil:
    return lambda template: variables(app(template), AWS_XRAY_DAEMON_ADDRESS=value)


def on_app(**keys: object) -> Spoil:
    return lambda template: app(template).update(keys)


def on_collector(**keys: object) -> Spoil:
    return lambda template: collector(template).update(keys)


def on_task(**keys: object) -> Spoil:
    return lambda template: of(template).update(keys)


def on(resource: str, **keys: object) -> Spoil:
    return lambda template: of(template, resource).update(keys)


def both(*spoils: Spoil) -> Spoil:
    return lambda template: [spoil(template) for spoil in spoils]


def without(resource: str, key: str) -> Spoil:
    return lambda template: of(template, resource).pop(key)


def resource(logical_id: str, kind: str, **properties: object) -> Spoil:
    return lambda template: template["Resources"].update(
        {logical_id: {"Type": kind, "Properties": properties}}
    )


def nothing(_template: Template) -> None:
    """Leave the template as it is: right."""


def awsvpc(template: Template) -> None:
    """Make the template a right one in awsvpc mode."""
    of(template)["NetworkMode"] = "awsvpc"
    del app(template)["Links"]
    variables(app(template), AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:2000")
    del collector(template)["PortMappings"][0]["HostPort"]
    collector(template)["Command"] += ["--bind-tcp", "127.0.0.1:2000"]


def fargate(template: Template) -> None:
    awsvpc(template)
    of(template)["RequiresCompatibilities"] = ["FARGATE"]


def host(template: Template) -> None:
    awsvpc(template)
    of(template)["NetworkMode"] = "host"


def command(*words: str) -> Spoil:
    return on_collector(Command=["--local-mode", *words])


def health(*words: str) -> Spoil:
    return on_collector(HealthCheck={"Command": list(words)})


def waiting(condition: str) -> Spoil:
    return on_app(DependsOn=[{"ContainerName": "xray", "Condition": condition}])


def udp(port: object, protocol: str = "udp", host_port: object = None) -> Mapping[str, object]:
    mapping = {"ContainerPort": port, "Protocol": protocol}
    return mapping if host_port is None else {**mapping, "HostPort": host_port}


def adot(
    *, receivers: Sequence[str] = ("awsxray",), bind: str = "0.0.0.0", proxy: str = "0.0.0.0"
) -> Spoil:
    configuration = {
        "receivers": {
            "awsxray": {
                "endpoint": f"{bind}:2000",
                "proxy_server": {"endpoint": f"{proxy}:2000"},
            },
            "otlp": {"protocols": {"http": {"endpoint": "0.0.0.0:4318"}}},
        },
        "service": {
            "pipelines": {
                "traces": {"receivers": list(receivers), "processors": ["resourcedetection"]}
            }
        },
    }
    return _adot(configuration)


def _adot(configuration: object) -> Spoil:
    def spoil(template: Template) -> None:
        container = collector(template)
        container["Image"] = "public.ecr.aws/aws-observability/aws-otel-collector:v0.49.0"
        del container["Command"]
        variables(container, AOT_CONFIG_CONTENT=json.dumps(configuration))

    return spoil


def adot_processing(*processors: str) -> Spoil:
    pipeline = {"receivers": ["awsxray"], "processors": list(processors)}
    receiver = {"endpoint": "0.0.0.0:2000", "proxy_server": {"endpoint": "0.0.0.0:2000"}}
    return _adot(
        {"receivers": {"awsxray": receiver}, "service": {"pipelines": {"traces": pipeline}}}
    )


def adot_sending(exporters: Sequence[str]) -> Spoil:
    pipeline = {
        "receivers": ["awsxray"],
        "processors": ["resourcedetection"],
        "exporters": list(exporters),
    }
    receiver = {"endpoint": "0.0.0.0:2000", "proxy_server": {"endpoint": "0.0.0.0:2000"}}
    endpoint = {"traces_endpoint": "https://xray.eu-west-1.amazonaws.com/v1/traces"}
    return _adot(
        {
            "receivers": {"awsxray": receiver},
            "exporters": {"awsxray": {}, "otlp_http": endpoint},
            "service": {"pipelines": {"traces": pipeline}},
        }
    )


def agent(configuration: str | None, **keys: object) -> Spoil:
    def spoil(template: Template) -> None:
        container = collector(template)
        container["Image"] = "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300064.0"
        del container["Command"]
        variables(container, CW_CONFIG_CONTENT=configuration)
        container.update(keys)

    return spoil


AGENT = json.dumps(
    {
        "traces": {
            "traces_collected": {
                "xray": {
                    "bind_address": "0.0.0.0:2000",
                    "tcp_proxy": {"bind_address": "0.0.0.0:2000"},
                }
            }
        }
    }
)


def actions(*names: str, resource: str = "Role", on_resource: object = "*") -> Spoil:
    statement = {"Effect": "Allow", "Action": list(names), "Resource": on_resource}
    return on(resource, Policies=[{"PolicyDocument": {"Statement": [statement]}}])


SPAN_ACTIONS = actions("xray:Put*", "xray:Get*")


def mesh() -> Spoil:
    properties = [{"Name": "IgnoredUID", "Value": "1337"}]
    proxy = {"ContainerName": "envoy", "ProxyConfigurationProperties": properties}
    return both(awsvpc, on_task(ProxyConfiguration={"Type": "APPMESH", **proxy}))


def second_collector(*flags: str) -> Spoil:
    def spoil(template: Template) -> None:
        other = copy.deepcopy(collector(template))
        other.update(Name="other", Command=["--buffer-memory", "16", *flags])
        del other["PortMappings"]
        of(template)["ContainerDefinitions"].append(other)

    return spoil


def spans(endpoint: object, variable: str = "OTEL_EXPORTER_OTLP_ENDPOINT") -> Spoil:
    return lambda template: variables(
        app(template), AWS_XRAY_DAEMON_ADDRESS=None, **{variable: endpoint}
    )


def egress(variable: str, no_proxy: str = "xray") -> Spoil:
    return lambda template: variables(
        app(template), **{variable: "http://proxy.internal:3128", "NO_PROXY": no_proxy}
    )


def private_subnet(*, nat: bool = False) -> Spoil:
    def spoil(template: Template) -> None:
        table = {"RouteTableId": {"Ref": "Routes"}}
        template["Resources"] |= {
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {}},
            "Routes": {"Type": "AWS::EC2::RouteTable", "Properties": {}},
            "Joined": {
                "Type": "AWS::EC2::SubnetRouteTableAssociation",
                "Properties": {"SubnetId": {"Ref": "Subnet"}, **table},
            },
        }
        if nat:
            way = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": {"Ref": "Nat"}}
            template["Resources"]["Out"] = {"Type": "AWS::EC2::Route", "Properties": way | table}
        network = {"AwsvpcConfiguration": {"Subnets": [{"Ref": "Subnet"}]}}
        of(template, "Service")["NetworkConfiguration"] = network

    return spoil


def logs_to(group: object, **options: str) -> Spoil:
    return on_collector(
        LogConfiguration={
            "LogDriver": "awslogs",
            "Options": {"awslogs-group": group, **options},
        }
    )


def unnamed_log(template: Template) -> None:
    """Name what only a similar group is named in the template."""
    of(template, "Log")["LogGroupName"] = "/fq/dev/orders-watcher/instance/xray"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """How to spoil the right template so that a rule finds it, and how so that it does not."""

    spoilt: Spoil
    neighbour: Spoil = nothing


PRIVATE_IMAGE: Spoil = on_app(Image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:7")
