"""Keys of services and environments, and what each becomes."""

from __future__ import annotations

from tests.stacks.rows import ABSENT, APP, ARN, FARGATE, SERVICE_TYPE, TASK, VPC, row

GROUP, RULE = (
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
)
BALANCER, LISTENER = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::Listener",
)
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
SCHEDULE, NAME = "AWS::Scheduler::Schedule", "AWS::ServiceDiscovery::Service"
CLUSTER, PROVIDER = "AWS::ECS::Cluster", "AWS::ECS::CapacityProvider"
NETWORK = "NetworkConfiguration.AwsvpcConfiguration"
CONNECT = "ServiceConnectConfiguration"
TRACKING = "TargetTrackingScalingPolicyConfiguration"
_GROUP_ARN = f"{ARN}:targetgroup/api/0123456789abcdef"
_LISTENER_ARN = f"{ARN}:listener/app/web/0123456789abcdef/0123456789abcdef"
_RULE = {"listener": _LISTENER_ARN, "priority": 7, "paths": ["/a*"]}
_IN_VPC = {"vpc": VPC}
_CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/1-2"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:queue"
_RATE = {"expression": "rate(1 hour)"}
_PORT = [{"port": 80, "name": "http"}]


def _balanced(keys: str, kind: str, place: str, value: object, **balancer: object) -> object:
    return row(keys, kind, place, value, port=80, environment_keys=_IN_VPC,
               load_balancer={**_RULE, **balancer})  # fmt: skip


def _new(keys: str, kind: str, place: str, value: object, **new: object) -> object:
    vpc = {**VPC, "public_subnets": ["subnet-00000008", "subnet-00000009"]}
    return row(keys, kind, place, value, port=80, environment_keys={"vpc": vpc},
               load_balancer={"new": new})  # fmt: skip


def _scaled(keys: str, kind: str, place: str, value: object, **scaling: object) -> object:
    limits = {"min": 0, "max": 3}
    cpu = {} if "memory_percent" in scaling else {"cpu_percent": 50}
    return row(keys, kind, place, value, scaling={**limits, **cpu, **scaling})


def _run(keys: str, place: str, value: object, **schedule: object) -> object:
    return row(keys, SCHEDULE, place, value, schedule={**_RATE, **schedule})


def _created(keys: str, kind: str, place: str, value: object, **create: object) -> object:
    vpc = {**VPC, "security_groups": ["sg-00000001"]}
    managed = create.get("capacity") == "managed_instances"
    return row(keys, kind, place, value, stack="cluster", cluster=None,
               launch="ec2" if create.get("capacity") == "ec2" else "fargate",
               **({} if create.get("capacity") == "ec2" else
                  {"task_cpu": 256, "task_memory_mib": 1024}),
               environment_keys={"cluster": {"create": create},
                                 **({} if create.get("capacity") == "ec2" and not managed
                                    else {"vpc": vpc})})  # fmt: skip


SERVICE_ROWS = [
    row("Service.name", TASK, f"{APP}.Name", "api"),
    row("Service.tracing_name", TASK, f"{APP}.Environment.2",
        {"Name": "AWS_XRAY_TRACING_NAME", "Value": "mine"}, tracing_name="mine"),
    row("Service.direct DirectSpans.distribution", TASK, f"{APP}.Environment.8.Value", "none",
        direct="dotnet"),
    row("DirectSpans.sampling_ratio", TASK, f"{APP}.Environment.5.Value", "0",
        direct={"distribution": "node", "sampling_ratio": 0}),
    row("DirectSpans.botocore_in_image", TASK, f"{APP}.Environment.4.Value",
        "parentbased_traceidratio",
        direct={"distribution": "python", "botocore_in_image": True}),
    row("Service.cluster", SERVICE_TYPE, "Cluster", "theirs", cluster="theirs"),
    row("Service.launch", SERVICE_TYPE, "LaunchType", "FARGATE", environment_keys=_IN_VPC,
        **FARGATE),
    row("Service.desired_count", SERVICE_TYPE, "DesiredCount", 0, desired_count=0),
    row("Service.vpc Vpc.subnets", SERVICE_TYPE, f"{NETWORK}.Subnets",
        ["{{resolve:ssm:/a}}", {"Fn::ImportValue": "B"}], **FARGATE,
        vpc={"subnets": ["ssm:/a", "export:B"]}),
    row("Vpc.security_groups", SERVICE_TYPE, f"{NETWORK}.SecurityGroups", ["sg-00000001"],
        **FARGATE, vpc={**VPC, "security_groups": ["sg-00000001"]}),
    row("Vpc.assign_public_ip", SERVICE_TYPE, f"{NETWORK}.AssignPublicIp", "ENABLED", **FARGATE,
        vpc={**VPC, "assign_public_ip": True}),
    row("Service.capacity_providers CapacityProvider.name CapacityProvider.weight "
        "CapacityProvider.base", SERVICE_TYPE, "CapacityProviderStrategy.0",
        {"CapacityProvider": "SPOT", "Weight": 0, "Base": 0},
        capacity_providers=[{"name": "SPOT", "weight": 0}]),
    row("CapacityProvider.base", SERVICE_TYPE, "CapacityProviderStrategy.0.Base", 0,
        capacity_providers=[{"name": "SPOT", "base": 0}]),
    row("CapacityProvider.base", SERVICE_TYPE, "CapacityProviderStrategy.0.Base", 2,
        capacity_providers=[{"name": "SPOT", "base": 2}]),
    row("Service.placement Placement.strategies PlacementStrategy.type PlacementStrategy.field",
        SERVICE_TYPE, "PlacementStrategies.0", {"Type": "spread", "Field": "host"},
        placement={"strategies": [{"type": "spread", "field": "host"}]}),
    row("Placement.distinct_instances", SERVICE_TYPE, "PlacementConstraints.0.Type",
        "distinctInstance", placement={"distinct_instances": True}),
    row("Placement.member_of", SERVICE_TYPE, "PlacementConstraints.0",
        {"Type": "memberOf", "Expression": "a == b"}, placement={"member_of": ["a == b"]}),
    *(
        row(f"Service.deployment Deployment.{key}", SERVICE_TYPE,
            f"DeploymentConfiguration.{place}", value, deployment={key: given, **others})
        for key, place, value, given, others in (
            ("minimum_healthy_percent", "MinimumHealthyPercent", 0, 0, {}),
            ("maximum_percent", "MaximumPercent", 150, 150, {}),
            ("circuit_breaker", "DeploymentCircuitBreaker", {"Enable": False, "Rollback": False},
             False, {}),
            ("rollback", "DeploymentCircuitBreaker", {"Enable": True, "Rollback": False},
             False, {}),
            ("alarms", "Alarms.AlarmNames", ["a"], ["a"], {}),
            ("alarms_rollback", "Alarms.Rollback", False, False, {"alarms": ["a"]}),
        )
    ),
    row("Service.execute_command", SERVICE_TYPE, "EnableExecuteCommand", True,
        execute_command=True),
    row("Service.tags", SERVICE_TYPE, "Tags.0", {"Key": "a", "Value": ""}, tags={"a": ""}),
    row("Service.discovery Discovery.namespace", NAME, "NamespaceId", "ns-1",
        port=80, discovery={"namespace": "ns-1"}),
    row("Discovery.name", NAME, "Name", "n", port=80,
        discovery={"namespace": "ns-1", "name": "n"}),
    row("Discovery.record Discovery.ttl_seconds", NAME, "DnsConfig.DnsRecords.0",
        {"Type": "SRV", "TTL": 0}, port=80,
        discovery={"namespace": "ns-1", "record": "SRV", "ttl_seconds": 0}),
    row("Discovery.container Discovery.port", SERVICE_TYPE, "ServiceRegistries.0.ContainerPort", 81,
        ports=[{"port": 80}, {"port": 81}],
        discovery={"namespace": "ns-1", "container": "api", "port": 81}),
    row("Service.service_connect ServiceConnect.namespace", SERVICE_TYPE, f"{CONNECT}.Namespace",
        "shop", service_connect={"namespace": "shop"}),
    row("ServiceConnect.ports ConnectedPort.port_name ConnectedPort.alias ConnectedPort.alias_port",
        SERVICE_TYPE, f"{CONNECT}.Services.0",
        {"PortName": "http", "ClientAliases": [{"DnsName": "shop", "Port": 8080}]},
        ports=_PORT, service_connect={"namespace": "shop", "ports": [
            {"port_name": "http", "alias": "shop", "alias_port": 8080}]}),
    row("Service.load_balancer LoadBalancer.target_group", SERVICE_TYPE,
        "LoadBalancers.0.TargetGroupArn", _GROUP_ARN, port=80,
        load_balancer={"target_group": _GROUP_ARN}),
    row("LoadBalancer.container LoadBalancer.port", SERVICE_TYPE, "LoadBalancers.0.ContainerPort",
        81, ports=[{"port": 80}, {"port": 81}],
        load_balancer={"target_group": _GROUP_ARN, "container": "api", "port": 81}),
    _balanced("LoadBalancer.listener", RULE, "ListenerArn", _LISTENER_ARN),
    _balanced("LoadBalancer.priority", RULE, "Priority", 7),
    _balanced("LoadBalancer.paths", RULE, "Conditions.0.PathPatternConfig.Values", ["/a*"]),
    _balanced("LoadBalancer.hosts", RULE, "Conditions.0.HostHeaderConfig.Values", ["a.b"],
              hosts=["a.b"]),
    _balanced("Vpc.id", GROUP, "VpcId", "vpc-00000001"),
    _balanced("LoadBalancer.protocol_version", GROUP, "ProtocolVersion", "GRPC",
              protocol_version="GRPC"),
    _balanced("LoadBalancer.deregistration_delay_seconds", GROUP, "TargetGroupAttributes.0",
              {"Key": "deregistration_delay.timeout_seconds", "Value": "0"},
              deregistration_delay_seconds=0),
    *(
        _balanced(f"LoadBalancer.health_check TargetHealthCheck.{key}", GROUP, place, value,
                  health_check={key: given})
        for key, place, value, given in (
            ("path", "HealthCheckPath", "/h", "/h"),
            ("codes", "Matcher.HttpCode", "200-299", "200-299"),
            ("interval_seconds", "HealthCheckIntervalSeconds", 9, 9),
            ("healthy_threshold", "HealthyThresholdCount", 5, 5),
            ("unhealthy_threshold", "UnhealthyThresholdCount", 6, 6),
        )
    ),
    row("Service.health_check_grace_seconds", SERVICE_TYPE, "HealthCheckGracePeriodSeconds", 0,
        port=80, load_balancer={"target_group": _GROUP_ARN}, health_check_grace_seconds=0),
    _new("LoadBalancer.new", BALANCER, "Scheme", "internal"),
    _new("NewLoadBalancer.internet_facing", BALANCER, "Scheme", "internet-facing",
         internet_facing=True),
    _new("Vpc.public_subnets", BALANCER, "Subnets", ["subnet-00000008", "subnet-00000009"],
         internet_facing=True),
    _new("NewLoadBalancer.certificate", LISTENER, "Certificates.0.CertificateArn", _CERTIFICATE,
         certificate=_CERTIFICATE),
    _new("NewLoadBalancer.security_groups", BALANCER, "SecurityGroups", ["sg-00000007"],
         security_groups=["sg-00000007"]),
    _new("NewLoadBalancer.access_logs_bucket", BALANCER, "LoadBalancerAttributes.2.Value", "logs",
         access_logs_bucket="logs"),
    _scaled("Scaling.max", TARGET, "MaxCapacity", 0, max=0),
    _scaled("Service.scaling Scaling.min", TARGET, "MinCapacity", 0),
    _scaled("Scaling.max", TARGET, "MaxCapacity", 3),
    _scaled("Scaling.cpu_percent", POLICY, f"{TRACKING}.TargetValue", 50),
    _scaled("Scaling.memory_percent", POLICY, f"{TRACKING}.TargetValue", 60, memory_percent=60),
    _scaled("Scaling.scale_in_cooldown_seconds", POLICY, f"{TRACKING}.ScaleInCooldown", 0,
            scale_in_cooldown_seconds=0),
    _scaled("Scaling.scale_out_cooldown_seconds", POLICY, f"{TRACKING}.ScaleOutCooldown", 0,
            scale_out_cooldown_seconds=0),
    _scaled("Service.desired_count", SERVICE_TYPE, "DesiredCount", ABSENT),
    row("Scaling.requests_per_target", POLICY, f"{TRACKING}.TargetValue", 9, port=80,
        environment_keys=_IN_VPC, load_balancer=_RULE,
        scaling={"min": 1, "max": 2, "requests_per_target": 9}),
    _run("Service.schedule Schedule.expression", "ScheduleExpression", "rate(1 hour)"),
    _run("Schedule.timezone", "ScheduleExpressionTimezone", "Europe/Berlin",
         timezone="Europe/Berlin"),
    _run("Schedule.enabled", "State", "DISABLED", enabled=False),
    _run("Schedule.task_count", "Target.EcsParameters.TaskCount", 3, task_count=3),
    _run("Schedule.flexible_minutes", "FlexibleTimeWindow",
         {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}, flexible_minutes=5),
    _run("Schedule.flexible_minutes", "FlexibleTimeWindow.Mode", "OFF", flexible_minutes=0),
    _run("Schedule.retries", "Target.RetryPolicy.MaximumRetryAttempts", 0, retries=0),
    _run("Schedule.dead_letter_queue", "Target.DeadLetterConfig.Arn", _QUEUE,
         dead_letter_queue=_QUEUE),
    row("Service.tags", TASK, "Tags.0", {"Key": "a", "Value": "b"}, tags={"a": "b"},
        schedule=_RATE),
    row("Service.new_cluster NewCluster.instance_type", "AWS::EC2::LaunchTemplate",
        "LaunchTemplateData.InstanceType", "c5.large", cluster=None,
        new_cluster={"instance_type": "c5.large"}),
    row("NewCluster.instance_count", "AWS::AutoScaling::AutoScalingGroup", "MinSize", "3",
        cluster=None, new_cluster={"instance_count": 3}),
    row("Environment.cluster Cluster.name", SERVICE_TYPE, "Cluster", "shared", cluster=None,
        environment_keys={"cluster": "shared"}),
    _created("Cluster.create CreatedCluster.capacity", CLUSTER, "CapacityProviders",
             ["FARGATE", "FARGATE_SPOT"], capacity="fargate"),
    _created("CreatedCluster.capacity", PROVIDER,
             "ManagedInstancesProvider.InstanceLaunchTemplate.NetworkConfiguration.SecurityGroups",
             ["sg-00000001"], capacity="managed_instances"),
    _created("CreatedCluster.container_insights", CLUSTER, "ClusterSettings.0.Value", "enhanced",
             capacity="fargate", container_insights="enhanced"),
    _created("CreatedCluster.instance_type", "AWS::EC2::LaunchTemplate",
             "LaunchTemplateData.InstanceType", "c5.large", capacity="ec2",
             instance_type="c5.large"),
    _created("CreatedCluster.instance_count", "AWS::AutoScaling::AutoScalingGroup", "MaxSize", "4",
             capacity="ec2", instance_count=4),
    row("Environment.vpc", SERVICE_TYPE, f"{NETWORK}.Subnets",
        ["subnet-00000001", "subnet-00000002"], environment_keys=_IN_VPC, **FARGATE),
    row("Environment.log_retention_days", "AWS::Logs::LogGroup", "RetentionInDays", 1,
        environment_keys={"log_retention_days": 1}),
    row("Environment.removal_policy", "AWS::Logs::LogGroup", "!DeletionPolicy",
        "RetainExceptOnCreate", environment_keys={"removal_policy": "retain"}),
    row("Environment.exporter", TASK, "ContainerDefinitions.1.Image",
        "public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300072.0b1766",
        environment_keys={"collector": "cloudwatch-agent", "exporter": "both"}),
    row("Environment.collector", TASK, "ContainerDefinitions.1.HealthCheck.Command",
        ["CMD", "/healthcheck"], environment_keys={"collector": "adot"}),
    row("Environment.image_cache", TASK, "ContainerDefinitions.1.Image",
        {"Fn::Join": ["", ["111111111111.dkr.ecr.eu-west-1.", {"Ref": "AWS::URLSuffix"},
                           "/mine/xray/aws-xray-daemon:3.6.6"]]},
        environment_keys={"image_cache": "mine", "account": "111111111111",
                          "region": "eu-west-1"}),
    row("Environment.defaults", TASK, f"{APP}.Cpu", 0, environment_keys={"defaults": {"cpu": 0}}),
]  # fmt: skip
