"""Plans and states as Terraform prints them, from short descriptions of their resources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "111122223333"
REGION = "eu-west-1"
TRUST = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}}
)
WRITE = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
]
ADDRESS = {"name": "AWS_XRAY_DAEMON_ADDRESS", "value": "xray:2000"}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One resource of a document.

    :param expressions: of its configuration: references as a list, constants as they are.
    """

    address: str
    values: Mapping[str, Any]
    unknown: Any = field(default_factory=dict)
    sensitive: Any = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    actions: Sequence[str] = ("create",)
    expressions: Mapping[str, Any] | None = None
    module: str = ""
    mode: str = "managed"
    provider: str = "aws"

    @property
    def local(self) -> str:
        """Type and name, as the configuration of a module has them."""
        inner = self.address.removeprefix(f"{self.module}.") if self.module else self.address
        return inner.partition("[")[0]

    @property
    def entry(self) -> dict[str, Any]:
        """What identifies it everywhere."""
        kind, _, name = self.local.removeprefix("data.").partition(".")
        return {"address": self.address, "mode": self.mode, "type": kind, "name": name}


def containers(*more: Mapping[str, Any], **of_app: Any) -> str:
    """Return ``container_definitions`` of an app that is linked to a daemon.

    :param of_app: members of the app.
    """
    app = {"name": "app", "image": "example/app:1", "environment": [ADDRESS], "links": ["xray"]}
    group = {"awslogs-group": "/ecs/shop", "awslogs-region": REGION, "awslogs-stream-prefix": "x"}
    daemon = {
        "name": "xray",
        "image": "public.ecr.aws/xray/aws-xray-daemon:3.6.6",
        "essential": False,
        "command": ["--buffer-memory", "16"],
        "environment": [{"name": "AWS_REGION", "value": REGION}],
        "portMappings": [{"containerPort": 2000, "hostPort": 0, "protocol": "udp"}],
        "logConfiguration": {"logDriver": "awslogs", "options": group},
    }
    return json.dumps([{**app, **of_app}, daemon, *more])


def document(*actions: str, **more: Any) -> str:
    """Return a policy's text that allows actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def right(**changed: Mapping[str, Any]) -> list[Made]:
    """Return a setup that works, as it is deployed.

    :param changed: values by the type without ``aws_``; None takes one out.
    """
    arn = f"arn:aws:iam::{ACCOUNT}:role/shop-task"
    task = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/shop:7"
    values: dict[str, dict[str, Any]] = {
        "cloudwatch_log_group": {
            "name": "/ecs/shop",
            "retention_in_days": 30,
            "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/shop",
        },
        "iam_role": {"name": "shop-task", "arn": arn, "assume_role_policy": TRUST},
        "iam_role_policy": {"name": "xray", "role": "shop-task", "policy": document(*WRITE)},
        "ecs_task_definition": {
            "family": "shop",
            "network_mode": "bridge",
            "requires_compatibilities": ["EC2"],
            "container_definitions": containers(),
            "task_role_arn": arn,
            "execution_role_arn": "",
            "arn": task,
        },
        "ecs_service": {"name": "shop", "task_definition": task, "desired_count": 2},
    }
    for kind, more in changed.items():
        values[kind] = {**values[kind], **more}
    return [Made(address=f"aws_{kind}.shop", values=found) for kind, found in values.items()]


def state(*resources: Made) -> dict[str, Any]:
    """Return what ``terraform show -json`` prints of a state."""
    return {
        "format_version": "1.0",
        "terraform_version": "1.9.8",
        "values": {"root_module": _tree(resources)},
    }


def state_file(*resources: Made) -> dict[str, Any]:
    """Return a state file, version 4; indexes are left out."""
    return {
        "version": 4,
        "serial": 1,
        "lineage": "x",
        "resources": [
            {
                **{key: one.entry[key] for key in ("mode", "type", "name")},
                **({"module": one.module} if one.module else {}),
                "instances": [
                    {
                        "attributes": one.values,
                        "sensitive_attributes": [
                            [{"type": "get_attr", "value": name}] for name in one.sensitive
                        ],
                    }
                ],
            }
            for one in resources
        ],
    }


def plan(*resources: Made, region: Any = REGION, **modules: Any) -> dict[str, Any]:
    """Return a plan as JSON.

    :param region: of the provider ``aws``; None leaves it out.
    :param modules: more of the configuration of modules, by their calls: ``outputs``,
        ``expressions``.
    """
    kept = [one for one in resources if "delete" not in one.actions or "create" in one.actions]
    provider = {} if region is None else {"region": {"constant_value": region}}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": _tree(kept)},
        "resource_changes": [_change(one) for one in resources],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": provider}},
            "root_module": _configured(resources, modules),
        },
    }


def _tree(resources: Sequence[Made]) -> dict[str, Any]:
    root: dict[str, Any] = {"resources": [], "child_modules": []}
    by_module = {"": root}
    for one in resources:
        if one.module not in by_module:
            by_module[one.module] = {"address": one.module, "resources": [], "child_modules": []}
            parent = one.module.rpartition(".module.")[0]
            by_module.get(parent, root)["child_modules"].append(by_module[one.module])
        by_module[one.module]["resources"].append(
            {**one.entry, "values": one.values, "sensitive_values": one.sensitive}
        )
    return root


def _change(one: Made) -> dict[str, Any]:
    deleted = list(one.actions) == ["delete"]
    change = {
        "actions": list(one.actions),
        "before": one.before,
        "after": None if deleted else one.values,
        "after_unknown": one.unknown,
        "before_sensitive": one.sensitive if one.before is not None else False,
        "after_sensitive": one.sensitive,
    }
    module = {"module_address": one.module} if one.module else {}
    return {**one.entry, **module, "change": change}


def _configured(resources: Sequence[Made], modules: Mapping[str, Any]) -> dict[str, Any]:
    root: dict[str, Any] = {"resources": [], "module_calls": {}}
    for one in resources:
        if one.expressions is None:
            continue
        module = root
        calls = [part.partition("[")[0] for part in one.module.split("module.") if part]
        for call in (call.rstrip(".") for call in calls):
            given = dict(modules.get(call, {}))
            outputs = {
                name: {"expression": {"references": found}}
                for name, found in given.pop("outputs", {}).items()
            }
            entry = module["module_calls"].setdefault(
                call,
                {
                    "expressions": {n: _expression(e) for n, e in given.items()},
                    "module": {"resources": [], "module_calls": {}, "outputs": outputs},
                },
            )
            module = entry["module"]
        declared = {
            **one.entry,
            "address": one.local,
            "provider_config_key": one.provider,
            "expressions": {name: _expression(found) for name, found in one.expressions.items()},
        }
        if all(found["address"] != one.local for found in module["resources"]):
            module["resources"].append(declared)
    return root


def _expression(found: Any) -> Any:
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return {"references": found}
    return found if isinstance(found, Mapping | list) else {"constant_value": found}
