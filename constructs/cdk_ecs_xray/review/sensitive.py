"""Keeps what Terraform marks as sensitive out of everything that a review shows.

The rules read such values, and a finding about one says where it is and what it is about; the
value and whatever a rule makes of it are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from cdk_ecs_xray.collectors.write_access import write_actions
from cdk_ecs_xray.errors import Problem
from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.files.secrecy import OWN_VARIABLES
from cdk_ecs_xray.review.inventory import AppRow, CollectorRow, TaskRow
from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.review.rules.not_read import NOT_READ
from cdk_ecs_xray.review.security import Permission
from cdk_ecs_xray.templates.model import Resource, Stack
from cdk_ecs_xray.templates.roles import entries

SENSITIVE = "(sensitive)"
# Shorter texts are words: nobody keeps a secret in one, and sentences would lose theirs.
_SHORTEST = 3
_UNMISTAKABLE = 8


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """What of some stacks must not be shown.

    :param resources: logical ids of the resources that hold something sensitive.
    :param texts: sensitive texts, the longest first.
    :param numbers: positions of containers, by the task definition and the container's name.
    """

    resources: frozenset[str]
    texts: Sequence[str]
    numbers: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, stacks: Sequence[Stack]) -> Self:
        """Return what the stacks mark."""
        texts = {text for stack in stacks for text in stack.source.secrets}
        shown = {*OWN_VARIABLES, *write_actions(spans=True)}
        resources = frozenset(one for stack in stacks for one in stack.source.sensitive)
        return cls(
            resources=resources,
            texts=sorted(
                (text for text in texts - shown if len(text) >= _SHORTEST), key=len, reverse=True
            ),
            numbers={
                (resource.logical_id, str(container.get("Name"))): number
                for stack in stacks
                for resource in stack.resources
                if resource.logical_id in resources
                for number, container in enumerate(_containers(resource), start=1)
            },
        )

    def finding(self, found: Finding) -> Finding:
        """Return a finding without what is sensitive."""
        place = found.place
        if place.resource not in self.resources:
            # Of a container that may be shown, all may be; others name what they are about.
            if place.container is not None:
                return found
            problem = found.problem
            got = None if problem.got is None else self._value(problem.got)
            masked = replace(
                problem, what=self.text(problem.what), got=got, fix=self.text(problem.fix)
            )
            return replace(found, problem=masked)
        if place.container is not None:
            place = replace(place, container=self._number(place.resource, place.container))
        if found.id == NOT_READ:
            return replace(found, place=place, problem=found.problem.at(str(place)))
        return replace(
            found,
            place=place,
            problem=Problem(
                where=str(place),
                what=f"a sensitive value must not lead to this: {found.title}",
                got=SENSITIVE,
                fix=f"Run {how_to_read(found.id)} for what to change.",
            ),
        )

    def row(self, row: TaskRow) -> TaskRow:
        """Return a task definition's row without what is sensitive."""
        hidden = row.place in self.resources
        return replace(
            row,
            name=self._whole(row.name),
            services=[self._whole(service) for service in row.services],
            apps=[self._app(row, app) for app in row.apps] if hidden else row.apps,
            collectors=[
                self._collector(row, collector) if hidden else self._log(collector)
                for collector in row.collectors
            ],
            permissions=self.text(row.permissions),
        )

    def permission(self, permission: Permission) -> Permission:
        """Return a permission without what is sensitive."""
        if permission.place in self.resources:
            return replace(permission, actions=[SENSITIVE], resources=[SENSITIVE], wildcard="")
        return replace(permission, resources=[self._whole(one) for one in permission.resources])

    def text(self, text: str) -> str:
        """Return a sentence with the sensitive texts that it quotes left out."""
        for secret in self.texts:
            text = text.replace(f"'{secret}'", f"'{SENSITIVE}'")
            if len(secret) >= _UNMISTAKABLE:
                text = text.replace(secret, SENSITIVE)
        return text

    def _value(self, got: str) -> str:
        """Return what was found with sensitive texts left out, in quotes or not."""
        for secret in self.texts:
            got = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", SENSITIVE, got)
        return self.text(got)

    def _whole(self, value: str) -> str:
        return SENSITIVE if value in self.texts else self.text(value)

    def _number(self, task: str, container: str) -> str:
        number = self.numbers.get((task, container))
        return SENSITIVE if number is None else f"number {number} {SENSITIVE}"

    def _app(self, row: TaskRow, app: AppRow) -> AppRow:
        sends_to = app.collector
        return replace(
            app,
            name=self._number(row.place, app.name),
            reason=SENSITIVE,
            address=None if app.address is None else SENSITIVE,
            collector=None if sends_to is None else self._number(row.place, sends_to),
        )

    def _collector(self, row: TaskRow, collector: CollectorRow) -> CollectorRow:
        return replace(
            collector,
            name=self._number(row.place, collector.name),
            image=SENSITIVE,
            segments=_kept(collector.segments),
            sampling=_kept(collector.sampling),
            spans=[SENSITIVE for _ in collector.spans],
            log_group=None if collector.log_group is None else SENSITIVE,
        )

    def _log(self, collector: CollectorRow) -> CollectorRow:
        group = collector.log_group
        return replace(collector, log_group=None if group is None else self._whole(group))


def _containers(resource: Resource) -> Sequence[Mapping[str, Any]]:
    found = resource.properties.get("ContainerDefinitions")
    return [one for one in entries(found) if isinstance(one, Mapping)]


def _kept(listens: str) -> str:
    return listens if listens in ("none", "unknown") else SENSITIVE
