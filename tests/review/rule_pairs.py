"""Every rule's pair: what spoils a right template so that it triggers, and a near neighbour."""

from __future__ import annotations

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


PAIRS: Mapping[str, Pair] = {
    "address-dns-name": Pair(
        spoilt=address("xray.internal.example:2000"), neighbour=address("172.17.0.1:2000")
    ),
    "address-malformed": Pair(
        spoilt=address("http://xray:2000"), neighbour=address("tcp:xray:2000 udp:xray:2000")
    ),
    "address-missing": Pair(
        spoilt=address(None),
        neighbour=both(awsvpc, address(None)),
    ),
    "address-unanswered": Pair(
        spoilt=both(awsvpc, address("xray:2000")), neighbour=both(awsvpc, address("localhost:2000"))
    ),
    "adot-loses-origin": Pair(
        spoilt=adot_processing("batch"), neighbour=adot_processing("resourcedetection/ecs", "batch")
    ),
    "agent-read-only-root": Pair(
        spoilt=agent(AGENT, ReadonlyRootFilesystem=True), neighbour=agent(AGENT)
    ),
    "agent-without-configuration": Pair(
        spoilt=agent(None),
        neighbour=agent(None, MountPoints=[{"ContainerPath": "/etc/cwagentconfig"}]),
    ),
    "app-waits-for-collector": Pair(
        spoilt=both(waiting("HEALTHY"), health("CMD", "/xray", "--version")),
        neighbour=both(waiting("START"), health("CMD", "/xray", "--version")),
    ),
    "arn-fixes-partition": Pair(
        spoilt=on("Role", ManagedPolicyArns=[f"arn:aws:{XRAY_POLICY}"]),
        neighbour=on(
            "Role", ManagedPolicyArns=[{"Fn::Sub": f"arn:${{AWS::Partition}}:{XRAY_POLICY}"}]
        ),
    ),
    "binds-loopback-in-bridge": Pair(
        spoilt=adot(bind="127.0.0.1"), neighbour=both(awsvpc, adot(bind="127.0.0.1"))
    ),
    "buffer-memory-default": Pair(spoilt=command(), neighbour=command("-m16")),
    "buffer-memory-unusable": Pair(
        spoilt=command("--buffer-memory=3"), neighbour=command("--buffer-memory=4")
    ),
    "collector-on-windows": Pair(
        spoilt=on_task(RuntimePlatform={"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}),
        neighbour=on_task(RuntimePlatform={"OperatingSystemFamily": "LINUX"}),
    ),
    "collector-stops-first": Pair(
        spoilt=both(awsvpc, on_app(DependsOn=[])), neighbour=on_app(DependsOn=[])
    ),
    "context-missing-invalid": Pair(
        spoilt=lambda template: variables(app(template), AWS_XRAY_CONTEXT_MISSING="LOG"),
        neighbour=lambda template: variables(
            app(template), AWS_XRAY_CONTEXT_MISSING="IGNORE_ERROR"
        ),
    ),
    "context-missing-throws": Pair(
        spoilt=lambda template: variables(app(template), AWS_XRAY_CONTEXT_MISSING="RUNTIME_ERROR"),
        neighbour=lambda template: variables(app(template), AWS_XRAY_CONTEXT_MISSING=None),
    ),
    "essential-collector": Pair(
        spoilt=lambda template: collector(template).pop("Essential"),
        neighbour=on_collector(Essential="false"),
    ),
    "health-check-calls-xray": Pair(
        spoilt=both(
            on_collector(Image="amazon/aws-xray-daemon:3.6.6"),
            health("CMD-SHELL", "curl -s http://localhost:2000 || exit 1"),
        ),
        neighbour=both(
            on_collector(Image="amazon/aws-xray-daemon:3.6.6"),
            health("CMD-SHELL", "pgrep xray || exit 1"),
        ),
    ),
    "health-check-needs-shell": Pair(
        spoilt=health("CMD-SHELL", "/xray --version"), neighbour=health("CMD", "/xray", "--version")
    ),
    "host-port-outside-bridge": Pair(
        spoilt=both(awsvpc, on_collector(PortMappings=[udp(2000, host_port=0)])),
        neighbour=both(awsvpc, on_collector(PortMappings=[udp(2000, host_port=2000)])),
    ),
    "image-latest": Pair(
        spoilt=on_collector(Image="public.ecr.aws/xray/aws-xray-daemon"),
        neighbour=on_collector(Image="public.ecr.aws/xray/aws-xray-daemon@sha256:" + "0" * 64),
    ),
    "image-old": Pair(
        spoilt=on_collector(Image="amazon/aws-xray-daemon:3.2.0"),
        neighbour=on_collector(Image="amazon/aws-xray-daemon:3.x"),
    ),
    "link-missing": Pair(spoilt=on_app(Links=[]), neighbour=on_app(Links=["xray:xray"])),
    "link-outside-bridge": Pair(
        spoilt=both(awsvpc, on_app(Links=["xray"])), neighbour=both(awsvpc, on_app(Links=[]))
    ),
    "localhost-in-bridge": Pair(
        spoilt=address("localhost:2000"), neighbour=both(host, address("localhost:2000"))
    ),
    "log-group-differs": Pair(
        spoilt=unnamed_log, neighbour=both(unnamed_log, logs_to({"Ref": "Log"}))
    ),
    "log-never-expires": Pair(
        spoilt=without("Log", "RetentionInDays"),
        neighbour=both(without("Log", "RetentionInDays"), logs_to("/somebody/elses")),
    ),
    "network-mode-none": Pair(
        spoilt=on_task(NetworkMode="none"), neighbour=on_task(NetworkMode={"Ref": "Mode"})
    ),
    "otlp-only": Pair(
        spoilt=adot(receivers=["otlp"]),
        neighbour=both(
            adot(receivers=["otlp"]),
            on_app(
                Environment=[{"Name": "OTEL_EXPORTER_OTLP_ENDPOINT", "Value": "http://xray:4318"}]
            ),
        ),
    ),
    "permissions-missing": Pair(
        spoilt=actions("xray:PutTraceSegments", on_resource="arn:aws:xray:eu-west-1:1:group/x"),
        neighbour=actions("xray:Put*", "xray:Get*"),
    ),
    "permissions-on-execution-role": Pair(
        spoilt=both(without("Role", "Policies"), actions("xray:*", resource="ExecutionRole")),
        neighbour=actions("xray:*", resource="ExecutionRole"),
    ),
    "port-2000-shared": Pair(
        spoilt=host,
        neighbour=both(host, on("Service", PlacementConstraints=[{"Type": "distinctInstance"}])),
    ),
    "proxy-open": Pair(
        spoilt=both(awsvpc, command("-m", "16")),
        neighbour=both(awsvpc, command("-m", "16", "-t", "127.0.0.1:2000")),
    ),
    "proxy-published": Pair(
        spoilt=on_collector(PortMappings=[udp(2000), udp(2000, "tcp")]),
        neighbour=both(awsvpc, on_collector(PortMappings=[udp(2000), udp(2000, "tcp")])),
    ),
    "region-missing": Pair(
        spoilt=on_collector(Environment=[]), neighbour=both(fargate, on_collector(Environment=[]))
    ),
    "sampling-permissions-missing": Pair(
        spoilt=actions("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
        neighbour=actions("xray:Put*", "xray:GetSampling*"),
    ),
    "task-role-missing": Pair(
        spoilt=without("Task", "TaskRoleArn"),
        neighbour=on_task(TaskRoleArn="arn:aws:iam::111111111111:role/theirs"),
    ),
    "udp-port-unmapped": Pair(
        spoilt=on_collector(PortMappings=[udp(2000, "tcp")]),
        neighbour=on_collector(PortMappings=[]),
    ),
    "waits-without-health-check": Pair(
        spoilt=waiting("HEALTHY"),
        neighbour=both(waiting("HEALTHY"), health("CMD", "/xray", "--version")),
    ),
}
