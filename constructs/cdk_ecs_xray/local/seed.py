"""What an app expects to find: clusters, roles and others that it names and does not create."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    model_validator,
)

from cdk_ecs_xray.environments.environment_fields import account
from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.files.model_file import clash, read_model, validate_with
from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.local.seed_names import (
    Action,
    ClusterName,
    ExportName,
    ListenerArn,
    LogGroupName,
    ParameterName,
    Region,
    RoleName,
    TargetGroupArn,
)

EXPORTS_STACK = "ecs-xray-seed"
_THERE = "AlreadyExists"
Account = Annotated[str, BeforeValidator(account)]
_MODEL = ConfigDict(extra="forbid", frozen=True, strict=True)


class SeedRole(BaseModel):
    """A role that exists.

    :param assumed_by: the service that may assume it.
    :param allow: what it allows on every resource.
    """

    model_config = _MODEL

    name: RoleName
    assumed_by: str = "ecs-tasks.amazonaws.com"
    allow: Annotated[tuple[Action, ...], Field(strict=False)] = ()


class Seed(BaseModel):
    """The resources of one account and region that exist before anything is deployed."""

    model_config = _MODEL

    account: Account | None = None
    region: Region | None = None
    clusters: Annotated[tuple[ClusterName, ...], Field(strict=False)] = ()
    roles: Annotated[tuple[SeedRole, ...], Field(strict=False)] = ()
    log_groups: Annotated[tuple[LogGroupName, ...], Field(strict=False)] = ()
    listeners: Annotated[tuple[ListenerArn, ...], Field(strict=False)] = ()
    target_groups: Annotated[tuple[TargetGroupArn, ...], Field(strict=False)] = ()
    parameters: Mapping[ParameterName, str] = Field(default_factory=dict)
    exports: Mapping[ExportName, str] = Field(default_factory=dict)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a YAML or JSON file.

        :raises ConfigurationError: with every problem of the file.
        """
        return read_model(path, cls)

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return validate_with(list(_clashes(data)), data, handler)

    def targets(self, stacks: Sequence[Target]) -> Sequence[Target]:
        """Where it goes: where the file says, or where the stacks go."""
        fixed = {"account": self.account, "region": self.region}
        named = {name: value for name, value in fixed.items() if value is not None}
        places = [
            Target(**{"account": target.account, "region": target.region, **named})
            for target in stacks or [Target()]
        ]
        return list(dict.fromkeys(places))

    def plant(self, aws: EmbeddedAws, target: Target) -> int:
        """Create what is not there yet; how many there were to create.

        :raises LocalAwsError: when the AWS emulator refuses one.
        """
        made = self._plant_by_arn(aws, target)
        for what, create in self._steps(aws, target):
            made += _create(what, create, target)
        return made

    def _plant_by_arn(self, aws: EmbeddedAws, target: Target) -> int:
        named = {"listeners": self.listeners, "target_groups": self.target_groups}
        if not any(named.values()):
            return 0
        return aws.plant(named, account=target.account, region=target.region)

    def _steps(self, aws: EmbeddedAws, target: Target) -> Sequence[tuple[str, Any]]:
        place = {"account": target.account, "region": target.region}
        ecs, iam, logs, ssm, stacks = (
            aws.client(name, **place) for name in ("ecs", "iam", "logs", "ssm", "cloudformation")
        )
        steps: list[tuple[str, Any]] = [
            (f"cluster '{name}'", lambda name=name: ecs.create_cluster(clusterName=name))
            for name in self.clusters
            if not _holds(ecs, name)
        ]
        steps += [
            (f"role '{role.name}'", lambda role=role: _create_role(iam, role))
            for role in self.roles
        ]
        steps += [
            (f"log group '{name}'", lambda name=name: logs.create_log_group(logGroupName=name))
            for name in self.log_groups
        ]
        for name, value in self.parameters.items():
            parameter = {"Name": name, "Value": value, "Type": "String"}
            steps.append((f"parameter '{name}'", lambda p=parameter: ssm.put_parameter(**p)))
        if self.exports:
            steps.append(("exports", lambda: _export(stacks, self.exports)))
        return steps


def _holds(ecs: Any, cluster: str) -> bool:
    found = ecs.describe_clusters(clusters=[cluster])["clusters"]
    return any(one["status"] == "ACTIVE" for one in found)


def _create(what: str, create: Any, target: Target) -> int:
    from botocore.exceptions import ClientError

    try:
        create()
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
        if code.removesuffix("Exception").endswith(_THERE):
            return 0
        raise LocalAwsError(
            Problem(
                where=f"seed, {what}, {target}",
                what="must be one that the AWS emulator takes",
                got=f"{code}: {refused.response['Error']['Message']}",
                fix="Change it in the seed file.",
            )
        ) from None
    return 1


def _create_role(iam: Any, role: SeedRole) -> None:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": role.assumed_by},
    }
    iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=_document(trust))
    if role.allow:
        allowed = {"Effect": "Allow", "Action": list(role.allow), "Resource": "*"}
        iam.put_role_policy(
            RoleName=role.name, PolicyName="seed", PolicyDocument=_document(allowed)
        )


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _export(stacks: Any, exports: Mapping[str, str]) -> None:
    """CloudFormation exports what a stack has as an output, so one is made for them."""
    template = {
        "Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
        "Outputs": {
            f"Export{position}": {"Value": value, "Export": {"Name": name}}
            for position, (name, value) in enumerate(exports.items())
        },
    }
    stacks.create_stack(StackName=EXPORTS_STACK, TemplateBody=json.dumps(template))
    stacks.get_waiter("stack_create_complete").wait(
        StackName=EXPORTS_STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def _clashes(data: object) -> Any:
    if not isinstance(data, Mapping):
        return
    for key in ("clusters", "roles", "log_groups", "listeners", "target_groups"):
        entries = data.get(key)
        seen = set()
        for position, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("name") if isinstance(entry, Mapping) else entry
            if isinstance(name, str) and name in seen:
                problem = Problem(
                    what="must be unique", got=f"'{name}' a second time", fix="Keep one."
                )
                yield clash(problem, (key, position), name)
            if isinstance(name, str):
                seen.add(name)
