"""A container definition as reviews and verification see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.unknown import Text, Unknown


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something is.

    :param resource: logical id, or a construct's path where CDK wrote one.
    :param container: within a task definition.
    :param source: file and line of the program that made it, where CDK wrote them.
    :param whole: the resource is an address that says everything, as those of Terraform do.
    """

    stack: str
    resource: str
    file: str
    line: int
    container: str | None = None
    source: tuple[str, int] | None = None
    whole: bool = False

    def __str__(self) -> str:
        where = self.resource
        named = self.stack and not self.whole
        if named and where != self.stack and not where.startswith(f"{self.stack}/"):
            where = f"{self.stack}, {where}"
        return where if self.container is None else f"{where}, container '{self.container}'"


@dataclass(frozen=True, kw_only=True)
class PortMapping:
    """A port mapping.

    :param host: None where the template says nothing.
    """

    container: int | None
    host: int | Unknown | None
    protocol: str


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """One entry of ``dependsOn``."""

    container: Text
    condition: str


@dataclass(frozen=True, kw_only=True)
class LogTarget:
    """Where a container logs to with ``awslogs``.

    :param creates_group: ``awslogs-create-group`` is set.
    """

    group: Text | None
    creates_group: bool


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container of a task definition; values may be :class:`Unknown`.

    :param environment: variables; Unknown as value where it comes from a secret.
    :param environment_complete: False when variables come from a file as well.
    :param links: as ECS writes them, ``container`` or ``container:alias``.
    :param memory_mib: what it may use: its limit, or else its reservation.
    :param routes_logs: it has a FireLens configuration.
    :param extra_hosts: addresses of names in its hosts file.
    :param secrets: where ECS reads values from before it starts the container.
    """

    place: Place
    name: Text
    image: Text
    essential: bool | Unknown
    environment: Mapping[str, Text] = field(default_factory=dict)
    environment_complete: bool = True
    links: Sequence[Text] = ()
    ports: Sequence[PortMapping] = ()
    command: Sequence[Text] | Unknown = ()
    entry_point: Sequence[Text] | Unknown = ()
    health_check: Sequence[Text] | Unknown | None = None
    depends_on: Sequence[Dependency] = ()
    log: LogTarget | None = None
    memory_mib: int | None = None
    read_only_root: bool = False
    mounts: bool = False
    routes_logs: bool = False
    user: Text | None = None
    extra_hosts: Mapping[str, Text] = field(default_factory=dict)
    secrets: Sequence[Text] = ()

    @property
    def evidence(self) -> Evidence:
        """What shows whether it is a collector."""
        return Evidence(
            image=self.image,
            command=self.command,
            entry_point=self.entry_point,
            environment=self.environment,
            environment_complete=self.environment_complete,
            ports=[(port.container, port.protocol) for port in self.ports],
            mounts=self.mounts,
            name=self.name,
        )
