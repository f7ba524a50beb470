"""How ``ecs-xray inject`` is to trace a file, from its options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdk_ecs_xray.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from cdk_ecs_xray.inject import SidecarNames, TracingOptions
    from cdk_ecs_xray.plan.direct import Direct, Distribution


def tracing_options(
    *,
    collector: str | None,
    exporter: str,
    instrument: Sequence[str],
    replace: bool,
    direct: Distribution | None,
    sampling_ratio: float | None,
    botocore_in_image: bool,
    esm: bool,
    musl: bool,
    application_signals: bool,
    profile: str,
    registry: str | None,
    region: str | None,
    network_mode: str | None,
    log_group: str | None,
    no_log: bool,
    size_to_fit: bool,
    tracing_name: str | None,
    namespace: str | None,
    environment: str | None,
    service: str | None,
) -> TracingOptions:
    """Return what the options ask for.

    :raises ConfigurationError: with what cannot be chosen together.
    """
    from cdk_ecs_xray.cli.instrument_option import chosen_collector, instrumentation
    from cdk_ecs_xray.inject import TracingOptions
    from cdk_ecs_xray.instrumentation.choice import default_engine
    from cdk_ecs_xray.plan.profile import SidecarProfile

    if no_log and log_group is not None:
        raise ConfigurationError(
            Problem(
                where="inject",
                what=f"--no-log and --log-group '{log_group}' cannot be combined",
                fix="Keep one.",
            )
        )
    own_way = _direct(
        direct, ratio=sampling_ratio, botocore_in_image=botocore_in_image, collector=collector
    )
    choice = instrumentation(
        instrument,
        registry=registry,
        esm=esm,
        musl=musl,
        application_signals=application_signals,
    )
    engine_id = default_engine(choice) if collector is None else collector
    return TracingOptions(
        collector=chosen_collector(engine_id, exporter=exporter, registry=registry),
        instrument=choice,
        profile=SidecarProfile.SAFE if profile == "safe" else SidecarProfile.TERRAFORM,
        names=_names(namespace=namespace, environment=environment, service=service),
        tracing_name=tracing_name,
        network_mode=network_mode,
        region=region,
        log_group=log_group,
        writes_log=not no_log,
        size_to_fit=size_to_fit,
        replace=replace,
        direct=own_way,
    )


def _direct(
    distribution: Distribution | None,
    *,
    ratio: float | None,
    botocore_in_image: bool,
    collector: str | None,
) -> Direct | None:
    from cdk_ecs_xray.plan.direct import Direct

    given = {"--sampling-ratio": ratio is not None, "--botocore-in-image": botocore_in_image}
    if distribution is None:
        problems = [
            Problem(
                where="inject",
                what=f"{option} requires --direct",
                fix="Add it, or leave the option out.",
            )
            for option, is_given in given.items()
            if is_given
        ]
        if problems:
            raise ConfigurationError(*problems)
        return None
    if collector is not None:
        raise ConfigurationError(
            Problem(
                where="inject",
                what=f"--direct and --collector {collector} cannot be combined",
                fix="Keep one.",
            )
        )
    options = {} if ratio is None else {"sampling_ratio": ratio}
    return Direct(distribution=distribution, botocore_in_image=botocore_in_image, **options)


def _names(*, namespace: str | None, environment: str | None, service: str | None) -> SidecarNames:
    from cdk_ecs_xray.inject import SidecarNames

    if namespace is None and environment is None and service is None:
        return SidecarNames()
    if namespace is None or environment is None or service is None:
        raise ConfigurationError(
            Problem(
                where="inject",
                what="--namespace, --environment and --service are required together",
                fix="Pass all three: they make one name.",
            )
        )
    return SidecarNames.from_parts(namespace=namespace, environment=environment, service=service)
