"""How other services find a service: Cloud Map's names, and Service Connect."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cdk_ecs_xray.environments.values import AwsName, Port, Text, arn_of
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, within

_DNS_LABEL = matching(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", "a name as DNS takes it")
_NAMESPACE = matching(
    r"[\w.-]+|" + arn_of("servicediscovery", r"namespace/ns-[a-z0-9]+"),
    "the name or the ARN of a Cloud Map namespace",
    fix="Such as shop.local.",
)


class Discovery(BaseModel):
    """A name in a private DNS namespace of Cloud Map that exists."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    namespace: Annotated[
        str,
        AfterValidator(
            matching(r"ns-[a-z0-9]+", "the id of a Cloud Map namespace", fix="Such as ns-a1b2c3d4.")
        ),
    ] = Field(description="its id, `ns-…`")
    name: Annotated[str, AfterValidator(_DNS_LABEL)] | None = Field(
        default=None, description="the service's name without"
    )
    record: Literal["A", "SRV"] | None = Field(
        default=None, description="`A` in awsvpc mode, `SRV` elsewhere without"
    )
    ttl_seconds: Annotated[int, AfterValidator(within(0, 86400, "60 is usual."))] = Field(
        default=60, description="how long clients keep an answer"
    )
    container: AwsName | None = Field(
        default=None, description="for `SRV`: the only one with a port without"
    )
    port: Port | None = Field(default=None, description="for `SRV`: its only one without")


class ConnectedPort(BaseModel):
    """A port that other services of the namespace call."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    port_name: Text = Field(description="the `name` of a port of a container")
    alias: Annotated[str, AfterValidator(_DNS_LABEL)] | None = Field(
        default=None, description="host name that clients use; `port_name` without"
    )
    alias_port: Port | None = Field(
        default=None, description="port that clients use; the container's without"
    )


def _each_once(ports: tuple[ConnectedPort, ...]) -> tuple[ConnectedPort, ...]:
    names = [one.port_name for one in ports]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValueError(
                Problem(what="must name each port once", got=f"'{name}' twice", fix="Remove one.")
            )
    return ports


class ServiceConnect(BaseModel):
    """Service Connect in a namespace that exists. Adds a proxy of ECS's to each task."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    namespace: Annotated[str, AfterValidator(_NAMESPACE)] = Field(description="name or ARN")
    ports: Annotated[tuple[ConnectedPort, ...], Field(strict=False), AfterValidator(_each_once)] = (
        Field(default=(), description="what others may call; none for a service that only calls")
    )

    def configuration(self, ports: dict[str, int]) -> dict[str, Any]:
        """Return the configuration as ECS's API spells it, for the named ports of a service."""
        services = [
            {
                "portName": one.port_name,
                "clientAliases": [
                    {
                        "port": ports[one.port_name] if one.alias_port is None else one.alias_port,
                        "dnsName": one.port_name if one.alias is None else one.alias,
                    }
                ],
            }
            for one in self.ports
        ]
        found: dict[str, Any] = {"enabled": True, "namespace": self.namespace}
        return {**found, "services": services} if services else found
