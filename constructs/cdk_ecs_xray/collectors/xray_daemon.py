"""The AWS X-Ray daemon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from cdk_ecs_xray.collectors.application import xray_sdk_environment
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.evidence import Evidence, flag_value, has_flag
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.listening import Listening
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.collectors.xray_daemon_demands import demands_of_daemon
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.capacity import Capacity, Measurement
from cdk_ecs_xray.plan.network import ALL_INTERFACES, LOOPBACK, XRAY_PORT
from cdk_ecs_xray.unknown import Text, Unknown

_FLAGS_OF_SEGMENTS = ("-b", "--bind")
_FLAGS_OF_SAMPLING = ("-t", "--bind-tcp")
_FLAGS_OF_CONFIGURATION = ("-c", "--config")
_FLAGS_OF_BUFFER = ("-m", "--buffer-memory")
_PORTS = (CollectorPort(container_port=XRAY_PORT, protocol="udp"),)

LogLevel = Literal["dev", "debug", "info", "prod", "warn", "error"]

# The image's own user, xray (read from the image, 3.6.6).
_IMAGE_USER = 10001
# Below 3 MiB the daemon exits at start; at 3 it drops segments in normal use (measured, 3.6.6).
_LEAST_BUFFER_MEMORY_MIB = 4
_PROXY = re.compile(r"(https?://)?[^\s/:]+:[0-9]{1,5}/?")


@dataclass(frozen=True, kw_only=True)
class XRayDaemon:
    """Describes the X-Ray daemon; no cost beyond the task's own cpu and memory.

    In maintenance since February 2026: security fixes only. :class:`AdotCollector` and
    :class:`CloudWatchAgent` take its place without a change in the apps.

    :param registry: where the image is pulled from; see :class:`PinnedImage`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param buffer_memory_mib: memory for segments waiting to be sent, in MiB, at least 4. The
        daemon's own default is 1 % of the *host's* memory whatever the container's limit, which
        thrashes or kills it on large hosts; 16 carried 3000 segments of 1 KB a second without a
        loss (measured, 3.6.6).
    :param log_level: the daemon's own levels; None leaves its default, ``info``.
    :param local_mode: do not ask the instance metadata service for an instance id. Where it is
        blocked, as it is for containers of a well-kept cluster, asking delays the start by 6 to
        8 seconds (measured, 3.6.6).
    :param region: where to send traces; None is the region of the stack.
    :param role_arn: role to assume before sending, for traces of many accounts in one. Grants
        the task role ``sts:AssumeRole`` on it; that role has to trust the task role.
    :param proxy_address: ``host:port`` of an HTTPS proxy to send through. The daemon knows no
        exceptions: it ignores ``NO_PROXY``.
    :param resource_arn: ARN of the resource that the daemon reports it runs on.
    :raises ConfigurationError: for a value the daemon would refuse or misread.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "3.6.6"
    digest: str | None = None
    buffer_memory_mib: int = 16
    log_level: LogLevel | None = None
    local_mode: bool = True
    region: str | None = None
    role_arn: str | None = None
    proxy_address: str | None = None
    resource_arn: str | None = None

    def __post_init__(self) -> None:
        problems = [
            *self._image.problems("XRayDaemon"),
            *role_problems("XRayDaemon", self.role_arn),
            *self._problems(),
        ]
        if problems:
            raise ConfigurationError(*problems)

    @property
    def container_name(self) -> str:
        """The sidecar's name where the user chose none."""
        return "xray-daemon"

    def describe(self, placement: Placement) -> CollectorContainer:
        """Return the daemon's container.

        There is no health check: the image has no shell, and its one command that ends shows no
        more than that the binary runs.

        :raises ConfigurationError: when the buffer does not leave the daemon room to work.
        """
        # Go's soft limit keeps the daemon below its container's limit when X-Ray hangs; below
        # the size of the buffer it would only thrash (measured: 255 MB without, 168 MB with).
        soft_limit_mib = placement.memory_mib * 7 // 10
        if soft_limit_mib <= self.buffer_memory_mib:
            raise ConfigurationError(
                Problem(
                    where="XRayDaemon",
                    what="buffer_memory_mib must be below 70 % of the container's "
                    f"{placement.memory_mib} MiB",
                    got=str(self.buffer_memory_mib),
                    fix="Lower it or give the sidecar more memory.",
                )
            )
        return CollectorContainer(
            image=self._image.reference,
            command=self._command(placement),
            environment={
                "AWS_REGION": placement.region if self.region is None else self.region,
                "GOMEMLIMIT": f"{soft_limit_mib}MiB",
            },
            ports=_PORTS,
            linked_ports=(CollectorPort(container_port=XRAY_PORT, protocol="tcp"),),
            image_user=_IMAGE_USER,
            assumes_role=self.role_arn,
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray SDKs read."""
        return xray_sdk_environment(host)

    @property
    def _image(self) -> PinnedImage:
        return PinnedImage(
            registry=self.registry,
            repository="xray/aws-xray-daemon",
            version=self.version,
            digest=self.digest,
        )

    def _command(self, placement: Placement) -> tuple[str, ...]:
        command = ["--buffer-memory", str(self.buffer_memory_mib)]
        if self.local_mode:
            command.append("--local-mode")
        for flag, value in (
            ("--log-level", self.log_level),
            ("--role-arn", self.role_arn),
            ("--proxy-address", self.proxy_address),
            ("--resource-arn", self.resource_arn),
        ):
            if value is not None:
                command += [flag, value]
        # The image's entry point already listens on all interfaces.
        if placement.network.bind_address != ALL_INTERFACES:
            address = f"{placement.network.bind_address}:{XRAY_PORT}"
            command += ["--bind", address, "--bind-tcp", address]
        return tuple(command)

    def _problems(self) -> Sequence[Problem]:
        problems = []
        if self.buffer_memory_mib < _LEAST_BUFFER_MEMORY_MIB:
            problems.append(
                Problem(
                    where="XRayDaemon",
                    what=f"buffer_memory_mib must be at least {_LEAST_BUFFER_MEMORY_MIB}",
                    got=str(self.buffer_memory_mib),
                    fix="The daemon drops segments or exits below that.",
                )
            )
        if self.log_level is not None and self.log_level not in get_args(LogLevel):
            problems.append(
                Problem(
                    where="XRayDaemon",
                    what=f"log_level must be one of {', '.join(get_args(LogLevel))}",
                    got=f"{self.log_level!r}",
                    fix="Leave it out for the daemon's default.",
                )
            )
        if self.proxy_address is not None and _PROXY.fullmatch(self.proxy_address) is None:
            problems.append(
                Problem(
                    where="XRayDaemon",
                    what="proxy_address must be host:port",
                    got=f"'{self.proxy_address}'",
                    fix="Such as proxy.internal:3128.",
                )
            )
        return problems


def buffer_memory(evidence: Evidence) -> Text | None:
    """Return the buffer memory of a daemon's command line in MiB; None when nobody set it."""
    value = flag_value(evidence, _FLAGS_OF_BUFFER)
    if value is None and flag_value(evidence, _FLAGS_OF_CONFIGURATION) is not None:
        return Unknown(expression="a configuration file")
    return value


def runs_local_mode(evidence: Evidence) -> bool:
    """Return whether a daemon asks nobody for an instance id."""
    return has_flag(evidence, ("-o", "--local-mode"))


def region_of(evidence: Evidence) -> Text | None:
    """Return the region of a daemon's command line; None when it names none."""
    return flag_value(evidence, ("-n", "--region"))


def proxy_of(evidence: Evidence) -> Text | None:
    """Return the egress proxy of a daemon's command line; None when it names none."""
    return flag_value(evidence, ("-p", "--proxy-address"))


def _listening(evidence: Evidence, configuration: Mapping[str, Any]) -> Listening:
    del configuration
    # The images' own entry point binds all interfaces; the daemon without it does not.
    host = LOOPBACK if evidence.entry_point else ALL_INTERFACES
    default: Text = f"{host}:{XRAY_PORT}"
    if flag_value(evidence, _FLAGS_OF_CONFIGURATION) is not None:
        default = Unknown(expression="a configuration file")
    segments, sampling = (
        flag_value(evidence, flags) for flags in (_FLAGS_OF_SEGMENTS, _FLAGS_OF_SAMPLING)
    )
    return Listening(
        segments=default if segments is None else segments,
        sampling=default if sampling is None else sampling,
        otlp=False,
    )


ENGINE = Engine(
    id="xray-daemon",
    label="X-Ray daemon",
    images=(("xray", "daemon"),),
    programs=("/xray",),
    # Docker Hub's image is built on Amazon Linux and has a shell; the gallery's is not.
    shell_free_images=("xray/aws-xray-daemon",),
    ports=_PORTS,
    configuration=lambda _: {},
    listening=_listening,
    collects_traces=lambda _: True,
    demands=demands_of_daemon,
    version=XRayDaemon.version,
    region_from_environment=True,
    # Measured with version 3.6.6, buffer memory 16 MiB. Without a quota 3000 a second took 200 to
    # 250 CPU units and nothing was lost.
    capacity=Capacity(
        segments_per_step=400,
        most_segments=3000,
        under_quota=[
            Measurement(cpu=32, segments=400, lost_percent=0),
            Measurement(cpu=32, segments=600, lost_percent=0.27),
            Measurement(cpu=32, segments=800, lost_percent=1.4),
            Measurement(cpu=32, segments=1000, lost_percent=4),
            Measurement(cpu=64, segments=1200, lost_percent=0.7),
            Measurement(cpu=96, segments=1800, lost_percent=1.4),
            Measurement(cpu=128, segments=2400, lost_percent=6.6),
            Measurement(cpu=160, segments=3000, lost_percent=9),
        ],
    ),
    make=XRayDaemon,
)
