"""Every rule's pair: what spoils a right template so that it triggers, and a near neighbor."""

from __future__ import annotations

from collections.abc import Mapping

from tests.review.spoils import (
    AGENT,
    PRIVATE_IMAGE,
    SPAN_ACTIONS,
    XRAY_POLICY,
    Pair,
    actions,
    address,
    adot,
    adot_processing,
    adot_sending,
    agent,
    app,
    awsvpc,
    both,
    collector,
    command,
    egress,
    fargate,
    health,
    host,
    logs_to,
    mesh,
    on,
    on_app,
    on_collector,
    on_task,
    private_subnet,
    resource,
    second_collector,
    spans,
    udp,
    unnamed_log,
    variables,
    waiting,
    without,
)

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
    "address-unspecified": Pair(
        spoilt=both(awsvpc, address("0.0.0.0:2000")),
        neighbour=address("0.0.0.0:2000"),
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
    "collector-behind-envoy": Pair(
        spoilt=mesh(), neighbour=both(mesh(), on_collector(User="1337:0"))
    ),
    "collector-on-windows": Pair(
        spoilt=on_task(RuntimePlatform={"OperatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}),
        neighbour=on_task(RuntimePlatform={"OperatingSystemFamily": "LINUX"}),
    ),
    "collector-stops-first": Pair(
        spoilt=both(awsvpc, on_app(DependsOn=[])), neighbour=on_app(DependsOn=[])
    ),
    "collectors-share-port": Pair(
        spoilt=both(awsvpc, second_collector()),
        neighbour=both(awsvpc, second_collector("-b", "127.0.0.1:2001", "-t", "127.0.0.1:2001")),
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
    "execution-role-denied": Pair(
        spoilt=both(
            PRIVATE_IMAGE,
            without("ExecutionRole", "ManagedPolicyArns"),
            actions("logs:*", resource="ExecutionRole"),
        ),
        neighbour=PRIVATE_IMAGE,
    ),
    "execution-role-missing": Pair(
        spoilt=both(fargate, without("Task", "ExecutionRoleArn")),
        neighbour=without("Task", "ExecutionRoleArn"),
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
    "not-read": Pair(
        spoilt=lambda template: template["Resources"].update(
            {
                "Orders": {
                    "Type": "AWS::CloudFormation::Stack",
                    "Properties": {"TemplateURL": "a.yaml"},
                }
            }
        ),
        neighbour=lambda template: template.update(Transform="AWS::Serverless-2016-10-31"),
    ),
    "otlp-mismatch": Pair(
        spoilt=both(adot(receivers=["otlp"]), spans("http://xray:4318/v1/traces")),
        neighbour=both(adot(receivers=["otlp"]), spans("http://xray:4318")),
    ),
    "otlp-not-taken": Pair(
        spoilt=both(awsvpc, spans("http://localhost:4318")),
        neighbour=both(awsvpc, adot(receivers=["otlp"]), spans("http://localhost:4318")),
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
    "proxy-not-on-collector": Pair(
        spoilt=egress("HTTPS_PROXY"),
        neighbour=both(egress("HTTPS_PROXY"), command("-m", "16", "--proxy-address", "p:3128")),
    ),
    "proxy-open": Pair(
        spoilt=both(awsvpc, command("-m", "16")),
        neighbour=both(awsvpc, command("-m", "16", "-t", "127.0.0.1:2000")),
    ),
    "proxy-published": Pair(
        spoilt=on_collector(PortMappings=[udp(2000), udp(2000, "tcp")]),
        neighbour=both(awsvpc, on_collector(PortMappings=[udp(2000), udp(2000, "tcp")])),
    ),
    "proxy-takes-traces": Pair(
        spoilt=egress("HTTP_PROXY", no_proxy="169.254.170.2"),
        neighbour=egress("HTTP_PROXY", no_proxy="169.254.170.2,xray"),
    ),
    "region-missing": Pair(
        spoilt=on_collector(Environment=[]), neighbour=both(fargate, on_collector(Environment=[]))
    ),
    "sampling-permissions-missing": Pair(
        spoilt=actions("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
        neighbour=actions("xray:Put*", "xray:GetSampling*"),
    ),
    "segments-sent-as-spans": Pair(
        spoilt=both(SPAN_ACTIONS, adot_sending(["otlp_http"])),
        neighbour=both(SPAN_ACTIONS, adot_sending(["otlp_http", "awsxray"])),
    ),
    "span-permissions-missing": Pair(
        spoilt=adot_sending(["awsxray", "otlp_http"]),
        neighbour=both(SPAN_ACTIONS, adot_sending(["awsxray", "otlp_http"])),
    ),
    "subnets-without-egress": Pair(
        spoilt=both(fargate, private_subnet()), neighbour=both(fargate, private_subnet(nat=True))
    ),
    "task-role-missing": Pair(
        spoilt=without("Task", "TaskRoleArn"),
        neighbour=on_task(TaskRoleArn="arn:aws:iam::111111111111:role/theirs"),
    ),
    "transaction-search-needed": Pair(
        spoilt=both(SPAN_ACTIONS, adot_sending(["awsxray", "otlp_http"])),
        neighbour=both(
            SPAN_ACTIONS,
            adot_sending(["awsxray", "otlp_http"]),
            resource("Search", "AWS::XRay::TransactionSearchConfig"),
        ),
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
