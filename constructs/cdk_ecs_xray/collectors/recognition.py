"""Shows which collector a container is, whether it collects traces, and over which protocols.

The one answer for inject, the aspect, review and verification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cdk_ecs_xray.collectors.demands import Demands
from cdk_ecs_xray.collectors.engine import Engine
from cdk_ecs_xray.collectors.engines import engines
from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.collectors.listening import Listening
from cdk_ecs_xray.unknown import Text, Unknown

TraceProtocol = Literal["xray", "otlp"]

# What follows a collector's name in the name of an image that is something else.
_SOMETHING_ELSE = frozenset({"allocator", "config", "exporter", "init", "operator"})
_HINTS = ("xray", "x-ray", "otel", "adot", "collector", "cwagent", "cloudwatch", "trac", "daemon")
_UNKNOWN_IMAGE = Unknown(expression="an image that is not known")


@dataclass(frozen=True, kw_only=True)
class RecognizedCollector:
    """What a container that collects is.

    :param engine: None for an image that nobody knows, recognized by the port it takes segments on.
    :param configuration: empty for a collector without; Unknown where it comes from elsewhere.
    :param collects_traces: whether it sends traces to X-Ray; None where nobody can tell.
    """

    engine: Engine | None
    configuration: Mapping[str, Any] | Unknown
    collects_traces: bool | None
    listening: Listening

    @property
    def label(self) -> str:
        """The collector as reports name it."""
        return "collector of an unknown image" if self.engine is None else self.engine.label

    @property
    def sends_spans(self) -> bool:
        """Whether it certainly sends to X-Ray's endpoint for OpenTelemetry."""
        if self.engine is None or isinstance(self.configuration, Unknown):
            return False
        return self.engine.sends_spans(self.configuration)

    def demands(self, evidence: Evidence) -> Demands:
        """Return what another collector in its place has to do; nothing where nobody can read it.

        :param evidence: what it was recognized by.
        """
        if self.engine is None or isinstance(self.configuration, Unknown):
            return Demands()
        return self.engine.demands(evidence, self.configuration)

    @property
    def protocols(self) -> frozenset[TraceProtocol]:
        """The protocols over which it takes traces; both where nobody can tell."""
        if self.collects_traces is False:
            return frozenset()
        found: set[TraceProtocol] = set()
        if self.listening.segments is not None:
            found.add("xray")
        if self.listening.otlp:
            found.add("otlp")
        return frozenset(found)


def recognize(evidence: Evidence) -> RecognizedCollector | None:
    """Return what a container collects; None for one that is no collector.

    An agent that collects metrics alone is one of these, with ``collects_traces`` False.
    """
    engine = engine_of(evidence)
    takes_segments = _takes_segments(evidence)
    if engine is None:
        if not takes_segments:
            return None
        return RecognizedCollector(
            engine=None,
            configuration={},
            collects_traces=True,
            listening=Listening.unknown(_UNKNOWN_IMAGE),
        )
    configuration = engine.configuration(evidence)
    if not _image_is_named(evidence.image):
        # Its name is all there is, which is a hint and no proof.
        return RecognizedCollector(
            engine=engine,
            configuration=configuration,
            collects_traces=True if takes_segments else None,
            listening=Listening.unknown(_UNKNOWN_IMAGE)
            if isinstance(configuration, Unknown)
            else engine.listening(evidence, configuration),
        )
    if isinstance(configuration, Unknown):
        return RecognizedCollector(
            engine=engine,
            configuration=configuration,
            # Nothing but a collector of segments listens on this UDP port.
            collects_traces=True if takes_segments else None,
            listening=Listening.unknown(configuration),
        )
    return RecognizedCollector(
        engine=engine,
        configuration=configuration,
        collects_traces=engine.collects_traces(configuration),
        listening=engine.listening(evidence, configuration),
    )


def collects_traces(evidence: Evidence) -> bool:
    """Return whether a container certainly or possibly collects traces."""
    found = recognize(evidence)
    return found is not None and found.collects_traces is not False


def is_trace_collector(evidence: Evidence) -> bool:
    """Return whether a container certainly collects traces and runs what the kit knows."""
    found = recognize(evidence)
    return found is not None and found.engine is not None and found.collects_traces is True


def sends_spans(evidence: Evidence) -> bool:
    """Return whether a container certainly sends to X-Ray's endpoint for OpenTelemetry."""
    found = recognize(evidence)
    return found is not None and found.sends_spans


def engine_of(evidence: Evidence) -> Engine | None:
    """Return the collector that a container runs: by image, else variables, else program."""
    by_image = _image_is_named(evidence.image)
    words = image_words(evidence.image if by_image else evidence.name)
    named = [
        (len(name), engine) for engine in engines() for name in engine.images if _named(words, name)
    ]
    if named:
        # aws-otel-collector is an otel-collector too; the longer name says more.
        return max(named, key=lambda one: one[0])[1]
    for engine in engines():
        if any(name in evidence.environment for name in engine.configuration_variables):
            return engine
    program = _program(evidence)
    return next((engine for engine in engines() if program == _file_name(engine.programs[0])), None)


def may_collect(name: Text, image: Text) -> bool:
    """Return whether a container that is not recognized may still be a collector."""
    names = f"{name} {image}".lower()
    return isinstance(image, Unknown) or any(hint in names for hint in _HINTS)


def image_words(image: Text) -> Sequence[str]:
    """Return the words of an image's name, and of its tag, which some registries use as a name."""
    name = str(image).partition("@")[0].rpartition("/")[2].lower()
    return [word for word in re.split(r"[-_.:]+", name) if word]


def _image_is_named(image: Text) -> bool:
    """Return whether the name of an image is spelled out, whatever its registry or tag is."""
    name = str(image).rpartition("/")[2].partition("@")[0].partition(":")[0]
    return not isinstance(image, Unknown) or "${" not in name


def _named(words: Sequence[str], name: Sequence[str]) -> bool:
    size = len(name)
    return any(
        tuple(words[start : start + size]) == tuple(name)
        and not _SOMETHING_ELSE & set(words[start + size :])
        for start in range(len(words) - size + 1)
    )


def _takes_segments(evidence: Evidence) -> bool:
    ports = {(port.container_port, port.protocol) for engine in engines() for port in engine.ports}
    return any(port in ports for port in evidence.ports)


def _program(evidence: Evidence) -> str | None:
    words = evidence.words
    if isinstance(words, Unknown) or not words or not isinstance(words[0], str):
        return None
    return _file_name(words[0])


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]
