"""What is traced and what is not, in the words of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_ecs_xray.collectors.write_access import SPAN_ACTIONS, write_actions
from cdk_ecs_xray.review.answer import Outcome
from cdk_ecs_xray.review.instrumentation import shows_instrumentation
from cdk_ecs_xray.review.order import stops_after
from cdk_ecs_xray.review.reach import reach
from cdk_ecs_xray.review.voice import Voice, voice_for
from cdk_ecs_xray.review.way import split_link
from cdk_ecs_xray.templates.container import Container
from cdk_ecs_xray.templates.model import FoundCollector, LogGroup, Role, Stack, TaskDefinition
from cdk_ecs_xray.unknown import Text, Unknown, spelled

_NOWHERE = "unknown"


@dataclass(frozen=True, kw_only=True)
class AppRow:
    """One app container.

    :param collector: the container it sends to; None where that is not in its task.
    :param link: that container is linked.
    :param starts_after: it starts, and so stops, in the order that tracing needs.
    :param instrumented: a variable or an agent shows that it is.
    """

    name: str
    outcome: Outcome
    reason: str
    address: str | None
    collector: str | None
    link: bool
    starts_after: bool
    instrumented: bool

    @property
    def sentence(self) -> str:
        """Where its traces go, or why they go nowhere."""
        address = "" if self.address is None else f" to {self.address}"
        if self.outcome == "cannot-tell":
            said = f"cannot tell{f', sends{address}' if address else ''}: {self.reason}"
        else:
            where = address if self.outcome == "connected" else ""
            said = f"{self.outcome.replace('-', ' ')}{where}, {self.reason}"
        return said if self.instrumented else f"{said}; is the app instrumented?"


@dataclass(frozen=True, kw_only=True)
class CollectorRow:
    """One collector container, as a reader wants to know it.

    :param read_from: what says so, in words.
    """

    name: str
    engine: str
    image: str
    essential: bool
    segments: str
    sampling: str
    spans: Sequence[str]
    log_group: str | None
    retention: str
    read_from: str

    @property
    def sentence(self) -> str:
        """What it runs, where it listens and where it logs."""
        essential = ", essential" if self.essential else ""
        return f"{self.engine}, {self.image}{essential}; {self.listens}; {self.log}"

    @property
    def listens(self) -> str:
        """Where it listens, in words."""
        places = [one for one in (self.segments, self.sampling, *self.spans) if one != "none"]
        if not places:
            return "takes no traces"
        if all(one == _NOWHERE for one in places):
            return f"where it listens is not in {self.read_from}"
        shown = list(dict.fromkeys(one for one in places if one != _NOWHERE))
        return (
            f"listens on {' and '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}"
        )

    @property
    def log(self) -> str:
        """Where its own log goes and how long that is kept."""
        if self.log_group is None:
            return "no CloudWatch log"
        return f"log {self.log_group}, {self.retention}"


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One task definition.

    :param where: its place, as findings have it.
    :param open: why not all of its containers are here; None where they are.
    :param permissions: what the task role may do of what collectors need.
    """

    environment: str
    stack: str
    name: str
    place: str
    where: str
    open: str | None
    mode: str
    platforms: Sequence[str]
    services: Sequence[str]
    apps: Sequence[AppRow]
    collectors: Sequence[CollectorRow]
    permissions: str

    @property
    def heading(self) -> str:
        """Its name and where it runs."""
        runs = f"{self.name} ({', '.join([self.mode, *self.platforms])})"
        return runs if self.open is None else f"{runs}: {self.open}"


def inventory(stacks: Sequence[Stack]) -> Sequence[TaskRow]:
    """Return every task definition, in the order of the stacks."""
    return [_task(stack, task) for stack in stacks for task in stack.task_definitions]


def _task(stack: Stack, task: TaskDefinition) -> TaskRow:
    voice = voice_for(task)
    return TaskRow(
        environment=stack.source.environment,
        stack=stack.source.path,
        name=str(task.name),
        place=task.place.resource,
        where=str(task.place),
        open=_open(stack, task),
        mode=voice.later if isinstance(task.mode, Unknown) and voice.plans else str(task.mode),
        platforms=list(task.platforms),
        services=[str(service.name) for service in task.services],
        apps=[_app(task, app) for app in task.apps],
        collectors=[_collector(task, collector) for collector in task.collectors],
        permissions=_permissions(task),
    )


def _open(stack: Stack, task: TaskDefinition) -> str | None:
    """Return why not all of its containers were read, where what was read says that."""
    parts = [part for part in stack.source.unread if part.logical_id == task.logical_id]
    return parts[0].got if parts and task.open_containers else None


def _app(task: TaskDefinition, app: Container) -> AppRow:
    found = reach(app, task)
    name = None if found.collector is None else str(found.collector.container.name)
    links = {split_link(link)[0] for link in app.links}
    return AppRow(
        name=str(app.name),
        outcome=found.outcome,
        reason=found.reason,
        address=spelled(found.address),
        collector=name,
        link=name in links,
        starts_after=name in stops_after(app, task),
        instrumented=shows_instrumentation(app),
    )


def _collector(task: TaskDefinition, collector: FoundCollector) -> CollectorRow:
    container = collector.container
    group = task.log_group_of(container)
    written = None if container.log is None else container.log.group
    name = written if group is None or group.name is None else group.name
    listens = collector.listening
    return CollectorRow(
        name=str(container.name),
        engine=collector.recognized.label,
        image=str(container.image),
        essential=container.essential is True,
        segments=_endpoint("UDP", listens.segments),
        sampling=_endpoint("TCP", listens.sampling),
        spans=[
            f"{one.protocol} {shown}"
            for one in listens.spans
            if (shown := spelled(one.endpoint)) is not None
        ],
        log_group=None if name is None else str(name),
        retention=_retention(task, group),
        read_from=voice_for(task).source,
    )


def _endpoint(protocol: str, endpoint: Text | None) -> str:
    if endpoint is None:
        return "none"
    shown = spelled(endpoint)
    return _NOWHERE if shown is None else f"{protocol} {shown}"


def _retention(task: TaskDefinition, group: LogGroup | None) -> str:
    voice = voice_for(task)
    if group is None:
        return f"a group outside of {voice.sources}"
    days = group.retention_days
    if isinstance(days, Unknown) and voice.plans:
        return f"a retention {voice.later}"
    return "never expires" if days is None else f"{days} days"


def _permissions(task: TaskDefinition) -> str:
    role, needed, voice = task.task_role, _needed(task), voice_for(task)
    if role is None:
        return "no task role"
    if isinstance(role, Unknown) and len(task.task_roles) > 1:
        return "; or ".join(_of_one(one, needed, voice) for one in task.task_roles)
    return _of_one(role, needed, voice)


def _needed(task: TaskDefinition) -> Sequence[str]:
    return write_actions(spans=any(one.recognized.sends_spans for one in task.collectors))


def _of_one(role: Role | Unknown | None, needed: Sequence[str], voice: Voice) -> str:
    if role is None:
        return "no task role"
    if isinstance(role, Unknown):
        return f"the role {role} is not in {voice.sources}"
    return _of_role(role, needed, voice)


def _of_role(role: Role, needed: Sequence[str], voice: Voice) -> str:
    answers = {action: role.allows(action) for action in needed}
    missing = [action for action, answer in answers.items() if answer is False]
    if not missing:
        certain = all(answers.values())
        count = "seven" if set(SPAN_ACTIONS) <= set(needed) else "five"
        return f"all {count} write actions" if certain else voice.later
    if len(missing) == len(needed):
        return "none of the write actions"
    return f"without {', '.join(missing)}"
