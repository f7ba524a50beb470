"""Keys of containers, and what each becomes."""

from __future__ import annotations

from tests.stacks.rows import ABSENT, APP, FARGATE, TASK, VPC, row

CHECK = {"command": ["CMD", "/check"]}
_EFS = {"file_system": "fs-00000001"}
_NETWORK = {"vpc": VPC}
_INIT = "ContainerDefinitions.2"
_EFS_PLACE = "Volumes.0.EFSVolumeConfiguration"


def _container(**keys: object) -> dict[str, object]:
    others = (
        [{"name": "other", "image": "other:1"}]
        if "depends_on" in keys or keys.get("essential") is False
        else []
    )
    return {"image": None, "containers": [{"name": "web", "image": "web:1", **keys}, *others]}


def _both(field: str, place: str, value: object, given: object) -> list[object]:
    """Return the rows of a key that a service and a container have."""
    return [
        row(f"Service.{field}", TASK, f"{APP}.{place}", value, **{field: given}),
        row(f"Container.{field}", TASK, f"{APP}.{place}", value, **_container(**{field: given})),
    ]


CONTAINER_ROWS = [
    *_both("image", "Image", "registry/app@sha256:1", "registry/app@sha256:1"),
    *_both("command", "Command", ["a", "b"], ["a", "b"]),
    *_both("entry_point", "EntryPoint", ["/run"], ["/run"]),
    *_both("port", "PortMappings.0.ContainerPort", 8080, 8080),
    *_both("ports", "PortMappings.0.ContainerPort", 81, [{"port": 81}]),
    *_both("cpu", "Cpu", 0, 0),
    *_both("memory_reservation_mib", "MemoryReservation", 4, 4),
    *_both("memory_limit_mib", "Memory", 512, 512),
    *_both("environment", "Environment.0", {"Name": "A", "Value": "0"}, {"A": "0"}),
    *_both(
        "environment_files",
        "EnvironmentFiles.0",
        {"Type": "s3", "Value": "arn:aws:s3:::b/a.env"},
        ["arn:aws:s3:::b/a.env"],
    ),
    *_both("secrets", "Secrets.0", {"Name": "A", "ValueFrom": "/a"}, {"A": "/a"}),
    *_both("health_check", "HealthCheck.Command", ["CMD", "/check"], CHECK),
    *_both("log_group", "LogConfiguration.Options.awslogs-group", "/theirs", "/theirs"),
    *_both(
        "ulimits",
        "Ulimits.0",
        {"Name": "nofile", "SoftLimit": 0, "HardLimit": 5},
        [{"name": "nofile", "soft": 0, "hard": 5}],
    ),
    *_both("instrument", "MountPoints.0.SourceVolume", "adot-autoinstrumentation-java", "java"),
    *(
        row(f"Instrument.{field}", TASK, place, value, launch="fargate", task_cpu=512,
            task_memory_mib=2048, environment_keys=_NETWORK,
            instrument={"language": language, field: given})
        for field, language, place, value, given in (
            ("language", "python", f"{APP}.DependsOn.1.ContainerName",
             "adot-autoinstrumentation-python", "python"),
            ("version", "node", f"{_INIT}.Image",
             "public.ecr.aws/aws-observability/adot-autoinstrumentation-node:v0.11.0", "v0.11.0"),
            ("memory_mib", "node", f"{_INIT}.Memory", 6, 6),
            ("esm", "node", f"{APP}.Environment.14.Value",
             "--require /otel-auto-instrumentation-node/autoinstrumentation.js "
             "--experimental-loader=/otel-auto-instrumentation-node/node_modules/"
             "@opentelemetry/instrumentation/hook.mjs", True),
            ("esm", "node", f"{APP}.Environment.14.Value",
             "--require /otel-auto-instrumentation-node/autoinstrumentation.js", False),
            ("application_signals", "python", f"{APP}.Environment.10.Value", "true", True),
            ("application_signals", "python", f"{APP}.Environment.12.Value", "false", False),
            ("libc", "dotnet", f"{APP}.Environment.15.Value",
             "/otel-auto-instrumentation-dotnet/linux-musl-x64/"
             "OpenTelemetry.AutoInstrumentation.Native.so", "musl"),
        )
    ),
    row("Container.name", TASK, f"{APP}.Name", "web", **_container()),
    row("Container.essential", TASK, f"{APP}.Essential", False, **_container(essential=False)),
    row("Service.containers", TASK, "ContainerDefinitions.1.Name", "other",
        **_container(essential=False)),
    row("Container.depends_on", TASK, f"{APP}.DependsOn.0",
        {"ContainerName": "other", "Condition": "HEALTHY"},
        **_container(depends_on={"other": "HEALTHY"})),
    row("Container.mounts Mount.volume Mount.path", TASK, f"{APP}.MountPoints.0",
        {"SourceVolume": "v", "ContainerPath": "/v", "ReadOnly": False},
        volumes={"v": {}}, **_container(mounts=[{"volume": "v", "path": "/v"}])),
    row("Service.mounts Mount.read_only", TASK, f"{APP}.MountPoints.0.ReadOnly", True,
        volumes={"v": {}}, mounts=[{"volume": "v", "path": "/v", "read_only": True}]),
    row("PublishedPort.port PublishedPort.name", TASK, f"{APP}.PortMappings.0.Name", "http",
        ports=[{"port": 80, "name": "http"}]),
    row("PublishedPort.host_port", TASK, f"{APP}.PortMappings.0.HostPort", 8080,
        ports=[{"port": 80, "host_port": 8080}]),
    row("PublishedPort.host_port", TASK, f"{APP}.PortMappings.0.HostPort", 0,
        ports=[{"port": 80, "host_port": 0}]),
    row("PublishedPort.protocol", TASK, f"{APP}.PortMappings.0.Protocol", "udp",
        ports=[{"port": 80, "protocol": "udp"}]),
    row("PublishedPort.app_protocol", TASK, f"{APP}.PortMappings.0.AppProtocol", "grpc",
        ports=[{"port": 80, "app_protocol": "grpc"}]),
    *(
        row(f"ContainerHealthCheck.{field}", TASK, f"{APP}.HealthCheck.{member}", value,
            health_check={**CHECK, field: given})
        for field, member, value, given in (
            ("command", "Command", ["CMD-SHELL", "true"], ["CMD-SHELL", "true"]),
            ("interval_seconds", "Interval", 7, 7),
            ("timeout_seconds", "Timeout", 3, 3),
            ("retries", "Retries", 1, 1),
            ("start_period_seconds", "StartPeriod", 0, 0),
            ("start_period_seconds", "StartPeriod", 9, 9),
        )
    ),
    row("Ulimit.name", TASK, f"{APP}.Ulimits.0.Name", "core",
        ulimits=[{"name": "core", "soft": 1, "hard": 2}]),
    row("Ulimit.soft", TASK, f"{APP}.Ulimits.0.SoftLimit", 0,
        ulimits=[{"name": "core", "soft": 0, "hard": 2}]),
    row("Ulimit.hard", TASK, f"{APP}.Ulimits.0.HardLimit", 0,
        ulimits=[{"name": "core", "soft": 0, "hard": 0}]),
    row("Secret.value_from", TASK, f"{APP}.Secrets.0.ValueFrom", "arn:aws:ssm:a:111122223333:"
        "parameter/a", secrets={"A": {"value_from": "arn:aws:ssm:a:111122223333:parameter/a"}}),
    row("Secret.parameter", TASK, f"{APP}.Secrets.0.ValueFrom", "/a",
        secrets={"A": {"parameter": "/a"}}),
    row("Secret.secret Secret.key", TASK, f"{APP}.Secrets.0.ValueFrom",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s:k::",
        secrets={"A": {"secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s",
                       "key": "k"}}),
    row("Service.volumes Volume.host_path", TASK, "Volumes.0.Host.SourcePath", "/mnt",
        volumes={"v": {"host_path": "/mnt"}}),
    row("Volume.efs EfsVolume.file_system", TASK, f"{_EFS_PLACE}.FilesystemId", "fs-00000001",
        volumes={"v": {"efs": _EFS}}),
    row("EfsVolume.root_directory", TASK, f"{_EFS_PLACE}.RootDirectory", "/a",
        volumes={"v": {"efs": {**_EFS, "root_directory": "/a"}}}),
    row("EfsVolume.access_point", TASK, f"{_EFS_PLACE}.AuthorizationConfig.AccessPointId", "fsap-1",
        volumes={"v": {"efs": {**_EFS, "access_point": "fsap-1"}}}),
    row("EfsVolume.iam", TASK, f"{_EFS_PLACE}.AuthorizationConfig.IAM", "DISABLED",
        volumes={"v": {"efs": {**_EFS, "iam": False}}}),
    row("EfsVolume.transit_encryption", TASK, f"{_EFS_PLACE}.TransitEncryption", "DISABLED",
        volumes={"v": {"efs": {**_EFS, "iam": False, "transit_encryption": False}}}),
    row("Service.network_mode", TASK, "NetworkMode", "host", network_mode="host"),
    row("Service.architecture", TASK, "RuntimePlatform.CpuArchitecture", "ARM64",
        architecture="arm64"),
    row("Service.task_cpu", TASK, "Cpu", "512", task_cpu=512),
    row("Service.task_memory_mib", TASK, "Memory", "2048", task_memory_mib=2048),
    row("Service.ephemeral_storage_gib", TASK, "EphemeralStorage.SizeInGiB", 21,
        ephemeral_storage_gib=21, environment_keys=_NETWORK, **FARGATE),
    row("Service.launch", TASK, "RequiresCompatibilities", ["FARGATE"],
        environment_keys=_NETWORK, **FARGATE),
    row("Service.launch", TASK, "RequiresCompatibilities", ["EXTERNAL"], launch="external"),
    row("Service.roles Roles.task", TASK, "TaskRoleArn", "arn:aws:iam::111122223333:role/r",
        roles={"task": "arn:aws:iam::111122223333:role/r"}),
    row("Roles.execution", TASK, "ExecutionRoleArn", "arn:aws:iam::111122223333:role/r",
        roles={"execution": "arn:aws:iam::111122223333:role/r"}),
    row("Service.sidecar", TASK, "ContainerDefinitions.1.Essential", True, sidecar="terraform"),
    row("Service.memory_limit_mib", TASK, f"{APP}.Memory", ABSENT),
]  # fmt: skip
