"""Everything X-Ray knows in one account and region."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from cdk_ecs_xray.local.xray.boosts import SamplingBoosts
from cdk_ecs_xray.local.xray.documents import Document
from cdk_ecs_xray.local.xray.groups import Groups
from cdk_ecs_xray.local.xray.refusals import ResourceNotFoundError
from cdk_ecs_xray.local.xray.retrievals import Retrievals
from cdk_ecs_xray.local.xray.sampling_rules import SamplingRules
from cdk_ecs_xray.local.xray.sampling_targets import SamplingTargets
from cdk_ecs_xray.local.xray.segments import Segments
from cdk_ecs_xray.local.xray.tags import Tags, read_tags
from cdk_ecs_xray.local.xray.traces import Traces
from cdk_ecs_xray.local.xray.transaction_search import NoSpanLog, SpanLog, TransactionSearch


class XRayStore:
    """X-Ray's state in one account and region, with the operations on it.

    Rules and groups refer to nothing else, so each lives in its own part; this class joins what
    one request changes in several of them: a rule and its tags.
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        clock: Callable[[], float] = time.time,
        span_log: SpanLog | None = None,
    ) -> None:
        arn = f"arn:aws:xray:{region}:{account}:"
        self.rules = SamplingRules(arn_prefix=f"{arn}sampling-rule/", clock=clock)
        boosts = SamplingBoosts(rules=self.rules, clock=clock)
        self.targets = SamplingTargets(rules=self.rules, boosts=boosts, clock=clock)
        self.asked = 0
        self.groups = Groups(arn_prefix=f"{arn}group/")
        self.tags = Tags()
        self.search = TransactionSearch(
            clock=clock, span_log=NoSpanLog() if span_log is None else span_log
        )
        self.segments = Segments(clock=clock, search=self.search)
        self.retrievals = Retrievals(account=account, segments=self.segments, clock=clock)
        self.traces = Traces(account=account, segments=self.segments, groups=self.groups)

    def rules_for_sdk(self, token: object) -> Document:
        """GetSamplingRules; counted, as an SDK that never asks is not set up."""
        self.asked += 1
        return self.rules.listed(token)

    def create_rule(self, request: Mapping[str, Any]) -> Document:
        """CreateSamplingRule, with its tags."""
        tags = request.get("Tags") or []
        read_tags(tags)
        record = self.rules.create(request.get("SamplingRule") or {})
        self.tags.add(record["SamplingRule"]["RuleARN"], tags)
        return record

    def delete_rule(self, which: Mapping[str, Any]) -> Document:
        """DeleteSamplingRule, with its tags."""
        record = self.rules.delete(which)
        self.tags.forget(record["SamplingRule"]["RuleARN"])
        return record

    def create_group(self, request: Mapping[str, Any]) -> Document:
        """CreateGroup, with its tags."""
        tags = request.get("Tags") or []
        read_tags(tags)
        group = self.groups.create(request)
        self.tags.add(group["GroupARN"], tags)
        return group

    def delete_group(self, which: Mapping[str, Any]) -> None:
        """DeleteGroup, with its tags."""
        self.tags.forget(self.groups.delete(which)["GroupARN"])

    def taggable(self, arn: object) -> str:
        """*arn* when it names a rule or group that exists.

        :raises ResourceNotFoundError: otherwise.
        """
        name = str(arn)
        if self.rules.by_arn(name) is None and self.groups.by_arn(name) is None:
            raise ResourceNotFoundError(f"Resource {name} does not exist", resource_name=name)
        return name
