"""What a user decides about the tracing of an existing task definition. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cdk_ecs_xray.collectors import Collector, XRayDaemon
from cdk_ecs_xray.errors import ConfigurationError, InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import LOG_GROUP_NAME, TRACING_NAME
from cdk_ecs_xray.inject.placeholders import is_open, placeholders_in
from cdk_ecs_xray.instrumentation.choice import Choice, signals_wanted, with_signals
from cdk_ecs_xray.plan.direct import Direct
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.profile import SidecarProfile
from cdk_ecs_xray.plan.regions import known_region

# What a placeholder is called while a name is checked: letters that every rule allows.
_STAND_IN = "PLACEHOLDER{}X"


@dataclass(frozen=True, kw_only=True)
class SidecarNames:
    """The names that tracing adds to a task definition; None where nobody chose one."""

    container: str | None = None
    log_group: str | None = None
    service: str | None = None

    @classmethod
    def of(cls, naming: Naming | None) -> SidecarNames:
        """Return the reference setup's names, or none."""
        if naming is None:
            return cls()
        return cls(
            container=naming.container_name,
            log_group=naming.log_group_name,
            service=naming.service,
        )

    @classmethod
    def from_parts(cls, *, namespace: str, environment: str, service: str) -> SidecarNames:
        """Return the reference setup's names from parts, which may hold placeholders.

        :raises ConfigurationError: for a part that ECS would refuse in a name.
        """
        parts = (namespace, environment, service)
        placeholders = sorted({one for part in parts for one in placeholders_in(part)})
        stand_ins: dict[str, str] = {
            one: _STAND_IN.format(number) for number, one in enumerate(placeholders)
        }
        checked = [_replaced(part, stand_ins) for part in parts]
        names = cls.of(Naming(namespace=checked[0], environment=checked[1], service=checked[2]))
        return replace(
            names,
            container=_restored(names.container, stand_ins),
            log_group=_restored(names.log_group, stand_ins),
            service=_restored(names.service, stand_ins),
        )


@dataclass(frozen=True, kw_only=True)
class TracingOptions:
    """How to trace an existing task definition.

    :param collector: what runs in the sidecar; the X-Ray daemon by default.
    :param profile: sizes and failure behavior; :attr:`SidecarProfile.SAFE` by default.
    :param names: the reference setup's names; without them the container is called after its
        collector.
    :param tracing_name: the service's name in X-Ray; else the naming's service, else each
        container's own name.
    :param network_mode: for a file that does not tell, such as a bare list of containers.
    :param region: where traces go; None takes the region in the file.
    :param url_suffix: what addresses of AWS end with there; None reads it from the region.
    :param account: 12 digits; None takes the account in the file's ARNs.
    :param partition: of AWS; None reads it from the region.
    :param log_group: an existing log group for the collector's own log; None takes the naming's,
        else one that the file's containers write to already.
    :param writes_log: False leaves the collector's log to the host's default driver.
    :param size_to_fit: True raises the cpu and memory of a task that has no room for the sidecar:
        to Fargate's next size, which costs more, or to the sum on instances.
    :param instrument: traces apps without touching their code: one language for all of them, or
        languages by the names of containers. The collector must take OTLP.
    :param direct: apps send spans to X-Ray by themselves, and no collector is added.
    :param boosted_by: name of a sampling rule with a boost, whose failures the apps are to report;
        None where no rule has one.
    :param replace: True exchanges a collector that is there for this one. It keeps its name, its
        log and whatever else is not the program's own.
    :raises ConfigurationError: for a region, a log group or a name that AWS has not or refuses; a
        placeholder or a CDK token has its value later, and passes.
    """

    collector: Collector = XRayDaemon()  # noqa: RUF009 - frozen, so one can be shared
    profile: SidecarProfile = SidecarProfile.SAFE
    names: SidecarNames = SidecarNames()
    tracing_name: str | None = None
    network_mode: str | None = None
    region: str | None = None
    url_suffix: str | None = None
    account: str | None = None
    partition: str | None = None
    log_group: str | None = None
    writes_log: bool = True
    size_to_fit: bool = False
    instrument: Choice = None
    direct: Direct | None = None
    boosted_by: str | None = None
    replace: bool = False

    def __post_init__(self) -> None:
        values = (
            ("region", self.region, known_region),
            ("log_group", self.log_group, LOG_GROUP_NAME),
            ("tracing_name", self.tracing_name, TRACING_NAME),
        )
        problems = [found for named in values if (found := _problem_of(*named)) is not None]
        problems += [
            Problem(
                where="TracingOptions",
                what=f"direct and {name} cannot be combined",
                fix="Keep one.",
            )
            for name, given in (("instrument", self.instrument), ("replace", self.replace))
            if self.direct is not None and given
        ]
        if problems:
            raise ConfigurationError(*problems)
        wanted = signals_wanted(self.instrument)
        # A frozen dataclass has no other way to keep what was made of an option.
        object.__setattr__(self, "collector", with_signals(self.collector, wanted=wanted))

    @property
    def container_name(self) -> str:
        """The sidecar's name."""
        name = self.names.container
        return self.collector.container_name if name is None else name


def _problem_of(name: str, value: str | None, check: Callable[[str], str]) -> Problem | None:
    if value is None or is_open(value):
        return None
    try:
        check(value)
    except InvalidValueError as refused:
        return replace(
            refused.problem, where="TracingOptions", what=f"{name} {refused.problem.what}"
        )
    return None


def _replaced(text: str, stand_ins: Mapping[str, str]) -> str:
    for placeholder, stand_in in stand_ins.items():
        text = text.replace(placeholder, stand_in)
    return text


def _restored(text: str | None, stand_ins: Mapping[str, str]) -> str | None:
    if text is not None:
        for placeholder, stand_in in stand_ins.items():
            text = text.replace(stand_in, placeholder)
    return text
