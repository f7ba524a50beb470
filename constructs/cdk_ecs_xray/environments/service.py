"""The model of one service in ``environments/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from cdk_ecs_xray.environments import service_keys
from cdk_ecs_xray.environments.cluster import NewCluster
from cdk_ecs_xray.environments.container import (
    Container,
    ContainerHealthCheck,
    Cpu,
    EnvironmentFile,
    LogGroupName,
    Memory,
    Mount,
    PublishedPort,
    Ulimit,
)
from cdk_ecs_xray.environments.deployment import Deployment
from cdk_ecs_xray.environments.direct import DirectKey
from cdk_ecs_xray.environments.discovery import Discovery, ServiceConnect
from cdk_ecs_xray.environments.instrument import InstrumentKey
from cdk_ecs_xray.environments.launch import (
    AWSVPC_ONLY,
    Architecture,
    CapacityProvider,
    Launch,
    Placement,
)
from cdk_ecs_xray.environments.load_balancer import LoadBalancer
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.roles import Roles
from cdk_ecs_xray.environments.scaling import Scaling
from cdk_ecs_xray.environments.schedule import Schedule
from cdk_ecs_xray.environments.secret import Secrets
from cdk_ecs_xray.environments.values import (
    MOST_CPU,
    AwsName,
    Count,
    Image,
    Port,
    Seconds,
    Tags,
    Variables,
    Words,
)
from cdk_ecs_xray.environments.volume import Volume
from cdk_ecs_xray.files.field_limits import TRACING_NAME, matching, one_of, within
from cdk_ecs_xray.instrumentation.choice import Choice
from cdk_ecs_xray.plan.direct import Direct

# The intersection of what stack names, container names, log groups and X-Ray allow.
ServiceName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z][A-Za-z0-9-]{0,62}",
            "1 to 63 letters, digits and hyphens, starting with a letter",
        )
    ),
]
_NETWORK_MODES = ("bridge", "host", "awsvpc")


def _beside_the_file(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    directory: Path = (info.context or {}).get("directory", Path())
    return directory / value


class Service(BaseModel):
    """One traced ECS service, or a task that runs on a schedule."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: ServiceName = Field(
        description="the app container, and the service's name in X-Ray without `tracing_name`"
    )
    tracing_name: Annotated[str, AfterValidator(TRACING_NAME)] | None = Field(
        default=None,
        description="the service's name in X-Ray; environments that share an account need "
        "different ones",
    )
    sidecar: Literal["safe", "terraform"] = Field(
        default="safe",
        description="`terraform` is the reference setup's container, which stops the task when it "
        "stops",
    )
    image: Image | None = Field(
        default=None, description="with tag or digest; the execution role may pull it from ECR"
    )
    command: Words | None = Field(default=None, description="in place of the image's")
    entry_point: Words | None = Field(default=None, description="in place of the image's")
    port: Port | None = Field(default=None, description="short for `ports` with one TCP port")
    ports: Annotated[tuple[PublishedPort, ...], Field(strict=False)] = Field(
        default=(), description="what it listens on"
    )
    cpu: Cpu = Field(default=128, description="CPU units of the app container, 1024 a core")
    memory_reservation_mib: Memory = Field(default=256, description="memory that is set aside")
    memory_limit_mib: Memory | None = Field(
        default=None, description="above which it is killed; none without"
    )
    environment: Variables = Field(
        default_factory=dict, description="variables of the app; they win over those of tracing"
    )
    environment_files: Annotated[tuple[EnvironmentFile, ...], Field(strict=False)] = Field(
        default=(), description="ARNs of `.env` objects in S3"
    )
    secrets: Secrets = Field(
        default_factory=dict, description="variables from Secrets Manager or Parameter Store"
    )
    health_check: ContainerHealthCheck | None = Field(
        default=None, description="a command that shows whether it works"
    )
    log_group: LogGroupName | None = Field(
        default=None, description="an existing one; without it the service gets one"
    )
    ulimits: Annotated[tuple[Ulimit, ...], Field(strict=False)] = Field(
        default=(), description="limits of the operating system"
    )
    mounts: Annotated[tuple[Mount, ...], Field(strict=False)] = Field(
        default=(), description="volumes of the service"
    )
    instrument: InstrumentKey | None = Field(
        default=None,
        description="traces an app whose code stays as it is: its language; of a "
        "`task_definition`, all its apps",
    )
    containers: Annotated[tuple[Container, ...], Field(strict=False)] = Field(
        default=(), description="several apps in one task, in place of the keys from `image` on"
    )
    task_definition: Annotated[Path, BeforeValidator(_beside_the_file)] | None = Field(
        default=None,
        description="path, from this file, of a task definition to trace in place of the keys "
        "that describe one",
    )
    task_definition_values: Mapping[str, str | int | bool] = Field(
        default_factory=dict,
        description="values of its `${PLACEHOLDERS}`, beside ENVIRONMENT, NAMESPACE, SERVICE_NAME, "
        "REGION and AWS_REGION",
    )
    replace_collector: bool = Field(
        default=False,
        description="exchanges a collector that the `task_definition` has for the environment's",
    )
    direct: DirectKey | None = Field(
        default=None,
        description="the apps send spans to X-Ray by themselves, and get no collector",
    )
    launch: Launch = Field(
        default="ec2", description="or `fargate`, `external`, `managed_instances`"
    )
    architecture: Architecture | None = Field(
        default=None, description="`x86_64` or `arm64`; ECS's default is that of the instance"
    )
    network_mode: Annotated[
        str,
        AfterValidator(one_of(_NETWORK_MODES)),
        Field(json_schema_extra={"enum": list(_NETWORK_MODES)}),
    ] = Field(
        default="bridge",
        description="or `host`, `awsvpc`; `awsvpc` is the default on Fargate and Managed Instances",
    )
    task_cpu: (
        Annotated[int, AfterValidator(within(128, MOST_CPU, "256 is a small task."))] | None
    ) = Field(default=None, description="CPU units of the whole task; required on Fargate")
    task_memory_mib: Memory | None = Field(
        default=None, description="memory of the whole task; required on Fargate"
    )
    ephemeral_storage_gib: (
        Annotated[int, AfterValidator(within(21, 200, "Fargate gives 20 without it."))] | None
    ) = Field(default=None, description="disk of a Fargate task; 20 without")
    volumes: Mapping[str, Volume] = Field(
        default_factory=dict, description="what `mounts` name, by name"
    )
    roles: Roles = Field(
        default_factory=Roles, description="existing IAM roles, in place of new ones"
    )
    cluster: AwsName | None = Field(
        default=None, description="name of an existing cluster in that account and region to join"
    )
    new_cluster: NewCluster | None = Field(
        default=None, description="the EC2 cluster to create where none is named"
    )
    vpc: Vpc | None = Field(default=None, description="in place of the environment's")
    capacity_providers: Annotated[tuple[CapacityProvider, ...], Field(strict=False)] = Field(
        default=(), description="of the cluster, in place of its launch type"
    )
    placement: Placement | None = Field(
        default=None, description="which instances may run it; not on Fargate"
    )
    desired_count: Count = Field(
        default=1, description="how many tasks; 0 deploys the service without running it"
    )
    deployment: Deployment = Field(
        default_factory=Deployment, description="how a new version takes the place of the old"
    )
    execute_command: bool = Field(
        default=False, description="`aws ecs execute-command`; grants its SSM channel"
    )
    tags: Tags = Field(default_factory=dict, description="of the service and its tasks")
    discovery: Discovery | None = Field(
        default=None, description="a name in a private DNS namespace"
    )
    service_connect: ServiceConnect | None = Field(
        default=None, description="Service Connect in a namespace"
    )
    load_balancer: LoadBalancer | None = Field(
        default=None, description="what sends requests to it"
    )
    health_check_grace_seconds: Seconds | None = Field(
        default=None, description="in which a new task may fail the load balancer's checks"
    )
    scaling: Scaling | None = Field(default=None, description="how many tasks run, by load")
    schedule: Schedule | None = Field(
        default=None, description="tasks that start by the clock, in place of a service"
    )

    def instrumentation(self, *, registry: str | None) -> Choice:
        """Return how its apps are instrumented.

        :param registry: of the images; None for the public gallery.
        """
        if self.task_definition is not None:
            instrument = self.instrument
            return None if instrument is None else instrument.instrumentation(registry=registry)
        chosen = {
            app.name: app.instrument.instrumentation(registry=registry)
            for app in self.apps
            if app.instrument is not None
        }
        return chosen or None

    @property
    def directly(self) -> Direct | None:
        """How its apps send spans without a collector; None where they have one."""
        return None if self.direct is None else self.direct.choice()

    @property
    def traced_as(self) -> str:
        """The service's name in X-Ray."""
        if self.tracing_name is not None:
            return self.tracing_name
        return self.environment.get(service_keys.TRACING_NAME_VARIABLE, self.name)

    @property
    def apps(self) -> tuple[Container, ...]:
        """The app's containers; none where a file has them."""
        if self.task_definition is not None:
            return ()
        if self.containers:
            return self.containers
        keys = {name: getattr(self, name) for name in service_keys.OF_A_CONTAINER}
        # The model lets no service without a task definition of its own go without an image.
        return (Container.model_construct(**{**_DEFAULTS, **keys, "name": self.name}),)

    @model_validator(mode="before")
    @classmethod
    def _mode_of_the_launch_type(cls, data: object) -> object:
        if (
            not isinstance(data, Mapping)
            or data.get("network_mode") is not None
            or data.get("launch") not in AWSVPC_ONLY
        ):
            return data
        return {**data, "network_mode": "awsvpc"}


_DEFAULTS: Mapping[str, Any] = {"essential": True, "depends_on": {}}
