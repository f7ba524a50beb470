"""``containers``: the apps of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.instrument import InstrumentKey
from cdk_ecs_xray.environments.secret import Secrets
from cdk_ecs_xray.environments.values import (
    MOST_CPU,
    AbsolutePath,
    AwsName,
    Image,
    Port,
    Variables,
    Words,
    arn_of,
)
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import LOG_GROUP_NAME, matching, within

_FEWEST_MEMORY_MIB, _MOST_MEMORY_MIB = 4, 1048576
Condition = Literal["START", "COMPLETE", "SUCCESS", "HEALTHY"]
Cpu = Annotated[int, AfterValidator(within(0, MOST_CPU, "128 is an eighth of a core."))]
Memory = Annotated[
    int, AfterValidator(within(_FEWEST_MEMORY_MIB, _MOST_MEMORY_MIB, "256 is a small app."))
]
LogGroupName = Annotated[str, AfterValidator(LOG_GROUP_NAME)]
EnvironmentFile = Annotated[
    str,
    AfterValidator(
        matching(
            arn_of("s3", r"[^\s/]+/\S+\.env"),
            "the ARN of an .env object",
            fix="Such as arn:aws:s3:::shop-config/orders.env.",
        )
    ),
]
Limit = Annotated[int, AfterValidator(within(0, 2147483647, "65536 is usual for nofile."))]


class PublishedPort(BaseModel):
    """A port that a container listens on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    port: Port = Field(description="in the container")
    name: (
        Annotated[
            str,
            AfterValidator(
                matching(r"[a-z0-9][a-z0-9_-]{0,63}", "lower-case letters, digits, _ and -")
            ),
        ]
        | None
    ) = Field(default=None, description="as `service_connect` and targets name it")
    host_port: Annotated[int, AfterValidator(within(0, 65535, "0 lets Docker choose."))] | None = (
        Field(default=None, description="on the instance; bridge mode only, where Docker chooses")
    )
    protocol: Literal["tcp", "udp"] = Field(default="tcp", description="or `udp`")
    app_protocol: Literal["http", "http2", "grpc"] | None = Field(
        default=None, description="what Service Connect measures: `http`, `http2` or `grpc`"
    )

    @model_validator(mode="after")
    def _measured_over_tcp(self) -> Self:
        if self.protocol == "udp" and self.app_protocol is not None:
            raise InvalidValueError(
                Problem(what="app_protocol and protocol 'udp' cannot be combined", fix="Keep one.")
            )
        return self


def _something_to_run(words: tuple[str, ...]) -> tuple[str, ...]:
    first, *others = words or ("",)
    if not first or (first in ("CMD", "CMD-SHELL") and not others):
        raise InvalidValueError(
            Problem(
                what="must hold a command",
                got=" ".join(words) or "an empty list",
                fix="Such as [CMD-SHELL, curl -f http://localhost/health].",
            )
        )
    return words


class ContainerHealthCheck(BaseModel):
    """A command that shows whether a container works."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    command: Annotated[Words, AfterValidator(_something_to_run)] = Field(
        description="as ECS takes it: `[CMD-SHELL, …]` or `[CMD, …]`"
    )
    interval_seconds: Annotated[int, AfterValidator(within(5, 300, "30 is usual."))] = Field(
        default=30, description="between two checks"
    )
    timeout_seconds: Annotated[int, AfterValidator(within(2, 60, "5 is usual."))] = Field(
        default=5, description="until a check counts as failed"
    )
    retries: Annotated[int, AfterValidator(within(1, 10, "3 is usual."))] = Field(
        default=3, description="failed checks in a row that make it unhealthy"
    )
    start_period_seconds: Annotated[int, AfterValidator(within(0, 300, "60 is usual."))] = Field(
        default=0, description="in which failed checks do not count"
    )


class Ulimit(BaseModel):
    """A limit of the operating system for the processes of a container."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: Literal[
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
        "rss", "rtprio", "rttime", "sigpending", "stack",
    ] = Field(description="as Docker names it, such as `nofile`")  # fmt: skip
    soft: Limit = Field(description="what a process begins with")
    hard: Limit = Field(description="what it may raise that to")

    @model_validator(mode="after")
    def _soft_within_hard(self) -> Self:
        if self.soft > self.hard:
            raise InvalidValueError(
                Problem(
                    what="must have soft at or below hard",
                    got=f"{self.soft} above {self.hard}",
                    fix="Raise hard or lower soft.",
                )
            )
        return self


class Mount(BaseModel):
    """A volume of the service in a container."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    volume: AwsName = Field(description="a name in `volumes`")
    path: AbsolutePath = Field(description="in the container")
    read_only: bool = Field(default=False, description="true keeps the container from writing")


class Container(BaseModel):
    """One container of an app. A service with one container has these keys itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: AwsName = Field(description="unique in the service")
    image: Image = Field(description="with tag or digest; the execution role may pull it from ECR")
    command: Words | None = Field(default=None, description="in place of the image's")
    entry_point: Words | None = Field(default=None, description="in place of the image's")
    essential: bool = Field(default=True, description="false lets the task go on without it")
    port: Port | None = Field(default=None, description="short for `ports` with one TCP port")
    ports: Annotated[tuple[PublishedPort, ...], Field(strict=False)] = Field(
        default=(), description="what it listens on"
    )
    cpu: Cpu = Field(default=128, description="CPU units, 1024 a core")
    memory_reservation_mib: Memory = Field(default=256, description="memory that is set aside")
    memory_limit_mib: Memory | None = Field(
        default=None, description="above which it is killed; none without"
    )
    environment: Variables = Field(default_factory=dict, description="variables")
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
        default=None, description="an existing one; without it the service's own"
    )
    ulimits: Annotated[tuple[Ulimit, ...], Field(strict=False)] = Field(
        default=(), description="limits of the operating system"
    )
    mounts: Annotated[tuple[Mount, ...], Field(strict=False)] = Field(
        default=(), description="volumes of the service"
    )
    instrument: InstrumentKey | None = Field(
        default=None, description="traces an app whose code stays as it is: its language"
    )
    depends_on: Mapping[str, Condition] = Field(
        default_factory=dict,
        description="containers that must be `START`, `COMPLETE`, `SUCCESS` or `HEALTHY` before",
    )

    @property
    def all_ports(self) -> tuple[PublishedPort, ...]:
        """What it listens on, the short form included."""
        short = () if self.port is None else (PublishedPort(port=self.port),)
        return (*short, *self.ports)
