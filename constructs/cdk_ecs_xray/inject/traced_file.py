"""A task definition's file for a stack: read once, placeholders filled, traced on demand. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.files.text_file import displayed, read_text
from cdk_ecs_xray.inject.definition import read_definition
from cdk_ecs_xray.inject.document import parse
from cdk_ecs_xray.inject.edits import with_additions
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.inject.injection import (
    Injection,
    plan_injection,
)
from cdk_ecs_xray.inject.options import SidecarNames, TracingOptions
from cdk_ecs_xray.inject.placeholders import Unquoted, Value, fill, names_in
from cdk_ecs_xray.inject.registrable import registrable
from cdk_ecs_xray.inject.shape_check import CONTAINERS
from cdk_ecs_xray.inject.surroundings import network_mode_of
from cdk_ecs_xray.instrumentation.choice import (
    Choice,
    collector_for,
    signals_wanted,
)
from cdk_ecs_xray.plan.direct import Direct
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.profile import SidecarProfile

# They stand for what only a stack knows, while everything else is checked.
_ANY_REGION = "us-east-1"
_ANY_GROUP = "any"


@dataclass(frozen=True, kw_only=True)
class TracedTaskDefinitionFile:
    """An existing task definition for a stack; :class:`TracedTaskDefinition` deploys it.

    Make one with :meth:`from_file`.

    :param where: the file, as errors name it.
    :param content: what ``register-task-definition`` takes, with its placeholders filled.
    """

    where: str
    content: Mapping[str, Any]
    options: TracingOptions

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        values: Mapping[str, Value] | None = None,
        defaults: Mapping[str, Value] | None = None,
        collector: Collector | None = None,
        naming: Naming | None = None,
        profile: SidecarProfile = SidecarProfile.SAFE,
        tracing_name: str | None = None,
        network_mode: str | None = None,
        instrument: Choice = None,
        replace_collector: bool = False,
        direct: Direct | None = None,
    ) -> Self:
        """Read what ``register-task-definition`` takes or ``describe-task-definition`` prints.

        :param values: what the file's placeholders are filled with, by name; CDK tokens too.
        :param defaults: likewise, for placeholders that a file may have or not.
        :param collector: what runs in the sidecar; the X-Ray daemon by default, and ADOT where
            ``instrument`` is given, or the CloudWatch agent with its ``application_signals``.
        :param naming: the reference setup's names; see :class:`XRaySidecar`.
        :param profile: sizes and failure behavior; :attr:`SidecarProfile.SAFE` by default.
        :param tracing_name: the service's name in X-Ray; else the naming's service, else each
            container's own name.
        :param network_mode: for a bare list of containers, as Terraform has them.
        :param instrument: traces apps without touching their code: one language for all of them,
            or languages by the names of containers.
        :param replace_collector: True exchanges a collector that the file has for ``collector``;
            the container keeps its name and its log.
        :param direct: the apps send spans to X-Ray by themselves, and no collector is added.
        :raises ConfigurationError: for a file that is none, or placeholders without a value.
        :raises UnsupportedTaskDefinitionError: with every reason why it cannot be traced.
        """
        where = displayed(path)
        document = registrable(parse(read_text(Path(path)), where=where))
        content = _filled(
            document.root.plain,
            where=where,
            values={} if values is None else values,
            defaults={} if defaults is None else defaults,
        )
        options = TracingOptions(
            collector=collector_for(
                collector,
                instrumented=instrument is not None,
                where=where,
                signals=signals_wanted(instrument),
            ),
            profile=profile,
            names=SidecarNames.of(naming),
            tracing_name=tracing_name,
            network_mode=network_mode,
            instrument=instrument,
            replace=replace_collector,
            direct=direct,
        )
        content = _as_task(content, options, where=where)
        file = cls(where=where, content=content, options=options)
        # The region and the log group are the stack's to know; everything else shows here.
        file.plan(region=_ANY_REGION, log_group=_ANY_GROUP)
        return file

    @property
    def network_mode(self) -> str:
        """The task's network mode, ECS's default included."""
        return network_mode_of(read_definition(self.content, where=self.where), self.options)

    @property
    def family(self) -> str | None:
        """The family that the file names."""
        found = self.content.get("family")
        return found if isinstance(found, str) else None

    @property
    def needs_log_group(self) -> bool:
        """Whether the collector needs a log group: not where none is added, or has a log."""
        if self.options.direct is not None:
            return False
        containers = read_definition(self.content, where=self.where).containers
        collector = collector_in(containers)
        if collector is None:
            return True
        return self.options.replace and collector.get("logConfiguration") is None

    def plan(
        self,
        *,
        region: str,
        log_group: str | None,
        url_suffix: str | None = None,
        account: str | None = None,
        partition: str | None = None,
    ) -> Injection:
        """Return what tracing adds, for a region and a log group; None for none.

        :param log_group: None where the collector writes none, or keeps the log that it has.
        :param url_suffix: what addresses of AWS end with there; None reads it from the region.
        :param account: None takes the account in the file's ARNs.
        :param partition: None reads it from the region.
        """
        options = replace(
            self.options,
            region=region,
            url_suffix=url_suffix,
            account=account,
            partition=partition,
            log_group=log_group,
            writes_log=log_group is not None or not self.needs_log_group,
        )
        return plan_injection(read_definition(self.content, where=self.where), options)

    def traced(self, injection: Injection) -> Mapping[str, Any]:
        """Return the content with everything that a plan adds, as a copy of its own."""
        found: Mapping[str, Any] = with_additions(self.content, injection.additions)
        return found


def _as_task(content: Any, options: TracingOptions, *, where: str) -> Any:
    """Return a bare list of containers as the task definition that it is part of."""
    if not isinstance(content, list):
        return content
    mode = network_mode_of(read_definition(content, where=where), options)
    return {CONTAINERS: content, "networkMode": mode}


def _filled(
    content: Any, *, where: str, values: Mapping[str, Value], defaults: Mapping[str, Value]
) -> Any:
    names = _names(content)
    problems = [
        Problem(
            where=where,
            what=f"a value for the placeholder ${{{name}}} is required",
            fix="Add it to values.",
        )
        for name in sorted(names - values.keys() - defaults.keys())
    ]
    problems += [
        Problem(
            where=where,
            what="every value must have its placeholder",
            got=f"one for '{name}', which the file does not have",
            fix=f"Known are {', '.join(sorted(names)) or 'none'}.",
        )
        for name in sorted(values.keys() - names)
    ]
    if problems:
        raise ConfigurationError(*problems)
    filled = _with_values(content, {**defaults, **values})
    unfilled = [
        Problem(
            where=where,
            what="a placeholder without quotes must be ${NAME}, which values fill",
            got=f"'{one}'",
            fix="Write it so, or fill it in first.",
        )
        for one in dict.fromkeys(_unquoted(filled))
    ]
    if unfilled:
        raise ConfigurationError(*unfilled)
    return filled


def _unquoted(content: Any) -> Iterator[str]:
    if isinstance(content, Mapping):
        content = list(content.values())
    if isinstance(content, list):
        for item in content:
            yield from _unquoted(item)
    elif isinstance(content, Unquoted):
        yield str(content)


def _names(content: Any) -> frozenset[str]:
    if isinstance(content, Mapping):
        return _names([*content.keys(), *content.values()])
    if isinstance(content, list):
        return frozenset(name for item in content for name in _names(item))
    return names_in(content) if isinstance(content, str) else frozenset()


def _with_values(content: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(content, Mapping):
        return {
            str(fill(key, values)): _with_values(value, values) for key, value in content.items()
        }
    if isinstance(content, list):
        return [_with_values(item, values) for item in content]
    return fill(content, values) if isinstance(content, str) else content
