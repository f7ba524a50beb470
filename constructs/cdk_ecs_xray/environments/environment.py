"""The model of ``environments/*.yaml``: what differs from one environment to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails

from cdk_ecs_xray.collectors import Collector
from cdk_ecs_xray.environments.choices import COLLECTORS, PROFILES
from cdk_ecs_xray.environments.image_cache import (
    IMAGE_CACHE_STACK,
    ImageCache,
    cache_prefix,
    image_cache_clashes,
)
from cdk_ecs_xray.environments.launch_type import require_ec2
from cdk_ecs_xray.environments.monitoring import Monitoring
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, one_of, shown
from cdk_ecs_xray.files.model_file import clash, read_model, validate_with
from cdk_ecs_xray.inject import TracedTaskDefinitionFile
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.regions import PARTITIONS
from cdk_ecs_xray.plan.retention import RETENTIONS
from cdk_ecs_xray.plan.trace_groups import TRACE_KINDS, group_name
from cdk_ecs_xray.sampling import SamplingRuleSet

SAMPLING_STACK = "sampling"
MONITORING_STACK = "monitoring"
_ACCOUNT_DIGITS = 12
ANY_REGION = "us-east-1"
"""Represents what only a stack knows, while everything else is checked."""

EnvironmentName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z][a-z0-9-]{0,19}",
            "1 to 20 lower-case letters, digits and hyphens, starting with a letter",
        )
    ),
]


def _account(value: object) -> object:
    # Only an account that starts with 0 needs quotes in YAML; the others read as numbers.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not (
        len(text) == _ACCOUNT_DIGITS and text.isascii() and text.isdigit()
    ):
        raise InvalidValueError(
            Problem(
                what=f"must be {_ACCOUNT_DIGITS} digits",
                got=f"{len(text)} characters in '{text}'",
                fix="Copy it from the console and put it in quotes.",
            )
        )
    return text


def _region(value: str) -> str:
    if value not in PARTITIONS:
        raise InvalidValueError(
            Problem(
                what="must be an AWS region",
                got=f"'{value}'",
                fix="Write one such as eu-west-1, or update cdk-ecs-xray if the region is new.",
            )
        )
    return value


def _retention(value: int) -> int:
    if value not in RETENTIONS:
        raise InvalidValueError(
            Problem(
                what="must be a number of days that CloudWatch Logs offers",
                got=str(value),
                fix=f"Choose one of {', '.join(map(str, RETENTIONS))}.",
            )
        )
    return value


def _sampling_rules(value: object, info: ValidationInfo) -> object:
    if isinstance(value, SamplingRuleSet):
        return value
    if not isinstance(value, str):
        raise InvalidValueError(
            Problem(
                what="must be the path of a rules file",
                got=shown(value),
                fix="Example: ../sampling/rules.yaml.",
            )
        )
    directory: Path = (info.context or {}).get("directory", Path())
    return SamplingRuleSet.from_file(directory / value)


class Environment(BaseModel):
    """One environment: where it is deployed, and which services it traces.

    :param name: part of every physical name and the id of the Stage: ``cdk deploy 'dev/**'``.
    :param namespace: the organization's prefix of every physical name.
    :param account: 12 digits; None takes the account of whoever deploys.
    :param region: None takes the region of whoever deploys.
    :param collector: what runs in the sidecars.
    :param log_retention_days: one of the periods that CloudWatch Logs offers.
    :param removal_policy: what happens to log groups with their stack.
    :param sampling_rules: path of the rules, relative to this file.
    :param services: a stack each.
    :param monitoring: dashboard and alarms; None provisions neither.
    :param image_cache: True provisions a pull-through cache for the sidecars' image; a text is
        the prefix of a rule that the account has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: EnvironmentName
    namespace: EnvironmentName
    account: Annotated[str, BeforeValidator(_account)] | None = None
    region: Annotated[str, AfterValidator(_region)] | None = None
    collector: Annotated[
        str,
        AfterValidator(one_of(tuple(COLLECTORS))),
        Field(json_schema_extra={"enum": list(COLLECTORS)}),
    ] = "xray-daemon"
    log_retention_days: Annotated[int, AfterValidator(_retention)] = 30
    removal_policy: Literal["destroy", "retain"] = "destroy"
    sampling_rules: Annotated[SamplingRuleSet, BeforeValidator(_sampling_rules)]
    services: Annotated[tuple[Service, ...], Field(strict=False)]
    monitoring: Monitoring | None = None
    image_cache: ImageCache = False

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a YAML or JSON file.

        :raises ConfigurationError: with every problem of the file and of its sampling rules.
        """
        return read_model(path, cls)

    def naming(self, service: Service) -> Naming:
        """Return the names of a service's resources."""
        return Naming(namespace=self.namespace, environment=self.name, service=service.name)

    def stack_name(self, stack: str) -> str:
        """Return the physical name of a stack."""
        return f"{self.namespace}-{self.name}-{stack}"

    @property
    def dashboard_name(self) -> str:
        """The dashboard's name, where the environment has one."""
        return f"{self.namespace}-{self.name}-xray"

    @property
    def image_cache_prefix(self) -> str | None:
        """The prefix of its pull-through cache; None where images come from the public gallery."""
        return cache_prefix(self.image_cache, namespace=self.namespace, environment=self.name)

    @property
    def traced_names(self) -> Sequence[str]:
        """The names that its services trace under."""
        return [service.traced_as for service in self.services]

    def physical_names(self) -> frozenset[tuple[str, str]]:
        """Return every name, with its kind, that is unique within an account and region."""
        names = [("stack", self.stack_name(SAMPLING_STACK))]
        names += [("sampling rule", name) for name in self.sampling_rules.qualified(self.name)]
        names += [("group", name) for name in self.sampling_rules.qualified_groups(self.name)]
        if self.monitoring is not None:
            names += [
                ("stack", self.stack_name(MONITORING_STACK)),
                ("dashboard", self.dashboard_name),
                *(("group", group_name(self.name, kind)) for kind in TRACE_KINDS),
            ]
        if self.image_cache is True:
            names += [
                ("stack", self.stack_name(IMAGE_CACHE_STACK)),
                ("image cache prefix", str(self.image_cache_prefix)),
            ]
        for service in self.services:
            naming = self.naming(service)
            names += [
                ("stack", self.stack_name(service.name)),
                ("log group", naming.log_group_name),
                ("log group", naming.application_log_group_name),
                ("task definition family", self._family(service)),
            ]
        return frozenset(names)

    def task_definition(
        self, service: Service, *, region: str = ANY_REGION, collector: Collector | None = None
    ) -> TracedTaskDefinitionFile | None:
        """Return a service's own task definition; None where its options describe it.

        :param region: of the stack, which may be a CDK token.
        :param collector: the environment's, where its image comes from a cache.
        :raises EcsXRayError: when it is none, or none that a shipped service can run.
        """
        if service.task_definition is None:
            return None
        file = TracedTaskDefinitionFile.from_file(
            service.task_definition,
            values=service.task_definition_values,
            defaults={
                "ENVIRONMENT": self.name,
                "NAMESPACE": self.namespace,
                "SERVICE_NAME": service.name,
                "REGION": region,
                "AWS_REGION": region,
            },
            collector=COLLECTORS[self.collector] if collector is None else collector,
            naming=self.naming(service),
            tracing_name=service.tracing_name,
            profile=PROFILES[service.sidecar],
        )
        require_ec2(file)
        return file

    def _family(self, service: Service) -> str:
        file = self.task_definition(service)
        family = None if file is None else file.family
        return self.naming(service).qualified_service if family is None else family

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        clashes = [*_clashes(data), *image_cache_clashes(data)]
        environment = validate_with(clashes, data, handler)
        environment.sampling_rules.qualified(environment.name)
        for service in environment.services:
            environment.task_definition(service)
        return environment


def _clashes(data: object) -> list[InitErrorDetails]:
    services = data.get("services") if isinstance(data, Mapping) else None
    if not isinstance(services, Sequence) or isinstance(services, str):
        return []
    found = []
    if not services:
        message = Problem(
            what="must hold at least one service", got="an empty list", fix="Add one."
        )
        found.append(clash(message, ("services",), services))
    taken = [SAMPLING_STACK]
    if isinstance(data, Mapping) and data.get("monitoring") is not None:
        taken.append(MONITORING_STACK)
    if isinstance(data, Mapping) and data.get("image_cache") is True:
        taken.append(IMAGE_CACHE_STACK)
    seen = {stack: f"the name of the {stack} stack" for stack in taken}
    for position, service in enumerate(services):
        name = service.get("name") if isinstance(service, Mapping) else getattr(service, "name", 0)
        if not isinstance(name, str):
            continue
        if name in seen:
            message = Problem(
                what="must be unique", got=f"'{name}', already {seen[name]}", fix="Rename it."
            )
            found.append(clash(message, ("services", position, "name"), name))
        seen.setdefault(name, f"service {position + 1}")
    return found
