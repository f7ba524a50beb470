"""What differs from a baseline, in people's words and in the order of what it can break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from cdk_ecs_xray.review.details import details, differing
from cdk_ecs_xray.review.inventory import AppRow, CollectorRow, TaskRow, inventory
from cdk_ecs_xray.review.sensitive import SENSITIVE, Hiding
from cdk_ecs_xray.review.voice import CLOUDFORMATION, Voice, voice_of
from cdk_ecs_xray.templates.grants import policy_name
from cdk_ecs_xray.templates.model import Resource, Stack
from cdk_ecs_xray.templates.roles import managed_policies_of, statements_of
from cdk_ecs_xray.templates.spelling import ATTACHMENT
from cdk_ecs_xray.unknown import Unknown


class Weight(IntEnum):
    """How much a change deserves to be looked at; what comes first is on top."""

    REPLACED = 0
    PERMISSIONS = 1
    TRACING = 2
    OTHER = 3


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference."""

    weight: Weight
    place: str
    text: str


# Properties whose change makes CloudFormation build the resource anew, by its documentation.
_REPLACING: Mapping[str, Sequence[str]] = {
    "AWS::Logs::LogGroup": ("LogGroupName",),
    "AWS::XRay::SamplingRule": ("RuleName",),
    "AWS::XRay::Group": ("GroupName",),
    "AWS::IAM::Role": ("RoleName", "Path"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "Path", "Description"),
    "AWS::ECS::Cluster": ("ClusterName",),
    "AWS::ECS::Service": (
        "Cluster",
        "DeploymentController",
        "LaunchType",
        "Role",
        "SchedulingStrategy",
        "ServiceName",
    ),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::CloudWatch::Alarm": ("AlarmName",),
}
_ALIKE = 0.5
_LOST = {"AWS::Logs::LogGroup": "its logs are lost unless it is retained"}


def changes(before: Sequence[Stack], after: Sequence[Stack]) -> Sequence[Change]:
    """Return every difference: replacements first, then wider permissions, then tracing."""
    hiding = Hiding.of([*before, *after])
    before, after = _together(before), _together(after)
    old = {stack.source.path: stack for stack in before}
    new = {stack.source.path: stack for stack in after}
    if len(old) == len(new) == 1:
        # Two lone templates are versions of one, whatever their files are called.
        old = dict(zip(new, old.values(), strict=True))
    found: list[Change] = []
    for path, earlier in _renamed(old, new).items():
        text = f"the stack was '{earlier}'; under another name its resources are created anew"
        found.append(Change(weight=Weight.REPLACED, place=path, text=text))
        old = {path if name == earlier else name: stack for name, stack in old.items()}
    for path in [*new, *(path for path in old if path not in new)]:
        found += _of_stack(path, old.get(path), new.get(path), hiding)
    shown = [replace(change, text=hiding.text(change.text)) for change in found]
    return sorted(shown, key=lambda change: change.weight)


def _together(stacks: Sequence[Stack]) -> Sequence[Stack]:
    """Return stacks as they are, those of a Terraform document as one: addresses tell them apart.

    A region that a plan does not know yet makes no new stack of what is there.
    """
    if len(stacks) < 2 or any(stack.source.form != "terraform" for stack in stacks):  # noqa: PLR2004 - two are several
        return stacks
    return [
        replace(
            stacks[0],
            task_definitions=[one for stack in stacks for one in stack.task_definitions],
            resources=[one for stack in stacks for one in stack.resources],
        )
    ]


def _renamed(old: Mapping[str, Stack], new: Mapping[str, Stack]) -> Mapping[str, str]:
    """Return the earlier paths of stacks that hold for the most part what another one held."""
    found: dict[str, str] = {}
    for path, stack in new.items():
        gone = [earlier for earlier in old if earlier not in new and earlier not in found.values()]
        alike = {earlier: _likeness(old[earlier], stack) for earlier in gone}
        best = max(alike, key=lambda earlier: alike[earlier], default=None)
        if path not in old and best is not None and alike[best] >= _ALIKE:
            found[path] = best
    return found


def _likeness(one: Stack, other: Stack) -> float:
    first, second = (
        {(resource.logical_id, resource.type) for resource in stack.resources}
        for stack in (one, other)
    )
    return len(first & second) / max(len(first | second), 1)


def _of_stack(path: str, old: Stack | None, new: Stack | None, hiding: Hiding) -> Iterator[Change]:
    if old is None and new is not None:
        resources = len(new.resources)
        text = f"a new stack with {resources} resource{'' if resources == 1 else 's'}"
        yield Change(weight=Weight.TRACING, place=path, text=text)
    if old is not None and new is None:
        # Leaving an app deletes nothing: the stack and its resources stay until someone does.
        yield Change(weight=Weight.TRACING, place=path, text="the stack is no longer deployed")
        return
    voice = voice_of(new.source) if new is not None else CLOUDFORMATION
    before = {} if old is None else {resource.logical_id: resource for resource in old.resources}
    after = {} if new is None else {resource.logical_id: resource for resource in new.resources}
    for logical_id in [*after, *(earlier_id for earlier_id in before if earlier_id not in after)]:
        one, other = before.get(logical_id), after.get(logical_id)
        if logical_id in hiding.resources:
            yield from _hidden(one, other)
            continue
        yield from _permissions(one, other)
        # Of a stack that is new as a whole, that says it all.
        if old is not None:
            yield from _of_resource(one, other, voice)
    yield from _of_tracing(_rows(old, hiding), _rows(new, hiding))


def _rows(stack: Stack | None, hiding: Hiding) -> Sequence[TaskRow]:
    return [] if stack is None else [hiding.row(row) for row in inventory([stack])]


def _hidden(old: Resource | None, new: Resource | None) -> Iterator[Change]:
    """Yield what changes of a resource whose values are sensitive: which, and never to what."""
    if old is None or new is None:
        yield from _of_resource(old, new, CLOUDFORMATION)
    elif differing(old.properties, new.properties):
        wider = _granted(new) - _granted(old)
        weight = Weight.PERMISSIONS if wider else Weight.OTHER
        yield Change(weight=weight, place=str(new.place), text=f"{_kind(new)} changes, {SENSITIVE}")


def _of_resource(old: Resource | None, new: Resource | None, voice: Voice) -> Iterator[Change]:
    if new is None and old is not None:
        lost = _LOST.get(old.type, "")
        text = f"{_kind(old)} is deleted" + (f"; {lost}" if lost else "")
        yield Change(
            weight=Weight.REPLACED if lost else Weight.OTHER, place=str(old.place), text=text
        )
    elif old is None and new is not None:
        yield Change(weight=Weight.OTHER, place=str(new.place), text=f"{_kind(new)} is new")
    elif old is not None and new is not None and _differ(old, new):
        yield _changed(old, new, voice)


def _differ(old: Resource, new: Resource) -> bool:
    return old.type != new.type or bool(differing(old.properties, new.properties))


def _changed(old: Resource, new: Resource, voice: Voice) -> Change:
    keys = differing(old.properties, new.properties)
    anew = [
        key
        for key in keys
        if key in _REPLACING.get(new.type, ())
        # What is known later may turn out to be the same.
        and not (voice.plans and isinstance(new.properties.get(key), Unknown))
    ]
    nested = details(old.properties, new.properties, keys, path=[new.type], voice=voice)
    if old.type != new.type or anew or voice.member("RuleName") in nested:
        lost = _LOST.get(new.type, "")
        return Change(
            weight=Weight.REPLACED,
            place=str(new.place),
            text=f"{_kind(new)} is replaced: {nested}" + (f"; {lost}" if lost else ""),
        )
    if new.type == "AWS::ECS::TaskDefinition":
        text = "a new revision of the task definition; its tasks are replaced one after another"
        return Change(weight=Weight.OTHER, place=str(new.place), text=text)
    return Change(weight=Weight.OTHER, place=str(new.place), text=f"{_kind(new)}: {nested}")


def _permissions(old: Resource | None, new: Resource | None) -> Iterator[Change]:
    before, after = _granted(old), _granted(new)
    place = "".join(
        str(resource.place) for resource in (old if new is None else new,) if resource is not None
    )
    for gained, weight, words in (
        (after - before, Weight.PERMISSIONS, "may now"),
        (before - after, Weight.OTHER, "may no longer"),
    ):
        for on in sorted({resource for _, resource in gained}):
            actions = ", ".join(sorted(action for action, resource in gained if resource == on))
            where = f" on {on}" if on else ""
            yield Change(weight=weight, place=place, text=f"{words} {actions}{where}")


def _granted(resource: Resource | None) -> set[tuple[str, str]]:
    if resource is None:
        return set()
    policies = {
        (f"do what the policy {policy_name(arn)} allows", "")
        for arn in managed_policies_of(resource)
    }
    return policies | {
        (action, on)
        for statement in statements_of(resource)
        if statement.policy.effect == "Allow"
        for action in statement.policy.shown_actions
        for on in statement.policy.shown_resources
    }


def _of_tracing(old: Sequence[TaskRow], new: Sequence[TaskRow]) -> Iterator[Change]:
    before = {task.place: task for task in old}
    for task in new:
        earlier = before.get(task.place)
        apps = {} if earlier is None else {app.name: app for app in earlier.apps}
        collectors = (
            {}
            if earlier is None
            else {collector.name: collector for collector in earlier.collectors}
        )
        for app in task.apps:
            yield from _of_app(task, apps.get(app.name), app)
        for collector in task.collectors:
            yield from _of_collector(task, collectors.get(collector.name), collector)
        names = {collector.name for collector in task.collectors}
        for name in collectors:
            if name not in names:
                yield _tracing(task, f"the collector '{name}' is taken out")


def _of_app(task: TaskRow, old: AppRow | None, new: AppRow) -> Iterator[Change]:
    if old is None:
        yield _tracing(task, f"'{new.name}' is new and {_outcome(new)}")
    elif old.outcome != new.outcome:
        yield _tracing(task, f"'{new.name}' was {_outcome(old)}; now it is {_outcome(new)}")
    elif old.address != new.address:
        yield _tracing(
            task,
            f"'{new.name}' sends to {new.address or 'the default'} instead of "
            f"{old.address or 'the default'}",
        )


def _of_collector(task: TaskRow, old: CollectorRow | None, new: CollectorRow) -> Iterator[Change]:
    if old is None:
        yield _tracing(task, f"a collector is added: '{new.name}', {new.engine}, {new.image}")
        return
    if old.image != new.image:
        yield _tracing(task, f"'{new.name}' runs {new.image} instead of {old.image}")
    if old.essential != new.essential:
        does = "now takes its task down when it stops" if new.essential else "may now fail alone"
        yield _tracing(task, f"'{new.name}' {does}")
    if old.retention != new.retention:
        yield _tracing(task, f"the log of '{new.name}': {new.retention} instead of {old.retention}")


def _outcome(app: AppRow) -> str:
    if app.outcome == "connected":
        return "connected"
    return f"{app.outcome.replace('-', ' ')}, {app.reason}"


def _tracing(task: TaskRow, text: str) -> Change:
    return Change(weight=Weight.TRACING, place=task.where, text=text)


_KINDS = {
    "AWS::Logs::LogGroup": "the log group",
    "AWS::XRay::SamplingRule": "the sampling rule",
    "AWS::XRay::Group": "the X-Ray group",
    "AWS::ECS::TaskDefinition": "the task definition",
    "AWS::ECS::Service": "the service",
    "AWS::ECS::Cluster": "the cluster",
    "AWS::IAM::ManagedPolicy": "the managed policy",
    "AWS::IAM::Role": "the role",
    "AWS::IAM::RolePolicy": "the policy",
    ATTACHMENT: "the attachment of a policy",
    "AWS::IAM::Policy": "the policy",
}


def _kind(resource: Resource) -> str:
    return _KINDS.get(resource.type, resource.type)
