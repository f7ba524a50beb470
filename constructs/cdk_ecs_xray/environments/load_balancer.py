"""``load_balancer``: what sends requests to a service."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cdk_ecs_xray.environments.values import (
    AwsName,
    ListenerArn,
    Port,
    SecurityGroupId,
    TargetGroupArn,
    arn_of,
)
from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, within

_MOST_CONDITIONS = 5
# "Host conditions" and "Path conditions" in the user guide of Application Load Balancers.
_Host = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9.*?-]{1,128}",
            "a host name of up to 128 letters, digits and characters of .-*?",
            fix="Without scheme, port and path: shop.example.com.",
        )
    ),
]
_Path = Annotated[
    str,
    AfterValidator(
        matching(
            r"[/*?][A-Za-z0-9_.$/~\"'@:+&*?-]{0,127}",
            "a path of up to 128 characters that begins with /, without a query",
            fix="Such as /api/*.",
        )
    ),
]
_OF_A_CREATED_GROUP = {"health_check", "deregistration_delay_seconds", "protocol_version"}


class TargetHealthCheck(BaseModel):
    """How the load balancer sees whether a task answers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    path: Annotated[
        str, AfterValidator(matching(r"/\S*", "a path that begins with /", fix="Such as /health."))
    ] = Field(default="/", description="what it asks for")
    codes: Annotated[
        str,
        AfterValidator(
            matching(r"[0-9][0-9,-]*", "status codes such as 200-299", fix="200 is usual.")
        ),
    ] = Field(default="200", description="the answers that count as healthy")
    interval_seconds: Annotated[int, AfterValidator(within(5, 300, "30 is usual."))] = Field(
        default=30, description="between two checks"
    )
    healthy_threshold: Annotated[int, AfterValidator(within(2, 10, "2 is usual."))] = Field(
        default=2, description="good checks in a row that make a task healthy"
    )
    unhealthy_threshold: Annotated[int, AfterValidator(within(2, 10, "2 is usual."))] = Field(
        default=2, description="failed checks in a row that make it unhealthy"
    )


class NewLoadBalancer(BaseModel):
    """An Application Load Balancer of the service's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    internet_facing: bool = Field(
        default=False, description="true puts it into `vpc.public_subnets`"
    )
    certificate: (
        Annotated[
            str,
            AfterValidator(
                matching(
                    arn_of("acm", r"certificate/[\w-]+"),
                    "the ARN of a certificate",
                    fix="Copy it from ACM.",
                )
            ),
        ]
        | None
    ) = Field(default=None, description="for HTTPS on 443; HTTP on 80 without one")
    security_groups: Annotated[tuple[SecurityGroupId, ...], Field(strict=False)] = Field(
        default=(), description="who may connect; without them the VPC's default"
    )
    access_logs_bucket: (
        Annotated[
            str, AfterValidator(matching(r"[a-z0-9][a-z0-9.-]{2,62}", "the name of a bucket"))
        ]
        | None
    ) = Field(default=None, description="where it writes a line for each request")


class LoadBalancer(BaseModel):
    """One of an existing target group, a rule on an existing listener, and a new load balancer."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    target_group: TargetGroupArn | None = Field(default=None, description="an existing one")
    listener: ListenerArn | None = Field(
        default=None, description="an existing one, which gets a rule and a target group"
    )
    new: NewLoadBalancer | None = Field(default=None, description="a load balancer of its own")
    priority: Annotated[int, AfterValidator(within(1, 50000, "100 is usual."))] | None = Field(
        default=None, description="of the rule on `listener`, which no other rule there has"
    )
    hosts: Annotated[tuple[_Host, ...], Field(strict=False)] = Field(
        default=(), description="host names that the rule matches, `*` and `?` allowed"
    )
    paths: Annotated[tuple[_Path, ...], Field(strict=False)] = Field(
        default=(), description="paths that the rule matches, likewise"
    )
    container: AwsName | None = Field(
        default=None, description="which one is asked; the only one with a port without"
    )
    port: Port | None = Field(default=None, description="of that container; its only one without")
    protocol_version: Literal["HTTP1", "HTTP2", "GRPC"] = Field(
        default="HTTP1", description="what the target group speaks"
    )
    health_check: TargetHealthCheck = Field(
        default_factory=TargetHealthCheck, description="of a target group that is created"
    )
    deregistration_delay_seconds: (
        Annotated[int, AfterValidator(within(0, 3600, "30 is enough for short requests."))] | None
    ) = Field(default=None, description="how long open requests may take; AWS's default is 300")

    @model_validator(mode="after")
    def _what_goes_together(self) -> Self:
        kinds = {"target_group": self.target_group, "listener": self.listener, "new": self.new}
        given = [name for name, value in kinds.items() if value is not None]
        problem = None
        if not given:
            problem = Problem(
                what=f"requires one of {', '.join(kinds)}", fix="Add the one that you mean."
            )
        elif len(given) > 1:
            problem = Problem(
                what=f"must have one of {', '.join(kinds)}",
                got=" and ".join(given),
                fix="Keep the one that you mean.",
            )
        elif given == ["listener"]:
            problem = self._rule_problem()
        elif self.hosts or self.paths or self.priority is not None:
            problem = Problem(
                what="must have priority, hosts and paths beside listener only",
                got=f"some beside {given[0]}",
                fix="Remove them.",
            )
        elif given == ["target_group"] and (made := self.model_fields_set & _OF_A_CREATED_GROUP):
            problem = Problem(
                what=f"must have no {' and '.join(sorted(made))} beside target_group",
                got="some for a target group that exists",
                fix="Remove them: that target group has its own.",
            )
        if problem is not None:
            raise InvalidValueError(problem)
        return self

    def _rule_problem(self) -> Problem | None:
        if self.priority is None or not (self.hosts or self.paths):
            return Problem(
                what="requires a priority and hosts or paths for a rule on a listener",
                fix="Such as {listener: ARN, priority: 100, paths: [/api/*]}.",
            )
        if len(self.hosts) + len(self.paths) > _MOST_CONDITIONS:
            return Problem(
                what=f"must have at most {_MOST_CONDITIONS} hosts and paths together",
                got=str(len(self.hosts) + len(self.paths)),
                fix="Use * or a second service, as a rule holds no more.",
            )
        return None

    @property
    def creates_target_group(self) -> bool:
        """Whether a target group is created for the service."""
        return self.target_group is None

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """What a request must meet, as the rule of a listener has it."""
        found: list[dict[str, Any]] = []
        if self.hosts:
            found.append({"field": "host-header", "hostHeaderConfig": {"values": list(self.hosts)}})
        if self.paths:
            found.append(
                {"field": "path-pattern", "pathPatternConfig": {"values": list(self.paths)}}
            )
        return found
