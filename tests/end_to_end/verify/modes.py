"""The ways of sending traces as one app, and what each collector writes when X-Ray refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

APP = """
import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from cdk_ecs_xray import AdotCollector, CloudWatchAgent, XRayDaemon, XRayDirect, XRayTracing

MODES = {
    "daemon": XRayTracing(collector=XRayDaemon()),
    "adot-xray": XRayTracing(collector=AdotCollector()),
    "adot-otlp": XRayTracing(collector=AdotCollector(exporter="otlp")),
    "adot-both": XRayTracing(collector=AdotCollector(exporter="both")),
    "agent-xray": XRayTracing(collector=CloudWatchAgent()),
    "agent-otlp": XRayTracing(collector=CloudWatchAgent(exporter="otlp")),
    "direct": XRayDirect(distribution="node"),
}
app = cdk.App()
for name, extension in MODES.items():
    # The templates are small enough to need no bucket, so nothing is bootstrapped.
    stack = cdk.Stack(app, name, synthesizer=cdk.BootstraplessSynthesizer())
    task = ecs.FargateTaskDefinition(stack, "Task", cpu=512, memory_limit_mib=1024)
    task.add_container(f"{name}-app", image=ecs.ContainerImage.from_registry("orders:7"))
    task.add_extension(extension)
    ecs.CfnService(
        stack,
        "Service",
        service_name=name,
        cluster=ecs.CfnCluster(stack, "Cluster").ref,
        task_definition=task.task_definition_arn,
        desired_count=1,
        launch_type="FARGATE",
    )
app.synth()
"""
SEGMENTS = ("daemon", "adot-xray", "agent-xray")
SPANS = ("adot-otlp", "adot-both", "agent-otlp", "direct")

# The forms are those of tests/collectors/collector_lines.txt. The CloudWatch agent has ADOT's
# exporters inside; that it prints their texts as ADOT does is not verified.
DAEMON = (
    "2026-11-20T22:57:03Z [Error] Sending segment batch failed with: operation error XRay: "
    "PutTraceSegments, https response error StatusCode: {code}, RequestID: 1-2, api error {name}: "
)
XRAY = (
    '2026-11-20T22:57:03.000Z\terror\tExporting failed. Rejecting data.\t{{"error": "operation '
    "error XRay: PutTraceSegments, https response error StatusCode: {code}, RequestID: 1-2, api "
    'error {name}: ", "rejected_items": 14}}'
)
OTLP = (
    '2026-11-20T22:57:03.000Z\terror\tExporting failed. {end}\t{{"otelcol.component.id": '
    '"otlp_http", "error": "rpc error: error exporting items, request to '
    'https://xray.us-east-1.amazonaws.com/v1/traces responded with HTTP Status Code {code}"}}'
)
LINES: Mapping[str, Sequence[str]] = {
    "daemon": (DAEMON,),
    "adot-xray": (XRAY,),
    "adot-otlp": (OTLP,),
    "adot-both": (XRAY, OTLP),
    "agent-xray": (XRAY,),
    "agent-otlp": (OTLP,),
}
