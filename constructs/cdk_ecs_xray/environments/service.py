"""The model of one service in ``environments/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

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

from cdk_ecs_xray.errors import InvalidValueError, Problem
from cdk_ecs_xray.files.field_limits import matching, shown, within
from cdk_ecs_xray.files.model_file import clash, validate_with

# The intersection of what stack names, container names, log groups and X-Ray allow.
ServiceName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z][A-Za-z0-9-]{0,62}",
            "1 to 63 letters, digits and hyphens, starting with a letter",
        )
    ),
]

# The characters of a segment's name: "X-Ray segment documents" in the developer guide.
_TRACING_NAME = matching(
    r"[A-Za-z0-9_.:/%&#=+@ -]{1,200}",
    "1 to 200 letters, digits, spaces and characters of _.:/%&#=+@-, as X-Ray allows",
)
TRACING_NAME_VARIABLE = "AWS_XRAY_TRACING_NAME"

_IN_THE_TASK_DEFINITION = (
    "image",
    "port",
    "cpu",
    "memory_reservation_mib",
    "network_mode",
    "environment",
)
"""Options of the app that a task definition of its own has."""


def _network_mode(value: str) -> str:
    if value == "awsvpc":
        raise InvalidValueError(
            Problem(
                what="must be bridge or host for a shipped service",
                got="'awsvpc'",
                fix="Use XRayTracing in a stack of your own, which has the subnets that awsvpc "
                "needs.",
            )
        )
    if value not in ("bridge", "host"):
        raise InvalidValueError(
            Problem(
                what="must be bridge or host so that the app can reach its collector",
                got=f"'{value}'",
                fix="The reference setup uses bridge.",
            )
        )
    return value


def _beside_the_file(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    directory: Path = (info.context or {}).get("directory", Path())
    return directory / value


def _task_definition_clashes(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    path = data.get("task_definition")
    if path is None:
        found = []
        if data.get("image") is None:
            message = Problem(what="is required", fix="Add it, or set `task_definition`.")
            found.append(clash(message, ("image",), None))
        if data.get("task_definition_values") is not None:
            message = Problem(
                what="requires `task_definition`",
                fix="Add it, or remove the values.",
            )
            found.append(clash(message, ("task_definition_values",), None))
        return found
    return [
        clash(
            Problem(
                what=f"and task_definition '{path}' cannot be combined",
                fix="Set it in that file.",
            ),
            (key,),
            data[key],
        )
        for key in _IN_THE_TASK_DEFINITION
        if data.get(key) is not None
    ]


def _tracing_name_clashes(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    variables = data.get("environment")
    if data.get("tracing_name") is None or not isinstance(variables, Mapping):
        return []
    if TRACING_NAME_VARIABLE not in variables:
        return []
    message = Problem(
        what=f"and {TRACING_NAME_VARIABLE} in environment cannot be combined",
        fix="Keep one.",
    )
    return [clash(message, ("tracing_name",), data["tracing_name"])]


class NewCluster(BaseModel):
    """The EC2 cluster that a service gets when it does not join one.

    Provisions a VPC without NAT gateways, a cluster and an Auto Scaling group. Costs its
    instances and their public IPv4 addresses.

    :param instance_type: an EC2 instance type of the x86_64 architecture.
    :param instance_count: how many instances, 1 to 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    instance_type: Annotated[
        str,
        AfterValidator(matching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type like t3.small")),
    ] = "t3.small"
    instance_count: Annotated[
        int, AfterValidator(within(1, 100, "1 is enough for a first try."))
    ] = 1


def _variables(values: Mapping[str, str]) -> Mapping[str, str]:
    for name in values:
        # What a process can have: https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html
        if not name or "=" in name or not name.isprintable():
            raise InvalidValueError(
                Problem(
                    what="must have names that are not empty and hold no '='",
                    got=shown(name),
                    fix="Rename the variable.",
                )
            )
    return values


class Service(BaseModel):
    """One traced ECS service on EC2.

    :param name: the app container, and the service's name in X-Ray unless ``tracing_name`` is.
    :param image: the app's image, with tag or digest.
    :param task_definition: path, relative to this file, of a task definition as
        ``register-task-definition`` takes it, in place of image and the app's other options.
    :param task_definition_values: what the placeholders of that file are filled with, beside
        ENVIRONMENT, NAMESPACE, SERVICE_NAME, REGION and AWS_REGION, which are known.
    :param tracing_name: the service's name in X-Ray, which knows nothing else of an environment:
        apps that share an account and region need names of their own to have rules of their own.
    :param port: the port the app listens on; None publishes none.
    :param cpu: CPU units of the app container, 1024 a core.
    :param memory_reservation_mib: memory of the app container, in MiB.
    :param desired_count: how many tasks; 0 deploys the service without running it.
    :param network_mode: of the task; bridge as in the reference setup, or host.
    :param sidecar: ``terraform`` is the reference setup's container, ``safe`` one that fails open.
    :param environment: variables of the app container; they win over what tracing sets.
    :param cluster: name of an existing cluster in the same account and region to join.
    :param new_cluster: the cluster to create instead, where no name is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: ServiceName
    image: (
        Annotated[
            str,
            AfterValidator(matching(r"[^\s$]+", "an image like registry/name:tag, without spaces")),
        ]
        | None
    ) = None
    task_definition: Annotated[Path, BeforeValidator(_beside_the_file)] | None = None
    task_definition_values: Mapping[str, str | int | bool] = Field(default_factory=dict)
    tracing_name: Annotated[str, AfterValidator(_TRACING_NAME)] | None = None
    port: Annotated[int, AfterValidator(within(1, 65535, "80 is usual."))] | None = None
    cpu: Annotated[int, AfterValidator(within(0, 196608, "128 is an eighth of a core."))] = 128
    memory_reservation_mib: Annotated[
        int, AfterValidator(within(4, 1048576, "256 is a small app."))
    ] = 256
    desired_count: Annotated[int, AfterValidator(within(0, 5000, "1 runs one task."))] = 1
    network_mode: Annotated[
        str, AfterValidator(_network_mode), Field(json_schema_extra={"enum": ["bridge", "host"]})
    ] = "bridge"
    sidecar: Literal["safe", "terraform"] = "safe"
    environment: Annotated[Mapping[str, str], AfterValidator(_variables)] = Field(
        default_factory=dict
    )
    cluster: (
        Annotated[
            str,
            AfterValidator(
                matching(r"[A-Za-z0-9_-]{1,255}", "letters, digits, hyphens and underscores")
            ),
        ]
        | None
    ) = None
    new_cluster: NewCluster | None = None

    @property
    def traced_as(self) -> str:
        """The service's name in X-Ray."""
        if self.tracing_name is not None:
            return self.tracing_name
        return self.environment.get(TRACING_NAME_VARIABLE, self.name)

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        clashes = []
        # An empty mapping asks for a new cluster with its defaults, so it counts.
        if isinstance(data, Mapping) and None not in (data.get("cluster"), data.get("new_cluster")):
            message = Problem(
                what=f"and cluster '{data['cluster']}' cannot be combined",
                fix="Keep one.",
            )
            clashes.append(clash(message, ("new_cluster",), data["new_cluster"]))
        if isinstance(data, Mapping):
            clashes += [*_task_definition_clashes(data), *_tracing_name_clashes(data)]
        return validate_with(clashes, data, handler)
