"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.review.member_names import with_cdk_name
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.container import Container, Place
from cdk_ecs_xray.templates.model import FoundCollector, Stack, TaskDefinition
from cdk_ecs_xray.templates.stack_source import Form


@dataclass(frozen=True, kw_only=True)
class Found:
    """One occurrence of what a rule looks for.

    :param what: the clause that is not met; with ``got`` and ``fix`` the parts of a
        :class:`Problem`.
    :param severity: where it differs from the rule's.
    """

    place: Place
    what: str
    fix: str
    got: str | None = None
    severity: Severity | None = None


Search = Callable[[Sequence[Stack]], Iterable[Found]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that goes wrong.

    :param id: stable; ``ecs-xray docs ID`` prints the section of that name.
    :param title: in a few words, without values.
    :param source: the page of AWS that says why.
    """

    id: str
    severity: Severity
    title: str
    source: str
    check: Search


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found, with everything a report shows of it.

    :param page: on the web, that says why.
    """

    id: str
    severity: Severity
    title: str
    place: Place
    problem: Problem
    page: str


def findings(rules: Iterable[Rule], stacks: Sequence[Stack]) -> Sequence[Finding]:
    """Return what the rules find, worst first, then in the order of the templates."""
    forms = {stack.source.path: stack.source.form for stack in stacks}
    found = [
        Finding(
            id=rule.id,
            severity=rule.severity if occurrence.severity is None else occurrence.severity,
            title=rule.title,
            place=occurrence.place,
            problem=_problem(occurrence, forms.get(occurrence.place.stack, "cloudformation")),
            page=rule.source,
        )
        for rule in rules
        for occurrence in rule.check(stacks)
    ]
    # A role of several task definitions is one place, however often it was found.
    return in_order(list(dict.fromkeys(found)), stacks)


def _problem(found: Found, form: Form) -> Problem:
    problem = Problem(where=str(found.place), what=found.what, got=found.got, fix=found.fix)
    return with_cdk_name(problem) if form == "cdk" else problem


def in_order(found: Sequence[Finding], stacks: Sequence[Stack]) -> Sequence[Finding]:
    """Return findings worst first, then in the order of the stacks."""
    order = {stack.source.path: position for position, stack in enumerate(stacks)}
    return sorted(
        found,
        key=lambda one: (one.severity.rank, order.get(one.place.stack, 0), one.place.resource),
    )


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """Findings that differ in nothing but their place, such as those of several environments."""

    finding: Finding
    places: Sequence[Place]


def grouped(found: Sequence[Finding]) -> Sequence[FindingGroup]:
    """Return findings with what they have in common said once, in their order."""
    places: dict[tuple[str, Severity, Problem], list[Finding]] = {}
    for finding in found:
        places.setdefault((finding.id, finding.severity, finding.problem.at("")), []).append(
            finding
        )
    return [
        FindingGroup(finding=alike[0], places=[finding.place for finding in alike])
        for alike in places.values()
    ]


def each_task(check: Callable[[TaskDefinition], Iterable[Found]]) -> Search:
    """Return a check of all task definitions, one at a time."""

    def every(stacks: Sequence[Stack]) -> Iterator[Found]:
        for stack in stacks:
            for task in stack.task_definitions:
                yield from check(task)

    return every


def each_collector(check: Callable[[TaskDefinition, FoundCollector], Iterable[Found]]) -> Search:
    """Return a check of all collectors that certainly serve X-Ray, one at a time."""

    def every(task: TaskDefinition) -> Iterator[Found]:
        for collector in task.collectors:
            if collector.certain:
                yield from check(task, collector)

    return each_task(every)


def each_app(check: Callable[[TaskDefinition, Container], Iterable[Found]]) -> Search:
    """Return a check of all containers that are no collectors, one at a time."""

    def every(task: TaskDefinition) -> Iterator[Found]:
        for app in task.apps:
            yield from check(task, app)

    return each_task(every)
