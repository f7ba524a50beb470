"""Twenty CDK apps in the manner of ten teams: what each builds, without any tracing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk import pipelines

Build = Callable[[Any], object]
IMAGE = ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/nginx:1.29.3-alpine")
TRUST = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
HOURLY = cdk.Duration.hours(1)
ENV = cdk.Environment(account="111122223333", region="eu-west-1")


def stack(scope: Any, name: str = "Shop") -> cdk.Stack:
    return cdk.Stack(scope, name, env=ENV)


def cluster(scope: cdk.Stack, **options: Any) -> ecs.Cluster:
    return ecs.Cluster(scope, "Cluster", vpc=ec2.Vpc(scope, "Vpc", max_azs=2), **options)


def fargate(scope: Any, name: str = "Orders", **options: Any) -> ecs.FargateTaskDefinition:
    made = ecs.FargateTaskDefinition(scope, name, cpu=512, memory_limit_mib=1024, **options)
    made.add_container("web", image=IMAGE, port_mappings=[ecs.PortMapping(container_port=80)])
    return made


def on_ec2(scope: Any, mode: ecs.NetworkMode, **options: Any) -> ecs.Ec2TaskDefinition:
    made = ecs.Ec2TaskDefinition(scope, "Orders", network_mode=mode)
    made.add_container("web", image=IMAGE, memory_limit_mib=256, **options)
    return made


def balanced(app: Any) -> None:
    shop = stack(app)
    image = patterns.ApplicationLoadBalancedTaskImageOptions(image=IMAGE)
    patterns.ApplicationLoadBalancedFargateService(
        shop, "Orders", cluster=cluster(shop), memory_limit_mib=1024, task_image_options=image
    )


def queue(app: Any) -> None:
    shop = stack(app)
    patterns.QueueProcessingFargateService(
        shop, "Mail", cluster=cluster(shop), image=IMAGE, memory_limit_mib=1024
    )


def scheduled(app: Any) -> None:
    shop = stack(app)
    options = patterns.ScheduledFargateTaskImageOptions(image=IMAGE, memory_limit_mib=1024)
    patterns.ScheduledFargateTask(
        shop,
        "Nightly",
        cluster=cluster(shop),
        schedule=scaling.Schedule.rate(HOURLY),
        scheduled_fargate_task_image_options=options,
    )


def rule(app: Any) -> None:
    shop = stack(app)
    target = targets.EcsTask(cluster=cluster(shop), task_definition=fargate(shop))
    events.Rule(shop, "Rule", schedule=events.Schedule.rate(HOURLY)).add_target(target)


def machine(app: Any) -> None:
    shop = stack(app)
    run = tasks.EcsRunTask(
        shop,
        "Run",
        cluster=cluster(shop),
        task_definition=fargate(shop),
        launch_target=tasks.EcsFargateLaunchTarget(
            platform_version=ecs.FargatePlatformVersion.LATEST
        ),
    )
    sfn.StateMachine(shop, "Machine", definition_body=sfn.DefinitionBody.from_chainable(run))


def nested(app: Any) -> None:
    fargate(cdk.NestedStack(stack(app), "Inner"))


def imported_roles(app: Any) -> None:
    shop = stack(app)
    role = iam.Role.from_role_arn(shop, "Imported", "arn:aws:iam::111122223333:role/orders")
    fargate(shop, task_role=role, execution_role=role)


def imported_cluster(app: Any) -> None:
    shop = stack(app)
    vpc = ec2.Vpc(shop, "Vpc", max_azs=2)
    shared = ecs.Cluster.from_cluster_attributes(shop, "Shared", cluster_name="shared", vpc=vpc)
    ecs.FargateService(shop, "Service", cluster=shared, task_definition=fargate(shop))


def other_stack(app: Any) -> None:
    roles, shop = stack(app, "Roles"), stack(app)
    log = logs.LogGroup(roles, "Log")
    made = fargate(
        shop,
        task_role=iam.Role(roles, "Task", assumed_by=TRUST),
        execution_role=iam.Role(roles, "Execution", assumed_by=TRUST),
    )
    made.add_container(
        "worker", image=IMAGE, logging=ecs.LogDrivers.aws_logs(stream_prefix="w", log_group=log)
    )


def stages(app: Any) -> None:
    for name in ("dev", "prod"):
        fargate(stack(cdk.Stage(app, name)))


def pipeline(app: Any) -> Callable[[], object]:
    delivery = stack(app, "Delivery")
    source = pipelines.CodePipelineSource.connection(
        "team/shop",
        "main",
        connection_arn="arn:aws:codeconnections:eu-west-1:111122223333:connection/shop",
    )
    synth = pipelines.ShellStep("Synth", input=source, commands=["npx cdk synth"])
    prod = cdk.Stage(delivery, "prod")
    fargate(stack(prod))
    made = pipelines.CodePipeline(delivery, "Pipeline", synth=synth)
    # It synthesizes the Stage at once, so whatever is added to that later comes too late.
    return lambda: made.add_stage(prod)


def mesh(app: Any) -> None:
    properties = ecs.AppMeshProxyConfigurationProps(
        app_ports=[80], proxy_egress_port=15001, proxy_ingress_port=15000, ignored_uid=1337
    )
    proxy = ecs.ProxyConfigurations.app_mesh_proxy_configuration(
        container_name="envoy", properties=properties
    )
    made = fargate(stack(app), proxy_configuration=proxy)
    envoy = "840364872350.dkr.ecr.eu-west-1.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod"
    made.add_container("envoy", image=ecs.ContainerImage.from_registry(envoy), user="1337")


def connect(app: Any) -> None:
    shop = stack(app)
    shared = cluster(
        shop, default_cloud_map_namespace=ecs.CloudMapNamespaceOptions(name="shop.internal")
    )
    made = ecs.FargateTaskDefinition(shop, "Orders", cpu=512, memory_limit_mib=1024)
    port = ecs.PortMapping(container_port=80, name="http")
    made.add_container("web", image=IMAGE, port_mappings=[port])
    ecs.FargateService(
        shop,
        "Service",
        cluster=shared,
        task_definition=made,
        service_connect_configuration=ecs.ServiceConnectProps(
            services=[ecs.ServiceConnectService(port_mapping_name="http")]
        ),
    )


def firelens(app: Any) -> None:
    driver = ecs.LogDrivers.firelens(options={"Name": "cloudwatch"})
    on_ec2(stack(app), ecs.NetworkMode.BRIDGE, logging=driver)


def gpu(app: Any) -> None:
    on_ec2(stack(app), ecs.NetworkMode.BRIDGE, gpu_count=1)


def arm(app: Any) -> None:
    platform = ecs.RuntimePlatform(
        cpu_architecture=ecs.CpuArchitecture.ARM64,
        operating_system_family=ecs.OperatingSystemFamily.LINUX,
    )
    fargate(stack(app), runtime_platform=platform)


def external(app: Any) -> None:
    made = ecs.ExternalTaskDefinition(stack(app), "Orders")
    made.add_container("web", image=IMAGE, memory_limit_mib=256)


def managed(app: Any) -> None:
    made = ecs.TaskDefinition(
        stack(app),
        "Orders",
        compatibility=ecs.Compatibility.MANAGED_INSTANCES,
        cpu="512",
        memory_mib="1024",
    )
    made.add_container("web", image=IMAGE, memory_limit_mib=256)


def host(app: Any) -> None:
    on_ec2(stack(app), ecs.NetworkMode.HOST, environment={"LOG_LEVEL": "info"})


def repository(app: Any) -> None:
    shop = stack(app)
    images = ecr.Repository(shop, "Images")
    made = ecs.FargateTaskDefinition(shop, "Orders", cpu=512, memory_limit_mib=1024)
    made.add_container("web", image=ecs.ContainerImage.from_ecr_repository(images, "7"))


def migration(app: Any) -> None:
    made = fargate(stack(app))
    before = made.add_container("migrate", image=IMAGE, essential=False)
    web = made.default_container
    assert web is not None
    condition = ecs.ContainerDependencyCondition.SUCCESS
    web.add_container_dependencies(ecs.ContainerDependency(container=before, condition=condition))


APPS: Mapping[str, Build] = {
    build.__name__: build
    for build in (
        balanced, queue, scheduled, rule, machine, nested, imported_roles, imported_cluster,
        other_stack, stages, pipeline, mesh, connect, firelens, gpu, arm, external, managed, host,
        repository, migration,
    )
}  # fmt: skip
NOT_APPS = ("envoy", "log-router", "migrate")
