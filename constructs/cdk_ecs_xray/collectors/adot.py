"""The AWS Distro for OpenTelemetry collector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from cdk_ecs_xray.collectors import opentelemetry
from cdk_ecs_xray.collectors.adot_configuration import (
    BUILT_IN,
    has_health_check,
    reach_problems,
    receives,
    structure_problems,
)
from cdk_ecs_xray.collectors.adot_generated import generated_configuration
from cdk_ecs_xray.collectors.application import (
    OpenTelemetrySdk,
    open_telemetry_environment,
    xray_sdk_environment,
)
from cdk_ecs_xray.collectors.configuration import Configuration, load
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.exporter import Exporter, exporter_problems
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.opentelemetry import signals_over_otlp
from cdk_ecs_xray.collectors.opentelemetry_demands import demands_of_opentelemetry
from cdk_ecs_xray.collectors.opentelemetry_ports import own_ports, ports_for_apps
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.collectors.write_access import write_actions
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.plan.capacity import Capacity, Measurement
from cdk_ecs_xray.plan.network import XRAY_PORT
from cdk_ecs_xray.unknown import Unknown

_WHERE = "AdotCollector"
CONFIGURATION_VARIABLE = "AOT_CONFIG_CONTENT"
# The image's own user (read from the image, 0.49.0).
_IMAGE_USER = 4317
_PORTS = (CollectorPort(container_port=XRAY_PORT, protocol="udp"),)


@dataclass(frozen=True, kw_only=True)
class AdotCollector:
    """Describes the ADOT collector: X-Ray segments and OpenTelemetry spans in, X-Ray out.

    :param registry: where the image is pulled from; see :class:`PinnedImage`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param region: where to send traces; None is the region of the stack.
    :param role_arn: role to assume before sending; grants the task role ``sts:AssumeRole``.
    :param resource_arn: ARN of the resource that the collector reports it runs on; X-Ray's own API
        alone takes it.
    :param exporter: ``xray`` sends everything with X-Ray's own API. ``otlp`` sends everything to
        its endpoint for OpenTelemetry, where segments of X-Ray SDKs lose their origin. ``both``
        sends segments to the one and spans to the other, nothing twice. The endpoint takes spans
        only with Transaction Search on, needs :data:`SPAN_ACTIONS` besides, and is sent at most
        1000 spans a request: 100 requests wait, each for up to 300 seconds, while X-Ray answers
        429, 502, 503 or 504. A collector that sends there ends at its start where it finds no
        credentials.
    :param open_telemetry_sdk: ``adot`` sets the sampler and propagator that AWS's additions to
        OpenTelemetry have; ``any`` only sets where spans go, as plain SDKs need.
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
    exporter: Exporter = "xray"
    open_telemetry_sdk: OpenTelemetrySdk = "adot"
    config: Configuration | str | Path | None = None

    def __post_init__(self) -> None:
        problems = [
            *self._image.problems(_WHERE),
            *role_problems(_WHERE, self.role_arn),
            *exporter_problems(
                _WHERE, self.exporter, config=self.config, resource_arn=self.resource_arn
            ),
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

        region = placement.region if self.region is None else self.region
        config = self._configuration(placement, region)
        problems = reach_problems(config, placement.network.bind_address)
        if problems:
            raise ConfigurationError(*problems)
        return CollectorContainer(
            image=self._image.reference,
            environment={
                "AWS_REGION": region,
                CONFIGURATION_VARIABLE: yaml.safe_dump(dict(config), sort_keys=False),
            },
            ports=_PORTS if self._takes_segments else (),
            linked_ports=ports_for_apps(config),
            own_ports=own_ports(config),
            image_user=_IMAGE_USER,
            # The image has no shell, but brings this command for its health_check extension.
            health_check=("/healthcheck",) if has_health_check(config) else None,
            actions=write_actions(spans=opentelemetry.sends_spans(config)),
            assumes_role=self.role_arn,
            ends_without_credentials=opentelemetry.signs_spans(config),
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

    def _configuration(self, placement: Placement, region: str) -> Configuration:
        if self.config is not None:
            return self._config_mapping
        return generated_configuration(
            placement,
            exporter=self.exporter,
            version=self.version,
            region=region,
            role_arn=self.role_arn,
            resource_arn=self.resource_arn,
        )

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
    demands=demands_of_opentelemetry,
    sends_spans=opentelemetry.sends_spans,
    exporters=get_args(Exporter),
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
