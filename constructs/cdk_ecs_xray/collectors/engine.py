"""What the kit knows of one collector program, in one record that every room reads from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from cdk_ecs_xray.collectors.demands import Demands, DemandsOf
from cdk_ecs_xray.collectors.description import Collector, CollectorPort
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.exporter import Exporter
from cdk_ecs_xray.collectors.listening import Listening
from cdk_ecs_xray.errors import ConfigurationError
from cdk_ecs_xray.plan.capacity import Capacity
from cdk_ecs_xray.unknown import Text, Unknown

OperatingSystem = Literal["linux", "windows"]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One collector program.

    A module of this folder that holds one as ``ENGINE`` is all that a new collector takes: the
    environments' ``collector``, ``inject --collector``, review and verification find it there.

    :param id: as environment files and the command line name it.
    :param label: as reports name it.
    :param images: words that follow each other in the name of its image, whoever mirrors it:
        ``("xray", "daemon")`` of ``mirror/aws-xray-daemon``.
    :param programs: what the image holds to run; the first is its entry point.
    :param shell_free_images: parts of the names of images that hold those programs and no shell.
    :param platforms: the operating systems it has an image for.
    :param ports: the UDP ports it takes segments on.
    :param configuration_variables: environment variables that hold its configuration.
    :param configuration: reads the configuration that a container brings; Unknown where it comes
        from elsewhere.
    :param listening: where it listens with a configuration.
    :param collects_traces: whether it sends traces to X-Ray with a configuration.
    :param sends_spans: whether it sends to X-Ray's endpoint for OpenTelemetry with a
        configuration.
    :param demands: what it does that a collector in its place has to do.
    :param exporters: what ``exporter`` of its collector takes, the default first.
    :param takes_application_signals: its collector has the option ``application_signals``.
    :param version: of the image that was tested.
    :param first_version_with_traces: of the image; None where every version takes them.
    :param region_from_environment: it takes the region from AWS_REGION, or asks the instance.
    :param capacity: the load it carries; None where nobody measured it.
    :param make: the collector that a sidecar can run; None for one that is only recognized.
    """

    id: str
    label: str
    images: Sequence[Sequence[str]]
    programs: Sequence[str]
    shell_free_images: Sequence[str]
    platforms: Sequence[OperatingSystem] = ("linux",)
    ports: Sequence[CollectorPort]
    configuration_variables: Sequence[str] = ()
    configuration: Callable[[Evidence], Mapping[str, Any] | Unknown]
    listening: Callable[[Evidence, Mapping[str, Any]], Listening]
    collects_traces: Callable[[Mapping[str, Any]], bool]
    sends_spans: Callable[[Mapping[str, Any]], bool] = lambda _: False
    demands: DemandsOf = lambda *_: Demands(beyond=["what nobody has described"])
    exporters: Sequence[Exporter] = ("xray",)
    takes_application_signals: bool = False
    version: str | None = None
    first_version_with_traces: str | None = None
    region_from_environment: bool = False
    capacity: Capacity | None = None
    make: Callable[..., Collector] | None = None

    def has_no_shell(self, image: Text) -> bool:
        """Return whether an image holds the programs and nothing else, as its name shows."""
        return any(part in str(image) for part in self.shell_free_images)

    def can_run(self, program: str) -> bool:
        """Return whether the image holds a program."""
        return any(program.startswith(known_program) for known_program in self.programs)


def parsed(content: Text) -> Mapping[str, Any] | Unknown:
    """Return a configuration in JSON or YAML; Unknown where it is neither, or no mapping."""
    return _parsed(str(content))


# Every rule and every comparison asks what a container is, and YAML is slow to read.
@lru_cache(maxsize=64)
def _parsed(text: str) -> Mapping[str, Any] | Unknown:
    from cdk_ecs_xray.files.plain_data import read_data

    try:
        # Placeholders stay as they are: ${AWS::Region} is a value like another.
        found = read_data(text, where="configuration")
    except ConfigurationError:
        return Unknown(expression=text[:40])
    return found if isinstance(found, Mapping) else Unknown(expression=text[:40])
