"""What the execution role of a task definition needs, from its containers. Pure.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_PARAMETER = ("ssm:GetParameters",)
_SECRET = ("secretsmanager:GetSecretValue",)
# What Secrets Manager appends to a secret's name in its ARN.
_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}")
_PARTS_OF_A_SECRET = 7


@dataclass(frozen=True, kw_only=True)
class Need:
    """Actions that the execution role must be allowed, and on what."""

    actions: Sequence[str]
    resources: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a task runs, as ARNs spell it; a CDK token where only the deployment knows."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return the ARN of something in this account."""
        region = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"


def execution_needs(containers: Sequence[Mapping[str, Any]], place: Place) -> Sequence[Need]:
    """Return what containers need beside their images, in ECS's own spelling, each once.

    Keys of KMS are not known from a task definition; a secret under a key of one's own needs
    ``kms:Decrypt`` as well.
    """
    found: list[Need] = []
    for container in containers:
        for need in (
            *_secrets(container, place),
            *_logs(container, place),
            *_files(container),
        ):
            if need not in found:
                found.append(need)
    return found


def _secrets(container: Mapping[str, Any], place: Place) -> Iterator[Need]:
    log = _mapping(container.get("logConfiguration"))
    for secret in (*_items(container.get("secrets")), *_items(log.get("secretOptions"))):
        yield from _value_from(secret.get("valueFrom"), place)
    credentials = _mapping(container.get("repositoryCredentials"))
    yield from _value_from(credentials.get("credentialsParameter"), place)


def _value_from(value: object, place: Place) -> Iterator[Need]:
    if not isinstance(value, str) or not value:
        return
    if value.startswith("${Token["):
        # It may be either; ECS distinguishes them by the ARN at deployment.
        yield Need(actions=(*_PARAMETER, *_SECRET), resources=(value,))
    elif not value.startswith("arn:"):
        name = value.lstrip("/")
        yield Need(actions=_PARAMETER, resources=(place.arn("ssm", f"parameter/{name}"),))
    elif value.split(":")[2] == "ssm":
        yield Need(actions=_PARAMETER, resources=(value,))
    else:
        # A key of the secret, a stage and a version may follow the ARN.
        arn = ":".join(value.split(":")[:_PARTS_OF_A_SECRET])
        complete = _SUFFIX.fullmatch(arn[-7:]) is not None
        yield Need(actions=_SECRET, resources=(arn,) if complete else (arn, f"{arn}-??????"))


def _logs(container: Mapping[str, Any], place: Place) -> Iterator[Need]:
    configuration = _mapping(container.get("logConfiguration"))
    options = _mapping(configuration.get("options"))
    group = options.get("awslogs-group")
    if configuration.get("logDriver") != "awslogs" or not isinstance(group, str):
        return
    region = options.get("awslogs-region")
    arn = place.arn("logs", f"log-group:{group}", region=region or None)
    yield Need(actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(f"{arn}:*",))
    if str(options.get("awslogs-create-group")).lower() == "true":
        yield Need(actions=("logs:CreateLogGroup",), resources=(arn, f"{arn}:*"))


def _files(container: Mapping[str, Any]) -> Iterator[Need]:

    objects = [file.get("value") for file in _items(container.get("environmentFiles"))]
    firelens = _mapping(_mapping(container.get("firelensConfiguration")).get("options"))
    if firelens.get("config-file-type") == "s3":
        objects.append(firelens.get("config-file-value"))
    for arn in objects:
        if isinstance(arn, str) and arn:
            yield Need(actions=("s3:GetObject",), resources=(arn,))
            yield Need(actions=("s3:GetBucketLocation",), resources=(arn.partition("/")[0],))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Sequence[Mapping[str, Any]]:
    listed = value if isinstance(value, list | tuple) else ()
    return [item for item in listed if isinstance(item, Mapping)]
