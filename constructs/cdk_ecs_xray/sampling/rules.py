"""The models of sampling rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.sampling.values import (
    DEFAULT_RULE_NAME,
    Attributes,
    CooldownMinutes,
    Host,
    HttpMethod,
    Priority,
    Rate,
    ReservoirSize,
    ResourceArn,
    RuleName,
    ServiceName,
    ServiceType,
    UrlPath,
    Version,
)

ANYTHING = "*"
DEFAULT_PRIORITY = 10_000
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


BOOST = "sampling_rate_boost"
BOOST_IN_SHORT = "boost"
"""What rules files may call it."""


def _spelled_out(data: object) -> object:
    if not isinstance(data, Mapping) or BOOST_IN_SHORT not in data:
        return data
    if BOOST in data:
        raise InvalidValueError(
            Problem(what=f"{BOOST_IN_SHORT} and {BOOST} cannot be combined", fix="Keep one.")
        )
    return {(BOOST if key == BOOST_IN_SHORT else key): value for key, value in data.items()}


class SamplingRateBoost(BaseModel):
    """Adaptive sampling: a higher rate for a while after anomalies.

    Only SDKs that know adaptive sampling follow it; the X-Ray SDKs ignore it. Costs up to
    ``max_rate`` of the traffic while it lasts.

    :param max_rate: the highest share of requests, 0 to 1.
    :param cooldown_window_minutes: how long after a boost before the next, at least 1.
    """

    model_config = STRICT

    max_rate: Rate
    cooldown_window_minutes: CooldownMinutes


class RuleOverride(BaseModel):
    """What differs from a rule in one environment. What is not given stays as in the rule."""

    model_config = STRICT

    enabled: bool = True
    fixed_rate: Rate = 0
    reservoir_size: ReservoirSize = 0
    http_method: HttpMethod = ANYTHING
    host: Host = ANYTHING
    url_path: UrlPath = ANYTHING
    service_name: ServiceName = ANYTHING
    service_type: ServiceType = ANYTHING
    sampling_rate_boost: SamplingRateBoost | None = None

    _short = model_validator(mode="before")(_spelled_out)


class SamplingRule(BaseModel):
    """One X-Ray sampling rule: which requests, and how many of them.

    Limits are those of AWS::XRay::SamplingRule. Patterns take ``*`` and ``?`` and ignore case.

    :param name: 1 to 32 characters, together with the environment's prefix.
    :param priority: 1 to 9999, lowest first; equal ones fall back to the order of names. A file
        may leave it out of every rule: then the order in the file counts.
    :param fixed_rate: share of requests beyond the reservoir, 0 to 1.
    :param reservoir_size: requests a second that are always traced, over all processes.
    :param service_name: the app's ``AWS_XRAY_TRACING_NAME``. ``*`` matches every service of the
        account and region, those of other environments too.
    :param enabled: False leaves the rule out, and its requests to the rules after it.
    :param sampling_rate_boost: adaptive sampling; ``boost`` in a file.
    :param environments: what differs, by the environment's name.
    :param attributes: of the request's segment. X-Ray's SDKs skip rules that have any.
    :param resource_arn: of what runs the service. X-Ray's SDKs skip all but ``*``.
    :param version: of the rule's format. X-Ray has 1 only, and its SDKs skip others.
    """

    model_config = STRICT

    name: RuleName
    priority: Priority
    fixed_rate: Rate
    reservoir_size: ReservoirSize = 0
    http_method: HttpMethod = ANYTHING
    host: Host = ANYTHING
    url_path: UrlPath = ANYTHING
    service_name: ServiceName = ANYTHING
    service_type: ServiceType = ANYTHING
    enabled: bool = True
    sampling_rate_boost: SamplingRateBoost | None = None
    environments: Mapping[str, RuleOverride] = Field(default_factory=dict)
    attributes: Attributes = Field(default_factory=dict)
    resource_arn: ResourceArn = ANYTHING
    version: Version = 1

    _short = model_validator(mode="before")(_spelled_out)

    def in_environment(self, environment: str | None) -> Self:
        """Return the rule with what differs in an environment; None is none in particular."""
        override = None if environment is None else self.environments.get(environment)
        if override is None:
            return self
        return self.model_copy(
            update={field: getattr(override, field) for field in override.model_fields_set}
        )

    @property
    def skipped_because(self) -> str | None:
        """Why X-Ray's SDKs skip the rule, or None where they don't.

        Source: ``rule_poller`` and ``connector`` of aws-xray-sdk 2.15, ``_is_rule_valid``.
        """
        if self.attributes:
            return f"attributes {', '.join(sorted(self.attributes))}"
        if self.resource_arn != ANYTHING:
            return f"resource_arn '{self.resource_arn}'"
        return None if self.version == 1 else f"version {self.version}"


class DefaultRule(BaseModel):
    """What happens to requests that no rule matches.

    X-Ray has one such rule for an account and region, called Default, which CloudFormation can't
    manage. Its values here are used in simulations and local files; :param:`managed_by` also
    writes them to the account.

    :param fixed_rate: share of requests beyond the reservoir; X-Ray starts with 0.05.
    :param reservoir_size: requests a second that are always traced; X-Ray starts with 1.
    :param managed_by: the one environment whose stack sets the rule, as all environments of an
        account and region share it. None leaves the account's rule alone.
    """

    model_config = STRICT

    fixed_rate: Rate = 0.05
    reservoir_size: ReservoirSize = 1
    managed_by: str | None = None

    @property
    def name(self) -> str:
        """X-Ray's name for the rule."""
        return DEFAULT_RULE_NAME

    @property
    def priority(self) -> int:
        """After every other rule."""
        return DEFAULT_PRIORITY
