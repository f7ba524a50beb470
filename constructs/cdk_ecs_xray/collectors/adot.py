"""The AWS Distro for OpenTelemetry collector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cdk_ecs_xray.collectors.application import (
    LINKED_PORTS,
    OpenTelemetrySdk,
    open_telemetry_environment,
    xray_sdk_environment,
)
from cdk_ecs_xray.collectors.configuration import Configuration, at, listening_problems, load
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT

_WHERE = "AdotCollector"


@dataclass(frozen=True, kw_only=True)
class AdotCollector:
    """Describes the ADOT collector: X-Ray segments and OpenTelemetry spans in, X-Ray out.

    :param registry: where the image is pulled from; see :class:`PinnedImage`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param region: where to send traces; None is the region of the stack.
    :param role_arn: role to assume before sending; grants the task role ``sts:AssumeRole``.
    :param resource_arn: ARN of the resource that the collector says it runs on.
    :param open_telemetry_sdk: ``adot`` sets the sampler and propagator that AWS's additions to
        OpenTelemetry have; ``any`` only says where spans go, as plain SDKs need.
    :param config: the collector's own configuration, a mapping or the path of a YAML file, in
        place of the generated one. It must keep X-Ray's port in reach of the apps.
    :raises ConfigurationError: for a value or configuration that would lose traces.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "v0.49.0"
    digest: str | None = None
    region: str | None = None
    role_arn: str | None = None
    resource_arn: str | None = None
    open_telemetry_sdk: OpenTelemetrySdk = "adot"
    config: Configuration | str | Path | None = None

    def __post_init__(self) -> None:
        problems = [
            *self._image.problems(_WHERE),
            *role_problems(_WHERE, self.role_arn),
        ]
        if self.config is not None:
            # A frozen dataclass has no other way to keep what was read from the file.
            object.__setattr__(self, "config", load(_WHERE, self.config))
            problems += _structure_problems(self._config_mapping)
        if problems:
            raise ConfigurationError(*problems)

    @property
    def container_name(self) -> str:
        """The sidecar's name where the user chose none."""
        return "aws-otel-collector"

    def describe(self, placement: Placement) -> CollectorContainer:
        """Return the collector's container, with its configuration in the environment.

        :raises ConfigurationError: when a custom configuration listens where no app reaches it.
        """
        config = self._generated(placement) if self.config is None else self._config_mapping
        problems = _reach_problems(config, placement.network.bind_address)
        if problems:
            raise ConfigurationError(*problems)
        return CollectorContainer(
            image=self._image.reference,
            environment={
                "AWS_REGION": placement.region if self.region is None else self.region,
                "AOT_CONFIG_CONTENT": yaml.safe_dump(dict(config), sort_keys=False),
            },
            ports=(CollectorPort(container_port=XRAY_PORT, protocol="udp"),),
            linked_ports=LINKED_PORTS,
            # The image has no shell, but brings this command for its health_check extension.
            health_check=("/healthcheck",) if _has_health_check(config) else None,
            assumes_role=self.role_arn,
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray and OpenTelemetry SDKs read."""
        otlp = self.config is None or _receives(self._config_mapping, "otlp")
        return {
            **xray_sdk_environment(host),
            **(open_telemetry_environment(host, self.open_telemetry_sdk) if otlp else {}),
        }

    @property
    def _image(self) -> PinnedImage:
        return PinnedImage(
            registry=self.registry,
            repository="aws-observability/aws-otel-collector",
            version=self.version,
            digest=self.digest,
        )

    @property
    def _config_mapping(self) -> Configuration:
        return self.config if isinstance(self.config, Mapping) else {}

    def _generated(self, placement: Placement) -> Configuration:
        address = placement.network.bind_address
        role = {} if self.role_arn is None else {"role_arn": self.role_arn}
        arn = {} if self.resource_arn is None else {"resource_arn": self.resource_arn}
        return {
            "extensions": {"health_check": {}},
            "receivers": {
                "awsxray": {
                    "endpoint": f"{address}:{XRAY_PORT}",
                    "transport": "udp",
                    # Its default is moving to localhost, where a linked app gets no rules.
                    "proxy_server": {
                        "endpoint": f"{address}:{XRAY_PORT}",
                        "local_mode": True,
                        **role,
                    },
                },
                "otlp": {
                    "protocols": {
                        "grpc": {"endpoint": f"{address}:{OTLP_GRPC_PORT}"},
                        "http": {"endpoint": f"{address}:{OTLP_HTTP_PORT}"},
                    }
                },
            },
            "processors": {
                # Four fifths of what the container may use; refuses spans beyond that.
                "memory_limiter": {
                    "check_interval": "1s",
                    "limit_mib": placement.memory_mib * 4 // 5,
                },
                # Without it X-Ray does not learn that the trace comes from ECS.
                "resourcedetection": {"detectors": ["env", "ecs"], "override": False},
                # X-Ray takes 50 segments a request.
                "batch": {"timeout": "1s", "send_batch_size": 50},
            },
            "exporters": {"awsxray": {"local_mode": True, **role, **arn}},
            "service": {
                "extensions": ["health_check"],
                "pipelines": {
                    "traces": {
                        "receivers": ["awsxray", "otlp"],
                        "processors": ["memory_limiter", "resourcedetection", "batch"],
                        "exporters": ["awsxray"],
                    }
                },
            },
        }


def _kind(component: str) -> str:
    """Return the type of a component: ``awsxray`` of ``awsxray/second``."""
    return component.partition("/")[0]


def _receives(config: Configuration, kind: str) -> bool:
    return any(_kind(name) == kind for name in _receivers_of_traces(config))


def _receivers_of_traces(config: Configuration) -> Sequence[str]:
    return [
        name
        for pipeline_name, pipeline in (at(config, "service.pipelines") or {}).items()
        if _kind(pipeline_name) == "traces" and isinstance(pipeline, Mapping)
        for name in pipeline.get("receivers") or ()
    ]


def _has_health_check(config: Configuration) -> bool:
    return "health_check" in (at(config, "service.extensions") or ())


def _structure_problems(config: Configuration) -> Sequence[Problem]:
    """Return references to components that the configuration does not define, and gaps."""
    pipelines = at(config, "service.pipelines")
    if not isinstance(pipelines, Mapping):
        return [
            Problem(
                where=_WHERE,
                what="config service.pipelines must be a mapping",
                got=f"{pipelines!r}",
                fix="Define one with receivers and exporters.",
            )
        ]
    problems = []
    for pipeline_name, pipeline in pipelines.items():
        for section in ("receivers", "processors", "exporters"):
            defined = config.get(section) or {}
            problems += [
                Problem(
                    where=_WHERE,
                    what=f"config pipeline '{pipeline_name}' must name {section} that are defined",
                    got=f"'{name}'",
                    fix="Define it or take it out.",
                )
                for name in (at(pipeline, section) or ())
                if name not in defined
            ]
    problems += [
        Problem(
            where=_WHERE,
            what="config service.extensions must name extensions that are defined",
            got=f"'{name}'",
            fix="Define it or take it out.",
        )
        for name in at(config, "service.extensions") or ()
        if name not in (config.get("extensions") or {})
    ]
    if not _receives(config, "awsxray"):
        problems.append(
            Problem(
                where=_WHERE,
                what="config must have a traces pipeline with the awsxray receiver",
                got=f"receivers {', '.join(_receivers_of_traces(config)) or 'none'}",
                fix="Add it: without it, nothing takes the segments of X-Ray SDKs.",
            )
        )
    return problems


def _reach_problems(config: Configuration, bind_address: str) -> Sequence[Problem]:
    problems: list[Problem] = []
    for name in _receivers_of_traces(config):
        receiver: Any = at(config, "receivers")[name]
        field = f"config receivers.{name}"
        if _kind(name) == "awsxray":
            endpoints = [
                (f"{field}.endpoint", at(receiver, "endpoint"), XRAY_PORT),
                (
                    f"{field}.proxy_server.endpoint",
                    at(receiver, "proxy_server.endpoint"),
                    XRAY_PORT,
                ),
            ]
        elif _kind(name) == "otlp":
            endpoints = [
                (f"{field}.protocols.{protocol}.endpoint", at(settings, "endpoint"), port)
                for protocol, port in (("grpc", OTLP_GRPC_PORT), ("http", OTLP_HTTP_PORT))
                if (settings := at(receiver, f"protocols.{protocol}")) is not None
            ]
        else:
            endpoints = []
        for path, endpoint, port in endpoints:
            problems += listening_problems(
                _WHERE, path, endpoint, port=port, bind_address=bind_address
            )
    return problems
