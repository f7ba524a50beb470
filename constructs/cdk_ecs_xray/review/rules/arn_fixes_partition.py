"""``arn:aws:`` does not exist in China and GovCloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdk_ecs_xray.review.rule import Found, Rule
from cdk_ecs_xray.review.sources import IAM
from cdk_ecs_xray.review.voice import voice_of
from cdk_ecs_xray.severity import Severity
from cdk_ecs_xray.templates.model import Stack

_PREFIXES = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def _check(stacks: Sequence[Stack]) -> Iterator[Found]:
    traced = any(task.is_traced for stack in stacks for task in stack.task_definitions)
    for stack in stacks if traced else ():
        region = stack.source.region
        partition = next(
            (name for prefix, name in _PREFIXES.items() if (region or "").startswith(prefix)), "aws"
        )
        for place, arn in stack.managed_policies:
            of_tracing = "xray" in str(arn).lower() or "CloudWatchAgent" in str(arn)
            if not of_tracing or not str(arn).startswith("arn:aws:"):
                continue
            # A template for one known region may well spell its partition out.
            if region is None or partition != "aws":
                yield Found(
                    place=place,
                    what="the policy's ARN should leave its partition open",
                    got=f"'{arn}'",
                    fix=voice_of(stack.source).open_partition,
                    severity=None if region is None else Severity.ERROR,
                )


RULE = Rule(
    id="arn-fixes-partition",
    severity=Severity.NOTE,
    title="A policy that exists in one partition only",
    source=f"{IAM}/reference-arns.html",
    check=_check,
)
