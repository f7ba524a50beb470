"""Java apps, traced without touching their code."""

from __future__ import annotations

from dataclasses import dataclass

from cdk_ecs_xray.collectors.image import PUBLIC_REGISTRY, PinnedImage
from cdk_ecs_xray.instrumentation.description import (
    AppPlace,
    copying,
    init_image,
    require_valid,
    sent_with,
)
from cdk_ecs_xray.plan.instrumentation import Agent, Joined

_PATH = "/otel-auto-instrumentation-java"
_JAR = f"{_PATH}/javaagent.jar"


@dataclass(frozen=True, kw_only=True)
class JavaInstrumentation:
    """Traces Java apps with the agent of AWS's OpenTelemetry distribution.

    Provisions an init container, which copies the agent into a volume of the task, and loads it
    through ``JAVA_TOOL_OPTIONS``, whatever libc and processor the app's image is for.

    :param registry: where the image is pulled from; see :class:`AdotCollector`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param memory_mib: hard limit of the init container, in MiB; 64 is what AWS's CDK library gives.
    :param application_signals: True adds the metrics of CloudWatch Application Signals, which AWS
        charges for; :class:`CloudWatchAgent` alone takes them. Plain tracing by default.
    :raises ConfigurationError: for a value that ECS or a registry refuses.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "v2.30.0"
    digest: str | None = None
    memory_mib: int = 64
    application_signals: bool = False

    def __post_init__(self) -> None:
        require_valid("JavaInstrumentation", image=self._image, memory_mib=self.memory_mib)

    @property
    def language(self) -> str:
        """As environment files and the command line name it."""
        return "java"

    def agent(self, place: AppPlace) -> Agent:
        """Return what is loaded into an app, and the container that brings it."""
        del place
        return Agent(
            language=self.language,
            image=self._image.reference,
            command=copying("/javaagent.jar", _JAR),
            path=_PATH,
            memory_mib=self.memory_mib,
            application_signals=self.application_signals,
            # A JVM ends at once where the file of -javaagent is missing.
            starts_after="SUCCESS",
            joined=(Joined(name="JAVA_TOOL_OPTIONS", separator=" ", after=f"-javaagent:{_JAR}"),),
            environment=sent_with(application_signals=self.application_signals),
        )

    @property
    def _image(self) -> PinnedImage:
        return init_image("java", registry=self.registry, version=self.version, digest=self.digest)
