"""The Amazon CloudWatch agent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_ecs_xray.collectors.application import (
    OpenTelemetrySdk,
    open_telemetry_environment,
    xray_sdk_environment,
)
from cdk_ecs_xray.collectors.configuration import Configuration, at, listening_problems, load
from cdk_ecs_xray.collectors.description import CollectorContainer, CollectorPort, Placement
from cdk_ecs_xray.collectors.engine import Engine, parsed
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.collectors.listening import (
    Listening,
    SpanProtocol,
    SpanReceiver,
    endpoint_text,
)
from cdk_ecs_xray.collectors.roles import role_problems
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.plan.network import (
    ALL_INTERFACES,
    LOOPBACK,
    OTLP_GRPC_PORT,
    OTLP_HTTP_PORT,
    XRAY_PORT,
)
from cdk_ecs_xray.unknown import Text, Unknown

_WHERE = "CloudWatchAgent"
_COLLECTED = "traces.traces_collected"
CONFIGURATION_VARIABLE = "CW_CONFIG_CONTENT"
# Where Application Signals' receivers listen, whatever the configuration says.
_APPLICATION_SIGNALS: Mapping[SpanProtocol, int] = {"grpc": 4315, "http": 4316}
_PORTS = (CollectorPort(container_port=XRAY_PORT, protocol="udp"),)


@dataclass(frozen=True, kw_only=True)
class CloudWatchAgent:
    """Describes the CloudWatch agent as a collector of traces.

    Unlike the other two it does not tell X-Ray that a trace comes from ECS
    (amazon-cloudwatch-agent issue 1466), and it writes files, so it runs without the sandbox.

    :param registry: where the image is pulled from; see :class:`PinnedImage`.
    :param version: tag of the image; traces need 1.300025.0 or later.
    :param digest: pins the image's bytes as well.
    :param region: where to send traces; None is the region of the stack.
    :param role_arn: role to assume before sending; grants the task role ``sts:AssumeRole``.
    :param resource_arn: ARN of the resource that the agent says it runs on.
    :param open_telemetry_sdk: see :class:`AdotCollector`.
    :param config: the agent's own configuration, a mapping or the path of a JSON file, in place
        of the generated one. It must keep X-Ray's port in reach of the apps.
    :raises ConfigurationError: for a value or configuration that would lose traces.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "1.300062.0b1304"
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
            if not isinstance(at(self._config_mapping, f"{_COLLECTED}.xray"), Mapping):
                problems.append(
                    Problem(
                        where=_WHERE,
                        what=f"config {_COLLECTED}.xray is required",
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
        config = self._generated(placement) if self.config is None else self._config_mapping
        problems = _reach_problems(config, placement.network.bind_address)
        if problems:
            raise ConfigurationError(*problems)
        return CollectorContainer(
            image=self._image.reference,
            environment={
                "AWS_REGION": placement.region if self.region is None else self.region,
                CONFIGURATION_VARIABLE: json.dumps(config),
            },
            ports=_PORTS,
            linked_ports=self._linked_ports(),
            # It writes its translated configuration and a pid file.
            runs_sandboxed=False,
            assumes_role=self.role_arn,
        )

    def application_environment(self, host: str) -> Mapping[str, str]:
        """Return what the X-Ray and OpenTelemetry SDKs read."""
        return {
            **xray_sdk_environment(host),
            **(
                open_telemetry_environment(host, self.open_telemetry_sdk)
                if self._takes_spans
                else {}
            ),
        }

    @property
    def _takes_spans(self) -> bool:
        return self.config is None or at(self._config_mapping, f"{_COLLECTED}.otlp") is not None

    def _linked_ports(self) -> Sequence[CollectorPort]:
        spans = (OTLP_GRPC_PORT, OTLP_HTTP_PORT) if self._takes_spans else ()
        return [CollectorPort(container_port=port, protocol="tcp") for port in (XRAY_PORT, *spans)]

    @property
    def _image(self) -> PinnedImage:
        return PinnedImage(
            registry=self.registry,
            repository="cloudwatch-agent/cloudwatch-agent",
            version=self.version,
            digest=self.digest,
        )

    @property
    def _config_mapping(self) -> Configuration:
        return self.config if isinstance(self.config, Mapping) else {}

    def _generated(self, placement: Placement) -> Configuration:
        address = placement.network.bind_address
        traces: dict[str, object] = {
            "traces_collected": {
                # Both default to loopback, which a linked app does not reach.
                "xray": {
                    "bind_address": f"{address}:{XRAY_PORT}",
                    "tcp_proxy": {"bind_address": f"{address}:{XRAY_PORT}"},
                },
                "otlp": {
                    "grpc_endpoint": f"{address}:{OTLP_GRPC_PORT}",
                    "http_endpoint": f"{address}:{OTLP_HTTP_PORT}",
                },
            },
            "local_mode": True,
        }
        if self.role_arn is not None:
            traces["credentials"] = {"role_arn": self.role_arn}
        if self.resource_arn is not None:
            traces["resource_arn"] = self.resource_arn
        return {"traces": traces}


def _reach_problems(config: Configuration, bind_address: str) -> Sequence[Problem]:
    problems: list[Problem] = []
    for path, port in (
        (f"{_COLLECTED}.xray.bind_address", XRAY_PORT),
        (f"{_COLLECTED}.xray.tcp_proxy.bind_address", XRAY_PORT),
        (f"{_COLLECTED}.otlp.grpc_endpoint", OTLP_GRPC_PORT),
        (f"{_COLLECTED}.otlp.http_endpoint", OTLP_HTTP_PORT),
    ):
        endpoint = at(config, path)
        # What is left out listens on the agent's own default, loopback, or not at all.
        if endpoint is None:
            if port != XRAY_PORT:
                continue
            endpoint = f"127.0.0.1:{port}"
        problems += listening_problems(
            _WHERE, f"config {path}", endpoint, port=port, bind_address=bind_address
        )
    return problems


def _configuration(evidence: Evidence) -> Mapping[str, Any] | Unknown:
    content = evidence.environment.get(CONFIGURATION_VARIABLE)
    if content is not None:
        return parsed(content)
    if evidence.mounts or not evidence.environment_complete:
        return Unknown(expression="a mounted configuration")
    return {}


def _listening(evidence: Evidence, configuration: Mapping[str, Any]) -> Listening:
    del evidence
    collected = at(configuration, _COLLECTED)
    collected = collected if isinstance(collected, Mapping) else {}
    spans = [
        *_span_receivers(at(collected, "otlp"), OTLP_GRPC_PORT, OTLP_HTTP_PORT),
        *_span_receivers(
            at(configuration, "opentelemetry.collect.otlp"), OTLP_GRPC_PORT, OTLP_HTTP_PORT
        ),
    ]
    sampling: Text | None = None
    if "application_signals" in collected:
        sampling = f"{ALL_INTERFACES}:{XRAY_PORT}"
        spans += [
            SpanReceiver(protocol=protocol, endpoint=f"{ALL_INTERFACES}:{port}")
            for protocol, port in _APPLICATION_SIGNALS.items()
        ]
    otlp = bool(spans)
    if "xray" not in collected:
        return Listening(segments=None, sampling=sampling, otlp=otlp, spans=spans)
    xray = collected["xray"]
    return Listening(
        segments=endpoint_text(at(xray, "bind_address")),
        sampling=endpoint_text(at(xray, "tcp_proxy.bind_address")),
        otlp=otlp,
        spans=spans,
    )


def _span_receivers(section: object, grpc: int, http: int) -> Iterator[SpanReceiver]:
    """Return the receivers of a section, which listen on loopback where it does not say."""
    for one in section if isinstance(section, list) else [section]:
        if not isinstance(one, Mapping):
            continue
        for protocol, key, port in (
            ("grpc", "grpc_endpoint", grpc),
            ("http", "http_endpoint", http),
        ):
            endpoint = one.get(key, f"{LOOPBACK}:{port}")
            yield SpanReceiver(
                protocol="grpc" if protocol == "grpc" else "http", endpoint=endpoint_text(endpoint)
            )


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
    listening=_listening,
    # Without any configuration it ends at once; with one for metrics alone it serves others.
    collects_traces=lambda configuration: (
        configuration == {}
        or "traces" in configuration
        or at(configuration, "opentelemetry.collect.otlp") is not None
    ),
    version=CloudWatchAgent.version,
    first_version_with_traces="1.300025.0",
    make=CloudWatchAgent,
)
