"""One line per stack while cdk deploys, read from CloudFormation and not from cdk's text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cdk_ecs_xray.local.embedded_aws import EmbeddedAws
from cdk_ecs_xray.local.place import Target
from cdk_ecs_xray.printable import counted

_UNSETTLED = ("_IN_PROGRESS",)
# What CloudFormation says of resources that another one's failure stopped.
_CANCELLED = "Resource creation canceled"
Say = Callable[[str], None]


class StackProgress:
    """Says of each stack, once, how its deployment ended.

    :param names: the stacks of one account and region that are deployed.
    :param say: prints a line.
    """

    def __init__(self, aws: EmbeddedAws, target: Target, names: Sequence[str], say: Say) -> None:
        self._client = aws.client("cloudformation", account=target.account, region=target.region)
        self._waiting = dict.fromkeys(names, time.monotonic())
        self._width = max(map(len, names), default=0)
        self._say = say
        self._before = {name: _mark(stack) for name, stack in self._described().items()}

    def look(self) -> None:
        """Say what has ended since the last look."""
        for name, stack in self._described().items():
            if name in self._waiting and _mark(stack) != self._before.get(name):
                began = self._waiting.pop(name)
                self._ended(name, stack, time.monotonic() - began)

    def finish(self) -> None:
        """Say what the last look missed, and which stacks cdk had nothing to do for."""
        self.look()
        there = self._described()
        for name in self._waiting:
            stack = there.get(name)
            said = "not deployed" if stack is None else f"{stack['StackStatus']}, no changes"
            self._say(f"{name:<{self._width}}  {said}")
        self._waiting.clear()

    def _described(self) -> Mapping[str, Any]:
        """Every stack that is not being worked on."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            pages = list(self._client.get_paginator("describe_stacks").paginate())
        except (BotoCoreError, ClientError):
            # The server is ending, which cdk will say.
            return {}
        return {
            stack["StackName"]: stack
            for page in pages
            for stack in page["Stacks"]
            if not stack["StackStatus"].endswith(_UNSETTLED)
        }

    def _ended(self, name: str, stack: Mapping[str, Any], seconds: float) -> None:
        resources = self._client.describe_stack_resources(StackName=name)["StackResources"]
        self._say(
            f"{name:<{self._width}}  {stack['StackStatus']}, "
            f"{counted(len(resources), 'resource')}, {seconds:.1f} s"
        )
        if "ROLLBACK" in stack["StackStatus"] or "FAILED" in stack["StackStatus"]:
            for reason in self._reasons(stack["StackId"]):
                self._say(f"  {reason}")

    def _reasons(self, stack: str) -> Iterator[str]:
        """What failed of itself, the first first."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
        for event in reversed([event for page in pages for event in page["StackEvents"]]):
            reason = event.get("ResourceStatusReason", "")
            failed = event["ResourceStatus"].endswith("FAILED")
            is_stack = event["PhysicalResourceId"] == stack
            if failed and reason and not is_stack and not reason.startswith(_CANCELLED):
                yield f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"


def _mark(stack: Mapping[str, Any]) -> object:
    return stack["StackId"], stack["StackStatus"], stack.get("LastUpdatedTime")
