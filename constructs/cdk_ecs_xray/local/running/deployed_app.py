"""The apps of a deployed task definition, and what each is started with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.errors import LocalAwsError, Problem
from cdk_ecs_xray.inject.apps import apps_of
from cdk_ecs_xray.inject.definition import Definition, RawContainer, members, read_definition
from cdk_ecs_xray.inject.evidence import collector_in
from cdk_ecs_xray.local.isolation import LOOPBACK

if TYPE_CHECKING:
    import boto3

ADDRESS = "AWS_XRAY_DAEMON_ADDRESS"
_UDP = re.compile(r"(?:^|\s)udp:(\S+)")
# What follows a secret's ARN, whose name ends in six characters of AWS's: key, stage and version.
_SECRET = re.compile(r"(arn:[\w-]+:secretsmanager:[\w-]+:\d+:secret:[^:]+)(?::([^:]*).*)?")


@dataclass(frozen=True, kw_only=True)
class DeployedApp:
    """One app container of a task definition.

    :param environment: as ``describe_task_definition`` returned it, with its secrets.
    :param log_group: None where it does not log to CloudWatch.
    :param stream_prefix: of its log streams.
    """

    name: str
    task_definition: str
    environment: Mapping[str, str]
    log_group: str | None = None
    stream_prefix: str = ""

    @property
    def collector(self) -> str | None:
        """``host:port`` where it sends segments; None where nothing says so."""
        address = self.environment.get(ADDRESS)
        if address is None:
            return None
        named = _UDP.search(address)
        return address if named is None else named[1]

    @property
    def finds_collector_here(self) -> bool:
        """Whether the deployed address is one of this machine; a link's name is not."""
        return self.collector is not None and self.collector.rpartition(":")[0] in LOOPBACK

    def reaching(self, address: str) -> DeployedApp:
        """Return the app with another address of its collector."""
        return replace(self, environment={**self.environment, ADDRESS: address})


@dataclass(frozen=True, kw_only=True)
class DeployedTask:
    """A task definition with the environment of each of its containers.

    :param content: as ``describe_task_definition`` returned it.
    :param environments: by container, with the values of its secrets.
    """

    content: Mapping[str, Any]
    environments: Mapping[str, Mapping[str, str]]


def deployed_task(session: boto3.Session, task_definition: str) -> DeployedTask:
    """Return a task definition, named by its ARN or family, with its containers' environments.

    :raises LocalAwsError: for a secret that the account does not have.
    """
    content, definition = _described(session, task_definition)
    return DeployedTask(
        content=content,
        environments={one["name"]: _environment(session, one) for one in definition.containers},
    )


def deployed_apps(session: boto3.Session, task_definition: str) -> Sequence[DeployedApp]:
    """Return the apps of a task definition, named by its ARN or family.

    :raises LocalAwsError: for a secret that the account does not have.
    """
    task, definition = _described(session, task_definition)
    arn = task["taskDefinitionArn"]
    collector = collector_in(definition.containers)
    sidecar = "" if collector is None else collector["name"]
    return [_app(session, arn, app) for _, app in apps_of(definition, sidecar=sidecar)]


def _described(
    session: boto3.Session, task_definition: str
) -> tuple[Mapping[str, Any], Definition]:
    ecs: Any = session.client("ecs")
    task = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    return task, read_definition(task, where=task["taskDefinitionArn"])


def _app(session: boto3.Session, arn: str, container: RawContainer) -> DeployedApp:
    log = container.get("logConfiguration") or {}
    options = log.get("options", {}) if log.get("logDriver") == "awslogs" else {}
    return DeployedApp(
        name=container["name"],
        task_definition=arn,
        environment=_environment(session, container),
        log_group=options.get("awslogs-group"),
        stream_prefix=options.get("awslogs-stream-prefix", ""),
    )


def _environment(session: boto3.Session, container: RawContainer) -> Mapping[str, str]:
    secrets = {
        secret["name"]: _value_of(session, secret["valueFrom"])
        for secret in members(container, "secrets")
    }
    return {pair["name"]: pair["value"] for pair in members(container, "environment")} | secrets


def _value_of(session: boto3.Session, source: str) -> str:
    """Return what ECS would put into the container: a parameter, a secret, or a key of one."""
    from botocore.exceptions import ClientError

    try:
        secret = _SECRET.fullmatch(source)
        if secret is None:
            name = source.partition(":parameter")[2] or source
            answer: Any = session.client("ssm").get_parameter(Name=name, WithDecryption=True)
            return str(answer["Parameter"]["Value"])
        client: Any = session.client("secretsmanager")
        text = str(client.get_secret_value(SecretId=secret[1])["SecretString"])
        return str(json.loads(text)[secret[2]]) if secret[2] else text
    except (ClientError, KeyError, ValueError) as error:
        raise LocalAwsError(
            Problem(
                where=source,
                what="a secret of the task must be in the AWS emulator",
                got=f"'{error}'",
                fix="Put it there first: aws secretsmanager create-secret or aws ssm put-parameter "
                "with the variables that are printed.",
            )
        ) from error
