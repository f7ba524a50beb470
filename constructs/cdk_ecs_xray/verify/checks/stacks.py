"""Whether every stack is there, complete, and of the template that was synthesized."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cdk_ecs_xray.templates.nested import NESTED_STACK
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.template import read_template
from cdk_ecs_xray.verify.check import Answer, Check, failed, not_checked, ok
from cdk_ecs_xray.verify.deployment import Deployment

_COMPLETE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


def _look(deployment: Deployment) -> Iterator[Answer]:
    for stack in deployment.stacks:
        yield _answer(deployment, stack)
        for logical_id in stack.resources(NESTED_STACK):
            yield not_checked(
                f"nested stack {logical_id} of {stack.name}",
                "nested stacks are not looked into",
                fix="Deploy what is traced in a stack of its own, or look by hand.",
            )


def _answer(deployment: Deployment, stack: StackSource) -> Answer:
    subject = f"stack {stack.name}"
    described = deployment.deployed(stack)
    where = f"{deployment.account}, {deployment.region_of(stack)}"
    if described is None:
        return failed(
            subject,
            f"is not in {where}",
            fix=f"Deploy it: cdk deploy '{stack.path}', or check --profile and --region.",
        )
    status = described["StackStatus"]
    if status not in _COMPLETE:
        return failed(
            subject,
            f"is {status}: {described.get('StackStatusReason', 'no reason given')}",
            fix="Wait if it is in progress. Otherwise read its events and deploy again.",
        )
    if not _same_template(deployment, stack):
        return failed(
            subject,
            f"is {status}, but of another template than the one synthesized",
            fix="Deploy what was synthesized, or synthesize what was deployed.",
        )
    return ok(subject, f"is {status} in {where}, as synthesized")


def _same_template(deployment: Deployment, stack: StackSource) -> bool:
    client = deployment.client("cloudformation", deployment.region_of(stack))
    body: Any = client.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    deployed = read_template(body, where=stack.name) if isinstance(body, str) else body
    return _ascii(deployed) == _ascii(stack.template)


def _ascii(template: Any) -> bytes:
    # CloudFormation gives back a question mark for every character it cannot show.
    text = json.dumps(template, ensure_ascii=False, sort_keys=True)
    return text.encode("ascii", errors="replace")


STACKS = Check(
    check_id="stacks",
    needs=("cloudformation:DescribeStacks", "cloudformation:GetTemplate"),
    look=_look,
)
