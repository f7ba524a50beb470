"""The Amazon CloudWatch agent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from cdk_ecs_xray.collectors.application import (
    OpenTelemetrySdk,
    open_telemetry_environment,
    xray_sdk_environment,
)
from cdk_ecs_xray.collectors.cloudwatch_agent_configuration import (
    COLLECTED,
    generated_configuration,
    listening,
    reach_problems,
    sends_spans,
    signals_configuration,
    takes_segments,
    takes_signals,
    takes_spans,
)
from cdk_ecs_xray.collectors.cloudwatch_agent_demands import demands_of_agent
from cdk_ecs_xray.collectors.configuration import Configuration, load
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.engine import Engine, parsed
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.exporter import Exporter, exporter_problems
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.collectors.signals import SIGNALS_GROUP, network_problems, option_problems
from cdk_ecs_xray.collectors.write_access import write_actions
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.network import (
    OTLP_GRPC_PORT,
    OTLP_HTTP_PORT,
    SIGNALS_GRPC_PORT,
    SIGNALS_HTTP_PORT,
    XRAY_PORT,
)
from cdk_ecs_xray.unknown import Unknown

_WHERE = "CloudWatchAgent"
CONFIGURATION_VARIABLE = "CW_CONFIG_CONTENT"
# Of the image: the one that was tested, and one that has the section opentelemetry in JSON.
_TESTED = "1.300062.0b1304"
_WITH_SPANS = "1.300072.0b1766"
_FIRST_WITH_SPANS = (1, 300070)
_PORTS = (CollectorPort(container_port=XRAY_PORT, protocol="udp"),)


@dataclass(frozen=True, kw_only=True)
class CloudWatchAgent:
    """Describes the CloudWatch agent as a collector of traces.

    Unlike the other two it does not tell X-Ray that a trace comes from ECS
    (amazon-cloudwatch-agent issue 1466), and it writes files, so it runs without the sandbox.

    :param registry: where the image is pulled from; see :class:`PinnedImage`.
    :param version: tag of the image; traces need 1.300025.0 or later, the exporters ``otlp`` and
        ``both`` 1.300070. None takes 1.300062.0b1304, and with those 1.300072.0b1766.
    :param digest: pins the image's bytes as well.
    :param region: where to send traces; None is the region of the stack.
    :param role_arn: role to assume before sending; grants the task role ``sts:AssumeRole``.
    :param resource_arn: ARN of the resource that the agent reports it runs on; X-Ray's own API
        alone takes it.
    :param exporter: see :class:`AdotCollector`. With ``otlp`` the agent takes no segments of
        X-Ray SDKs and serves no sampling rules, so apps sample by themselves. Its batches of up to
        10 000 spans or 30 seconds, and its queue, cannot be set.
    :param open_telemetry_sdk: see :class:`AdotCollector`.
    :param application_signals: True takes Application Signals, the metrics that an instrumentation
        with ``application_signals=True`` sends; AWS charges for them. It then takes no segments of
        X-Ray SDKs, and listens on every interface, so host mode is refused: TCP 2000 signs X-Ray
        requests for whoever reaches it. Grants what writing to the log group
        ``/aws/application-signals/data`` takes.
    :param config: the agent's own configuration, a mapping or the path of a JSON file, in place
        of the generated one. It must keep X-Ray's port in reach of the apps.
    :raises ConfigurationError: for a value or configuration that would lose traces.
    """

    registry: str = PUBLIC_REGISTRY
    version: str | None = None
    digest: str | None = None
    region: str | None = None
    role_arn: str | None = None
    resource_arn: str | None = None
    exporter: Exporter = "xray"
    open_telemetry_sdk: OpenTelemetrySdk = "adot"
    application_signals: bool = False
    config: Configuration | str | Path | None = None

    def __post_init__(self) -> None:
        problems = [
            *self._image.problems(_WHERE),
            *role_problems(_WHERE, self.role_arn),
            *exporter_problems(
                _WHERE, self.exporter, config=self.config, resource_arn=self.resource_arn
            ),
            *self._version_problems(),
        ]
        if self.application_signals:
            problems += option_problems(_WHERE, exporter=self.exporter, config=self.config)
        if self.config is not None:
            # A frozen dataclass has no other way to keep what was read from the file.
            object.__setattr__(self, "config", load(_WHERE, self.config))
            if not takes_segments(self._config_mapping):
                problems.append(
                    Problem(
                        where=_WHERE,
                        what=f"config {COLLECTED}.xray is required",
                        fix="Add it: without it, nothing takes the segments of X-Ray SDKs.",
                    )
                )
        if problems:
            raise ConfigurationError(*problems)

    @property
    def container_name(self) -> str:
        """The sidecar's name where the user chose none."""
        return "cloudwatch-agent"

    def describe(self, placement: Placement) -> CollectorContainer:
        """Return the agent's container, with its configuration in the environment.

        :raises ConfigurationError: when a custom configuration listens where no app reaches it.
        """
        region = placement.region if self.region is None else self.region
        config = self._configuration(placement, region)
        signals = takes_signals(config)
        problems = [
            *reach_problems(config, placement.network.bind_address),
            *(network_problems(_WHERE, placement.network) if signals else ()),
        ]
        if problems:
            raise ConfigurationError(*problems)
        return CollectorContainer(
            image=self._image.reference,
            environment={
                "AWS_REGION": region,
                CONFIGURATION_VARIABLE: json.dumps(config),
            },
            ports=_PORTS if takes_segments(config) else (),
            linked_ports=_linked_ports(config),
            # It writes its translated configuration and a pid file.
            runs_sandboxed=False,
            actions=write_actions(spans=sends_spans(config)),
            written_log_groups=(SIGNALS_GROUP,) if signals else (),
            assumes_role=self.role_arn,
            # Its section opentelemetry signs with the extension that ADOT has.
            ends_without_credentials=sends_spans(config),
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray and OpenTelemetry SDKs read."""
        if self.application_signals:
            return open_telemetry_environment(host, self.open_telemetry_sdk, port=SIGNALS_HTTP_PORT)
        segments = self.exporter != "otlp"
        spans = self.config is None or takes_spans(self._config_mapping)
        # The sampler ``xray`` asks the receiver of segments for rules.
        sdk = self.open_telemetry_sdk if segments else "any"
        return {
            **(xray_sdk_environment(host) if segments else {}),
            **(open_telemetry_environment(host, sdk) if spans else {}),
        }

    def _configuration(self, placement: Placement, region: str) -> Configuration:
        if self.config is not None:
            return self._config_mapping
        if self.application_signals:
            return signals_configuration(
                region=region, role_arn=self.role_arn, resource_arn=self.resource_arn
            )
        return generated_configuration(
            placement,
            exporter=self.exporter,
            region=region,
            role_arn=self.role_arn,
            resource_arn=self.resource_arn,
        )

    def _version_problems(self) -> Sequence[Problem]:
        numbers = re.match(r"([0-9]+)\.([0-9]+)\.", "" if self.version is None else self.version)
        old = numbers is not None and (int(numbers[1]), int(numbers[2])) < _FIRST_WITH_SPANS
        if self.exporter == "xray" or not old:
            return ()
        return (
            Problem(
                where=_WHERE,
                what=f"version must be at least 1.300070 with exporter '{self.exporter}'",
                got=f"'{self.version}'",
                fix=f"Leave it out for {_WITH_SPANS}.",
            ),
        )

    @property
    def _image(self) -> PinnedImage:
        return PinnedImage(
            registry=self.registry,
            repository="cloudwatch-agent/cloudwatch-agent",
            version=self._version,
            digest=self.digest,
        )

    @property
    def _version(self) -> str:
        if self.version is not None:
            return self.version
        return _TESTED if self.exporter == "xray" else _WITH_SPANS

    @property
    def _config_mapping(self) -> Configuration:
        return self.config if isinstance(self.config, Mapping) else {}


def _linked_ports(config: Configuration) -> Sequence[CollectorPort]:
    signals = takes_signals(config)
    ports = [
        *((XRAY_PORT,) if takes_segments(config) or signals else ()),
        *((SIGNALS_GRPC_PORT, SIGNALS_HTTP_PORT) if signals else ()),
        *((OTLP_GRPC_PORT, OTLP_HTTP_PORT) if takes_spans(config) else ()),
    ]
    return [CollectorPort(container_port=port, protocol="tcp") for port in ports]


def _configuration(evidence: Evidence) -> Mapping[str, Any] | Unknown:
    content = evidence.environment.get(CONFIGURATION_VARIABLE)
    if content is not None:
        return parsed(content)
    if evidence.mounts or not evidence.environment_complete:
        return Unknown(expression="a mounted configuration")
    return {}


ENGINE = Engine(
    id="cloudwatch-agent",
    label="CloudWatch agent",
    images=(("cloudwatch", "agent"),),
    programs=(
        "/opt/aws/amazon-cloudwatch-agent/bin/start-amazon-cloudwatch-agent",
        "/opt/aws/amazon-cloudwatch-agent/",
    ),
    shell_free_images=("cloudwatch-agent",),
    platforms=("linux", "windows"),
    ports=_PORTS,
    configuration_variables=(CONFIGURATION_VARIABLE,),
    configuration=_configuration,
    listening=listening,
    # Without any configuration it ends at once; with one for metrics alone it serves others.
    collects_traces=lambda configuration: (
        configuration == {} or "traces" in configuration or sends_spans(configuration)
    ),
    demands=demands_of_agent,
    sends_spans=sends_spans,
    exporters=get_args(Exporter),
    takes_application_signals=True,
    version=_TESTED,
    first_version_with_traces="1.300025.0",
    make=CloudWatchAgent,
)
