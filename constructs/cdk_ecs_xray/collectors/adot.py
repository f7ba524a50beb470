"""The AWS Distro for OpenTelemetry collector."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.collectors import opentelemetry
from cdk_ecs_xray.collectors.adot_configuration import (
    BUILT_IN,
    has_health_check,
    reach_problems,
    receives,
    structure_problems,
)
from cdk_ecs_xray.collectors.application import (
    OpenTelemetrySdk,
    open_telemetry_environment,
    xray_sdk_environment,
)
from cdk_ecs_xray.collectors.configuration import Configuration, load
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.opentelemetry import signals_over_otlp
from cdk_ecs_xray.collectors.opentelemetry_ports import own_ports, ports_for_apps
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.plan.capacity import Capacity, Measurement
from cdk_ecs_xray.plan.network import OTLP_GRPC_PORT, OTLP_HTTP_PORT, XRAY_PORT
from cdk_ecs_xray.unknown import Unknown

_WHERE = "AdotCollector"
CONFIGURATION_VARIABLE = "AOT_CONFIG_CONTENT"
# The image's own user (read from the image, 0.49.0).
_IMAGE_USER = 4317
_ORIGIN = {"cloud.provider": "aws", "cloud.platform": "aws_ecs"}
_RENAMED_IN = (0, 49)
_PORTS = (CollectorPort(container_port=XRAY_PORT, protocol="udp"),)


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
        place of the generated one. Without the ``awsxray`` receiver, apps get the variables of
        OpenTelemetry only, and sample by themselves. Its ports must be in reach of the apps.
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
            problems += structure_problems(self._config_mapping)
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
        import yaml

        config = self._generated(placement) if self.config is None else self._config_mapping
        problems = reach_problems(config, placement.network.bind_address)
        if problems:
            raise ConfigurationError(*problems)
        return CollectorContainer(
            image=self._image.reference,
            environment={
                "AWS_REGION": placement.region if self.region is None else self.region,
                CONFIGURATION_VARIABLE: yaml.safe_dump(dict(config), sort_keys=False),
            },
            ports=_PORTS if self._takes_segments else (),
            linked_ports=ports_for_apps(config),
            own_ports=own_ports(config),
            image_user=_IMAGE_USER,
            # The image has no shell, but brings this command for its health_check extension.
            health_check=("/healthcheck",) if has_health_check(config) else None,
            assumes_role=self.role_arn,
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray and OpenTelemetry SDKs read."""
        signals = (
            frozenset({"traces"})
            if self.config is None
            else signals_over_otlp(self._config_mapping)
        )
        # The sampler ``xray`` asks the awsxray receiver's proxy for rules.
        sdk = self.open_telemetry_sdk if self._takes_segments else "any"
        spans = (
            open_telemetry_environment(host, sdk, signals=signals) if "traces" in signals else {}
        )
        return {**xray_sdk_environment(host), **spans} if self._takes_segments else spans

    @property
    def _takes_segments(self) -> bool:
        return self.config is None or receives(self._config_mapping, "awsxray")

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
        detection = _detection(self.version)
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
                detection: {"detectors": ["env", "ecs"], "override": False},
                # Segments of X-Ray SDKs without an aws block arrive with an unknown provider, which
                # the detection leaves alone; the exporter then drops origin and log groups.
                "resource": {
                    "attributes": [
                        {"key": key, "value": value, "action": "upsert"}
                        for key, value in _ORIGIN.items()
                    ]
                },
                # X-Ray takes 50 segments a request.
                "batch": {"timeout": "1s", "send_batch_size": 50},
            },
            "exporters": {"awsxray": {"local_mode": True, **role, **arn}},
            "service": {
                "extensions": ["health_check"],
                # They would be served on port 8888, which an app beside it may want.
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {
                    "traces": {
                        "receivers": ["awsxray", "otlp"],
                        "processors": ["memory_limiter", detection, "resource", "batch"],
                        "exporters": ["awsxray"],
                    }
                },
            },
        }


def _detection(version: str) -> str:
    """Return the name of the processor; a tag of one's own gets the older, which both know."""
    numbers = re.match(r"v?([0-9]+)\.([0-9]+)\.", version)
    new, old = opentelemetry.ORIGIN_PROCESSORS
    known = numbers is not None and (int(numbers[1]), int(numbers[2])) >= _RENAMED_IN
    return new if known else old


def _configuration(evidence: Evidence) -> Mapping[str, Any] | Unknown:
    return opentelemetry.configuration_of(
        evidence, variable=CONFIGURATION_VARIABLE, built_in=BUILT_IN
    )


ENGINE = Engine(
    id="adot",
    label="ADOT collector",
    images=(("aws", "otel", "collector"), ("adot", "collector")),
    programs=("/awscollector", "/healthcheck"),
    shell_free_images=("aws-otel-collector", "adot-collector"),
    ports=_PORTS,
    configuration_variables=(CONFIGURATION_VARIABLE,),
    configuration=_configuration,
    listening=opentelemetry.listening,
    collects_traces=opentelemetry.collects_traces,
    version=AdotCollector.version,
    region_from_environment=True,
    # Measured with version 0.49.0 and the generated configuration. Without a quota 600 a second
    # took 146 to 202 CPU units, four times what the daemon takes.
    capacity=Capacity(
        segments_per_step=100,
        most_segments=600,
        under_quota=[
            Measurement(cpu=32, segments=200, lost_percent=1.4),
            Measurement(cpu=32, segments=600, lost_percent=45),
            Measurement(cpu=160, segments=3000, lost_percent=45),
        ],
    ),
    make=AdotCollector,
)
