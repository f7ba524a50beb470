"""Reads the reconstruction of the reference setup: Terraform and a task-definition JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.local.parity.fields import Fields, container_fields

WATCHER = "-watcher"
"""What the reference setup's Terraform appends to the service's name."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What the reference setup deploys for one service, by field.

    :param fields: the value of each field.
    :param reconstructed: the fields whose values the published text has lost, with our reasons.
    """

    fields: Fields
    reconstructed: Mapping[str, str]


def read_reference(folder: str | Path, *, environment: str, service: str, region: str) -> Reference:
    """Return the reference setup's resources for one service.

    :param folder: holds ``main.tf``, ``task-definition.json`` and ``reconstructed.yaml``.
    :raises ConfigurationError: when one of them cannot be read.
    """
    folder = Path(folder)
    # One dictionary for both spellings: Terraform's variables and the placeholders of the JSON.
    values = {
        "var.environment": environment,
        "var.service_name": service.removesuffix(WATCHER),
        "ENVIRONMENT": environment,
        "SERVICE_NAME": service,
        "REGION": region,
    }
    try:
        terraform = _read_terraform(folder / "main.tf", values)
        definition = json.loads(_substitute((folder / "task-definition.json").read_text(), values))
        reconstructed = yaml.safe_load((folder / "reconstructed.yaml").read_text())
    except (OSError, ValueError, KeyError, yaml.YAMLError) as error:
        raise ConfigurationError(
            Problem(
                where=str(folder),
                what="the reference setup's files must be readable",
                got=f"'{error}'",
                fix="Restore them from git.",
            )
        ) from error
    app, sidecar = definition["containerDefinitions"]
    return Reference(
        fields={
            **terraform,
            "task definition.networkMode": definition["networkMode"],
            **container_fields("app", app),
            **container_fields("sidecar", sidecar),
        },
        reconstructed=reconstructed,
    )


def _read_terraform(path: Path, values: Mapping[str, str]) -> Fields:
    import hcl2
    from hcl2.utils import SerializationOptions

    document = hcl2.loads(
        path.read_text(),
        serialization_options=SerializationOptions(
            with_comments=False,
            explicit_blocks=False,
            preserve_heredocs=False,
            strip_string_quotes=True,
        ),
    )
    resources: dict[str, dict[str, Any]] = {}
    for block in document["resource"]:
        for kind, named in block.items():
            (resources[kind.strip('"')],) = named.values()
    log_group = resources["aws_cloudwatch_log_group"]
    policy = resources["aws_iam_role_policy"]
    service = resources["aws_ecs_service"]
    (statement,) = json.loads(_unescape(policy["policy"]))["Statement"]
    return {
        "log group.name": _substitute(log_group["name"], values),
        "log group.retentionInDays": log_group["retention_in_days"],
        **{f"policy.{key}": value for key, value in statement.items()},
        "policy.attached to": _ROLES[_reference(policy["role"])],
        "service.launchType": service["launch_type"],
        "service.depends_on": sorted(
            _DEPENDED[_reference(address)] for address in service["depends_on"]
        ),
    }


_ROLES = {"aws_iam_role.task.id": "task role"}
_DEPENDED = {"aws_cloudwatch_log_group.xray": "log group", "aws_iam_role_policy.xray": "policy"}


def _reference(expression: str) -> str:
    return expression.removeprefix("${").removesuffix("}")


def _unescape(heredoc: str) -> str:
    return heredoc.replace('\\"', '"').replace("\\n", "\n")


class _Placeholders(Template):
    braceidpattern = r"(?a:[_a-z][_a-z0-9.]*)"


def _substitute(text: str, values: Mapping[str, str]) -> str:
    return _Placeholders(text).substitute(values)
