"""Node apps, traced without touching their code."""

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

_PATH = "/otel-auto-instrumentation-node"
_REQUIRE = f"--require {_PATH}/autoinstrumentation.js"
_LOADER = f"--experimental-loader={_PATH}/node_modules/@opentelemetry/instrumentation/hook.mjs"


@dataclass(frozen=True, kw_only=True)
class NodeInstrumentation:
    """Traces Node apps with AWS's OpenTelemetry distribution; Node 18 or newer.

    Provisions an init container, which copies 111 MB into a volume of the task, and loads the
    distribution through ``NODE_OPTIONS``, whatever libc the app's image has. Each Node process
    starts 0.3 to 1.3 seconds later (measured, version 0.13.0).

    :param registry: where the image is pulled from; see :class:`AdotCollector`.
    :param version: tag of the image.
    :param digest: pins the image's bytes as well.
    :param memory_mib: hard limit of the init container, in MiB; 128 is what AWS's CDK library
        gives.
    :param esm: True for an app of ES modules (``import``): adds the loader without which such an
        app sends a bare span for a request, without its route.
    :param application_signals: True adds the metrics of CloudWatch Application Signals, which AWS
        charges for; :class:`CloudWatchAgent` alone takes them. Plain tracing by default.
    :raises ConfigurationError: for a value that ECS or a registry refuses.
    """

    registry: str = PUBLIC_REGISTRY
    version: str = "v0.12.0"
    digest: str | None = None
    memory_mib: int = 128
    esm: bool = False
    application_signals: bool = False

    def __post_init__(self) -> None:
        require_valid("NodeInstrumentation", image=self._image, memory_mib=self.memory_mib)

    @property
    def language(self) -> str:
        """As environment files and the command line name it."""
        return "node"

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
            # Node ends at once where the file of --require is missing.
            starts_after="SUCCESS",
            joined=(
                Joined(
                    name="NODE_OPTIONS",
                    separator=" ",
                    after=f"{_REQUIRE} {_LOADER}" if self.esm else _REQUIRE,
                ),
            ),
            environment=sent_with(application_signals=self.application_signals),
        )

    @property
    def _image(self) -> PinnedImage:
        return init_image("node", registry=self.registry, version=self.version, digest=self.digest)
