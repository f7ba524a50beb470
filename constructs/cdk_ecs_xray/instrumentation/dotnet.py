""".NET apps, traced without touching their code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.instrumentation.description import (
    AppPlace,
    copying,
    init_image,
    require_valid,
    sent_with,
)
from cdk_ecs_xray.plan.instrumentation import Agent, Architecture, Joined

Libc = Literal["glibc", "musl"]
_WHERE = "DotNetInstrumentation"
_PATH = "/otel-auto-instrumentation-dotnet"
_PROFILER = "{918728DD-259F-4A6A-AC2B-B85E1B658318}"
_AGENT = "OpenTelemetry.AutoInstrumentation"
_PLUGIN = f"AWS.Distro.{_AGENT}"
_PROCESSORS = {"x86_64": "x64", "arm64": "arm64"}
_SYSTEMS = {"glibc": "linux", "musl": "linux-musl"}
# Up to this one, the arm64 image holds files for x64 (its changelog).
_LAST_WITHOUT_ARM64 = (1, 13)
_VERSION = re.compile(r"v?([0-9]+)\.([0-9]+)\.")


@dataclass(frozen=True, kw_only=True)
class DotNetInstrumentation:
    """Traces .NET apps with AWS's OpenTelemetry distribution.

    Provisions an init container, which copies the distribution into a volume of the task, and
    loads it as a profiler and a startup hook. The profiler's path depends on processor and libc,
    and .NET reports nothing about a wrong one, so the processor has to be known.

    :param registry: where the image is pulled from; see :class:`AdotCollector`.
    :param version: tag of the image; on arm64 newer than 1.13, which has files for x64 there.
    :param digest: pins the image's bytes as well.
    :param memory_mib: hard limit of the init container, in MiB; 128 is what AWS's CDK library
        gives.
    :param libc: of the app's image; ``musl`` for Alpine.
    :param architecture: for a task definition that names none, as on EC2; ``x86_64`` or
        ``arm64``.
    :param application_signals: True adds the metrics of CloudWatch Application Signals, which AWS
        charges for; :class:`CloudWatchAgent` alone takes them. Plain tracing by default.
    :raises ConfigurationError: for a value that ECS or a registry refuses, and for one that .NET
        would not report.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "v1.15.0"
    digest: str | None = None
    memory_mib: int = 128
    libc: Libc = "glibc"
    architecture: Architecture | None = None
    application_signals: bool = False

    def __post_init__(self) -> None:
        require_valid(_WHERE, image=self._image, memory_mib=self.memory_mib)
        problems = [
            Problem(
                where=_WHERE,
                what=f"{name} must be one of {', '.join(known)}",
                got=f"'{value}'",
                fix=fix,
            )
            for name, value, known, fix in (
                ("libc", self.libc, _SYSTEMS, "Alpine has musl, most other images glibc."),
                ("architecture", self.architecture, _PROCESSORS, "Leave it out on Fargate."),
            )
            if value is not None and value not in known
        ]
        if problems:
            raise ConfigurationError(*problems)

    @property
    def language(self) -> str:
        """As environment files and the command line name it."""
        return "dotnet"

    def agent(self, place: AppPlace) -> Agent:
        """Return what is loaded into an app, and the container that brings it.

        :raises ConfigurationError: where nothing says which processor the task runs on, and for
            a version that has no files for it.
        """
        folder = f"{_SYSTEMS[self.libc]}-{_PROCESSORS[self._architecture(place)]}"
        return Agent(
            language=self.language,
            image=self._image.reference,
            command=copying("/autoinstrumentation/.", _PATH),
            path=_PATH,
            memory_mib=self.memory_mib,
            application_signals=self.application_signals,
            # .NET ends at once where the file of a startup hook is missing.
            starts_after="SUCCESS",
            joined=(
                _listed("DOTNET_STARTUP_HOOKS", f"net/{_AGENT}.StartupHook.dll"),
                _listed("DOTNET_ADDITIONAL_DEPS", "AdditionalDeps"),
                _listed("DOTNET_SHARED_STORE", "store"),
            ),
            environment={
                **sent_with(application_signals=self.application_signals),
                "CORECLR_ENABLE_PROFILING": "1",
                "CORECLR_PROFILER": _PROFILER,
                "CORECLR_PROFILER_PATH": f"{_PATH}/{folder}/{_AGENT}.Native.so",
                "OTEL_DOTNET_AUTO_HOME": _PATH,
                "OTEL_DOTNET_AUTO_PLUGINS": f"{_PLUGIN}.Plugin, {_PLUGIN}",
            },
        )

    def _architecture(self, place: AppPlace) -> Architecture:
        found = place.architecture if self.architecture is None else self.architecture
        if found is None:
            raise ConfigurationError(
                Problem(
                    where=place.where,
                    what="the processor is required for .NET, and the task definition names none",
                    fix="Set cpuArchitecture in runtimePlatform, or architecture of the "
                    "instrumentation.",
                )
            )
        version = _VERSION.match(self.version)
        if found == "arm64" and version is not None:
            numbers = (int(version[1]), int(version[2]))
            if numbers <= _LAST_WITHOUT_ARM64:
                raise ConfigurationError(
                    Problem(
                        where=_WHERE,
                        what="version must be newer than 1.13 on arm64, where older images hold "
                        "files for x64",
                        got=f"'{self.version}'",
                        fix="Leave it out for the tested one.",
                    )
                )
        return found

    @property
    def _image(self) -> PinnedImage:
        return init_image(
            "dotnet", registry=self.registry, version=self.version, digest=self.digest
        )


def _listed(name: str, file: str) -> Joined:
    return Joined(name=name, separator=":", after=f"{_PATH}/{file}")
