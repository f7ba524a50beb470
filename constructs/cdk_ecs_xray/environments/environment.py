"""The model of ``environments/*.yaml``: what differs from one environment to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from cdk_ecs_xray.collectors.exporter import Exporter
from cdk_ecs_xray.environments import environment_fields as fields
from cdk_ecs_xray.environments.boost import boosting_rule
from cdk_ecs_xray.environments.choices import (
    COLLECTORS,
    PROFILES,
    chosen_collector,
    exporter_clashes,
)
from cdk_ecs_xray.environments.cluster import ClusterKey
from cdk_ecs_xray.environments.defaults import Defaults, with_defaults
from cdk_ecs_xray.environments.environment_checks import clashes
from cdk_ecs_xray.environments.image_cache import (
    IMAGE_CACHE_STACK,
    ImageCache,
    cache_prefix,
    image_cache_clashes,
    registry_at,
)
from cdk_ecs_xray.environments.lenient import leniently, validated
from cdk_ecs_xray.environments.monitoring import Monitoring
from cdk_ecs_xray.environments.network import Vpc
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.task_definition import ANYWHERE, Surroundings, task_definition
from cdk_ecs_xray.environments.transaction_search import (
    TRANSACTION_SEARCH_STACK,
    TransactionSearch,
)
from cdk_ecs_xray.environments.values import Tags
from cdk_ecs_xray.files.field_limits import one_of
from cdk_ecs_xray.files.model_file import read_model
from cdk_ecs_xray.inject import SidecarNames, TracedTaskDefinitionFile, TracingOptions
from cdk_ecs_xray.instrumentation.choice import default_engine
from cdk_ecs_xray.plan.naming import Naming
from cdk_ecs_xray.plan.regions import known_region
from cdk_ecs_xray.plan.trace_groups import TRACE_KINDS, group_name
from cdk_ecs_xray.sampling import SamplingRuleSet

SAMPLING_STACK = "sampling"
MONITORING_STACK = "monitoring"
CLUSTER_STACK = "cluster"


class Environment(BaseModel):
    """One environment: where it is deployed, and which services it traces."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    name: fields.EnvironmentName = Field(
        description="in every physical name, and the Stage's id: `cdk deploy 'NAME/**'`"
    )
    namespace: fields.EnvironmentName = Field(
        description="your organization's prefix; the reference setup's is `fq`"
    )
    account: Annotated[str, BeforeValidator(fields.account)] | None = Field(
        default=None, description="12 digits in quotes; whoever deploys without it"
    )
    region: Annotated[str, AfterValidator(known_region)] | None = Field(
        default=None, description="whoever deploys without it"
    )
    collector: Annotated[
        str,
        AfterValidator(one_of(tuple(COLLECTORS))),
        Field(json_schema_extra={"enum": list(COLLECTORS)}),
    ] = Field(
        default="xray-daemon",
        description="or `adot`, `cloudwatch-agent`; without the key, services with `instrument` "
        "get `adot`",
    )
    exporter: Annotated[
        Exporter,
        Field(description="or `otlp`, `both`: how traces leave `adot`, `cloudwatch-agent`"),
    ] = "xray"
    log_retention_days: Annotated[int, AfterValidator(fields.retention)] = Field(
        default=30, description="a number that CloudWatch Logs offers"
    )
    removal_policy: Literal["destroy", "retain"] = Field(
        default="destroy",
        description="`retain` keeps the log groups when their stack goes; of a first deployment "
        "that fails nothing stays",
    )
    sampling_rules: Annotated[SamplingRuleSet, BeforeValidator(fields.sampling_rules)] = Field(
        description="path of the rules, from this file"
    )
    tags: Tags = Field(default_factory=dict, description="of everything in its stacks")
    vpc: Vpc | None = Field(
        default=None, description="the network of tasks in awsvpc mode, by id, parameter or export"
    )
    cluster: ClusterKey | None = Field(
        default=None,
        description="one for all services: the name of an existing one, or `create`",
    )
    defaults: Defaults | None = Field(
        default=None, description="keys of services that name no other value"
    )
    services: Annotated[tuple[Service, ...], Field(strict=False)] = Field(
        description="one or more, a stack each"
    )
    monitoring: Monitoring | None = Field(
        default=None, description="a dashboard and alarms, which cost"
    )
    transaction_search: TransactionSearch | None = Field(
        default=None,
        description="every span of the account and region goes to CloudWatch Logs, which costs; "
        "one environment sets it for all that share them",
    )

    image_cache: ImageCache = Field(
        default=False,
        description="a pull-through cache of public.ecr.aws in your own registry: `true` creates "
        "the rule `NAMESPACE-NAME`, a prefix uses a rule that the account has",
    )

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
    def traced_names(self) -> Sequence[str]:
        """The names that its services trace under."""
        return [service.traced_as for service in self.services]

    @property
    def creates_cluster(self) -> bool:
        """Whether it has a cluster of its own for all services."""
        return self.cluster is not None and self.cluster.create is not None

    @property
    def cluster_name(self) -> str:
        """The name of the cluster that it creates."""
        return f"{self.namespace}-{self.name}"

    def cluster_of(self, service: Service) -> str | None:
        """Return the name of a service's cluster; None for one of the service's own."""
        if service.cluster is not None or service.new_cluster is not None:
            return service.cluster
        if self.cluster is None:
            return None
        return self.cluster_name if self.cluster.name is None else self.cluster.name

    def vpc_of(self, service: Service) -> Vpc:
        """Return the network of a service."""
        own = self.vpc if service.vpc is None else service.vpc
        return Vpc() if own is None else own

    @property
    def image_cache_prefix(self) -> str | None:
        """The prefix of its pull-through cache; None where images come from the public gallery."""
        return cache_prefix(self.image_cache, namespace=self.namespace, environment=self.name)

    @property
    def capacity_provider(self) -> str:
        """The name of its created cluster's provider of Managed Instances."""
        return f"{self.namespace}-{self.name}-managed-instances"

    def physical_names(self) -> frozenset[tuple[str, str]]:
        """Return every name, with its kind, that is unique within an account and region."""
        names = [("stack", self.stack_name(SAMPLING_STACK))]
        names += [("sampling rule", name) for name in self.sampling_rules.qualified(self.name)]
        names += [("group", name) for name in self.sampling_rules.qualified_groups(self.name)]
        if self.creates_cluster:
            names += [
                ("stack", self.stack_name(CLUSTER_STACK)),
                ("cluster", self.cluster_name),
            ]
        if self.monitoring is not None:
            names += [
                ("stack", self.stack_name(MONITORING_STACK)),
                ("dashboard", self.dashboard_name),
                *(("group", group_name(self.name, kind)) for kind in TRACE_KINDS),
            ]
        if self.transaction_search is not None:
            names += [("stack", self.stack_name(TRANSACTION_SEARCH_STACK))]
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
                ("task definition family", str(self.task_definition(service).family)),
            ]
        return frozenset(names)

    def task_definition(
        self, service: Service, *, place: Surroundings = ANYWHERE, where: str | None = None
    ) -> TracedTaskDefinitionFile:
        """Return the task definition of a service, from its keys or from its file, to be traced.

        :param place: where the stack is; CDK tokens where only it knows.
        :param where: what errors name; environment and service by default.
        :raises EcsXRayError: when it is none, or none that can be traced.
        """
        naming = self.naming(service)
        registry = registry_at(place, self.image_cache_prefix)
        instrument = service.instrumentation(registry=registry)
        named = "collector" in self.model_fields_set
        engine_id = self.collector if named else default_engine(instrument)
        collector = chosen_collector(engine_id, exporter=self.exporter, registry=registry)
        where = f"{self.name}/{service.name}" if where is None else where
        if service.task_definition is None:
            return TracedTaskDefinitionFile(
                where=where,
                content=task_definition(service, family=naming.qualified_service, place=place),
                options=TracingOptions(
                    collector=collector,
                    profile=PROFILES[service.sidecar],
                    names=SidecarNames.of(naming),
                    tracing_name=service.tracing_name,
                    instrument=instrument,
                    direct=service.directly,
                    boosted_by=boosting_rule(self.sampling_rules, self.name, service.traced_as),
                ),
            )
        file = TracedTaskDefinitionFile.from_file(
            service.task_definition,
            values=service.task_definition_values,
            defaults={
                "ENVIRONMENT": self.name,
                "NAMESPACE": self.namespace,
                "SERVICE_NAME": service.name,
                **dict.fromkeys(("REGION", "AWS_REGION"), place.region),
            },
            collector=collector,
            naming=naming,
            tracing_name=service.tracing_name,
            profile=PROFILES[service.sidecar],
            instrument=instrument,
            replace_collector=service.replace_collector,
            direct=service.directly,
        )
        family = naming.qualified_service if file.family is None else file.family
        boosted_by = boosting_rule(self.sampling_rules, self.name, service.traced_as)
        options = replace(file.options, boosted_by=boosted_by)
        return replace(file, content={**file.content, "family": family}, options=options)

    @model_validator(mode="wrap")
    @classmethod
    def _check(
        cls, data: object, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if not isinstance(data, dict):
            return handler(data)
        filled = with_defaults(data)
        whole, wrong = validated(filled, handler)
        lenient = leniently(filled, handler) if whole is None else whole
        if lenient is not None:
            found = clashes(
                filled,
                services=None if whole is None else whole.services,
                context=info.context or {},
                plan=lambda service, where: lenient.task_definition(service, where=where),
            )
            wrong = [*wrong, *exporter_clashes(filled), *image_cache_clashes(filled), *found]
        if whole is None or wrong:
            raise ValidationError.from_exception_data(cls.__name__, wrong)
        whole.sampling_rules.qualified(whole.name)
        return whole
