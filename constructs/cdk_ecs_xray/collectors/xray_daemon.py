"""The AWS X-Ray daemon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.network import ALL_INTERFACES, XRAY_PORT

DEFAULT_IMAGE = "public.ecr.aws/xray/aws-xray-daemon:3.6.6"
"""Pinned: the tag ``latest`` has broken deployments (aws-xray-daemon issues 119 and 135)."""

LogLevel = Literal["dev", "debug", "info", "prod", "warn", "error"]

# Below 3 MiB the daemon exits at start; at 3 it drops segments in normal use (measured, 3.6.6).
_LEAST_BUFFER_MEMORY_MIB = 4


@dataclass(frozen=True, kw_only=True)
class XRayDaemon:
    """Describes the X-Ray daemon; no cost beyond the task's own cpu and memory.

    :param image: image with tag or digest; a private mirror works the same.
    :param buffer_memory_mib: memory for segments waiting to be sent, in MiB, at least 4. The
        daemon's own default is 1 % of the *host's* memory whatever the container's limit, which
        thrashes or kills it on large hosts; 16 carried 3000 segments of 1 KB a second without a
        loss (measured, 3.6.6).
    :param log_level: the daemon's own levels; None leaves its default, ``info``.
    :param local_mode: do not ask the instance metadata service for an instance id. Where it is
        blocked, as it is for containers of a well-kept cluster, asking delays the start by 6 to
        8 seconds (measured, 3.6.6).
    :param region: where to send traces; None is the region of the stack.
    :raises ConfigurationError: for a value the daemon would refuse or misread.
    """

    image: str = DEFAULT_IMAGE
    buffer_memory_mib: int = 16
    log_level: LogLevel | None = None
    local_mode: bool = True
    region: str | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.image:
            problems.append(
                f"XRayDaemon: image must name an image, got ''; leave it out for {DEFAULT_IMAGE}"
            )
        if self.buffer_memory_mib < _LEAST_BUFFER_MEMORY_MIB:
            problems.append(
                f"XRayDaemon: buffer_memory_mib must be at least {_LEAST_BUFFER_MEMORY_MIB}, got "
                f"{self.buffer_memory_mib}; the daemon drops segments or exits below that"
            )
        if self.log_level is not None and self.log_level not in get_args(LogLevel):
            problems.append(
                f"XRayDaemon: log_level must be one of {', '.join(get_args(LogLevel))}, got "
                f"{self.log_level!r}; leave it out for the daemon's default"
            )
        if problems:
            raise ConfigurationError(*problems)

    @property
    def container_name(self) -> str:
        """The sidecar's name where the user chose none."""
        return "xray-daemon"

    def describe(self, placement: Placement) -> CollectorContainer:
        """Return the daemon's container; its image has no shell, so no health check works.

        :raises ConfigurationError: when the buffer does not leave the daemon room to work.
        """
        # Go's soft limit keeps the daemon below its container's limit when X-Ray hangs; below
        # the size of the buffer it would only thrash (measured: 255 MB without, 168 MB with).
        soft_limit_mib = placement.memory_mib * 7 // 10
        if soft_limit_mib <= self.buffer_memory_mib:
            raise ConfigurationError(
                f"XRayDaemon: buffer_memory_mib must be below 70 % of the container's "
                f"{placement.memory_mib} MiB, got {self.buffer_memory_mib}; lower it or give the "
                "sidecar more memory"
            )
        return CollectorContainer(
            image=self.image,
            command=self._command(placement),
            environment={
                "AWS_REGION": placement.region if self.region is None else self.region,
                "GOMEMLIMIT": f"{soft_limit_mib}MiB",
            },
            ports=(CollectorPort(container_port=XRAY_PORT, protocol="udp"),),
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray SDKs read; a malformed address would crash them at import."""
        return {
            "AWS_XRAY_DAEMON_ADDRESS": f"{host}:{XRAY_PORT}",
            # Old SDKs throw when a segment is missing; tracing must never break a request.
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        }

    def _command(self, placement: Placement) -> tuple[str, ...]:
        command = ["--buffer-memory", str(self.buffer_memory_mib)]
        if self.local_mode:
            command.append("--local-mode")
        if self.log_level is not None:
            command += ["--log-level", self.log_level]
        # The image's entry point already listens on all interfaces.
        if placement.network.bind_address != ALL_INTERFACES:
            address = f"{placement.network.bind_address}:{XRAY_PORT}"
            command += ["--bind", address, "--bind-tcp", address]
        return tuple(command)
