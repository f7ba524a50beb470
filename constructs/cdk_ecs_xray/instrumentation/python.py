"""Python apps, traced without touching their code."""

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

_PATH = "/otel-auto-instrumentation-python"


@dataclass(frozen=True, kw_only=True)
class PythonInstrumentation:
    """Traces Python apps with AWS's OpenTelemetry distribution; Python 3.10 to 3.13.

    Provisions an init container, which copies 53 MB into a volume of the task, and loads the
    distribution through ``PYTHONPATH``. Forked workers, gunicorn's for one, are traced. Django
    needs ``DJANGO_SETTINGS_MODULE`` in the task definition. Each Python process starts 0.6 to 1.1
    seconds later (measured, version 0.21.0).

    :param registry: where the image is pulled from; see :class:`AdotCollector`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param memory_mib: hard limit of the init container, in MiB; 32 is what AWS's CDK library gives.
    :param application_signals: True adds the metrics of CloudWatch Application Signals, which AWS
        charges for; :class:`CloudWatchAgent` alone takes them. Plain tracing by default.
    :raises ConfigurationError: for a value that ECS or a registry refuses.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "v0.19.0"
    digest: str | None = None
    memory_mib: int = 32
    application_signals: bool = False

    def __post_init__(self) -> None:
        require_valid("PythonInstrumentation", image=self._image, memory_mib=self.memory_mib)

    @property
    def language(self) -> str:
        """As environment files and the command line name it."""
        return "python"

    def agent(self, place: AppPlace) -> Agent:
        """Return what is loaded into an app, and the container that brings it."""
        del place
        return Agent(
            language=self.language,
            image=self._image.reference,
            command=copying("/autoinstrumentation/.", _PATH),
            path=_PATH,
            memory_mib=self.memory_mib,
            application_signals=self.application_signals,
            # A folder of PYTHONPATH that is empty stops nothing: the app starts untraced.
            starts_after="COMPLETE",
            joined=(
                Joined(
                    name="PYTHONPATH",
                    separator=":",
                    before=f"{_PATH}/opentelemetry/instrumentation/auto_instrumentation",
                    after=_PATH,
                ),
            ),
            environment={
                **sent_with(application_signals=self.application_signals),
                "OTEL_PYTHON_DISTRO": "aws_distro",
                "OTEL_PYTHON_CONFIGURATOR": "aws_configurator",
            },
        )

    @property
    def _image(self) -> PinnedImage:
        return init_image(
            "python", registry=self.registry, version=self.version, digest=self.digest
        )
