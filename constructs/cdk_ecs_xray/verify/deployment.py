"""A deployment as the checks see it: synthesized stacks, and AWS where they are deployed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cdk_ecs_xray.plan.transaction_search import DESTINATION
from cdk_ecs_xray.templates.intrinsics import Resolver
from cdk_ecs_xray.templates.stack_source import StackSource
from cdk_ecs_xray.templates.stack_values import StackValues
from cdk_ecs_xray.verify.connection import error_code
from cdk_ecs_xray.verify.logged_traces import read_logged_traces
from cdk_ecs_xray.verify.traced_service import TracedService, traced_services
from cdk_ecs_xray.verify.traces import ArrivedTrace, read_names, read_traces

if TYPE_CHECKING:
    import boto3

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


class Deployment:
    """One environment: what was synthesized, and AWS to look at. Asks AWS for each thing once.

    :param stacks: of one environment.
    :param session: with credentials of the account of the stacks.
    :param minutes: how far back logs, statistics and traces are read.
    """

    def __init__(
        self,
        *,
        stacks: Sequence[StackSource],
        session: boto3.Session,
        account: str,
        minutes: int,
    ) -> None:
        self.stacks = stacks
        self.minutes = minutes
        self.account = account
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self._deployed: dict[str, Mapping[str, Any] | None] = {}
        self._resources: dict[str, Mapping[str, tuple[str, str]]] = {}
        self._names: dict[str, Sequence[str]] = {}
        self._destinations: dict[str, Mapping[str, str]] = {}
        self._traces: dict[tuple[str, str], Sequence[ArrivedTrace]] = {}

    @property
    def since(self) -> datetime:
        """The start of the minutes that are looked at."""
        return datetime.now(UTC) - timedelta(minutes=self.minutes)

    @property
    def regions(self) -> Sequence[str]:
        """Every region that a stack goes to."""
        return sorted({self.region_of(stack) for stack in self.stacks})

    def region_of(self, stack: StackSource) -> str:
        """Return where a stack goes."""
        return str(self._session.region_name if stack.region is None else stack.region)

    def client(self, service: str, region: str) -> Any:
        """Return a client of a region; typed as Any because the service is a string."""
        key = (service, region)
        if key not in self._clients:
            make: Any = self._session.client
            self._clients[key] = make(service, region_name=region)
        return self._clients[key]

    def deployed(self, stack: StackSource) -> Mapping[str, Any] | None:
        """Return what CloudFormation says of a stack; None when there is none.

        Needs ``cloudformation:DescribeStacks``.
        """
        if stack.name not in self._deployed:
            client = self.client("cloudformation", self.region_of(stack))
            try:
                (found,) = client.describe_stacks(StackName=stack.name)["Stacks"]
            except client.exceptions.ClientError as error:
                # CloudFormation has no code of its own for a stack that is not there.
                if error_code(error) != "ValidationError":
                    raise
                found = None
            self._deployed[stack.name] = found
        return self._deployed[stack.name]

    def physical_id(self, stack: StackSource, logical_id: str) -> str | None:
        """Return what a resource is called in AWS; None when it is not there.

        Needs ``cloudformation:ListStackResources``.
        """
        return self._resources_of(stack).get(logical_id, (None, ""))[0]

    def values(self, stack: StackSource) -> Resolver:
        """Return what the intrinsic functions of a deployed stack's template come to."""
        region = self.region_of(stack)
        partition = next(
            (one for start, one in _PARTITIONS.items() if region.startswith(start)), "aws"
        )
        described = self.deployed(stack) or {}
        resources = self._resources_of(stack)
        parameters = {
            parameter["ParameterKey"]: parameter.get(
                "ResolvedValue", parameter.get("ParameterValue", "")
            )
            for parameter in described.get("Parameters", [])
        }
        values = StackValues(
            references={
                "AWS::AccountId": self.account,
                "AWS::Partition": partition,
                "AWS::Region": region,
                "AWS::StackName": stack.name,
                "AWS::URLSuffix": _SUFFIXES.get(partition, "amazonaws.com"),
                **parameters,
                **{logical_id: physical for logical_id, (physical, _) in resources.items()},
            },
            role_names={
                logical_id: physical
                for logical_id, (physical, kind) in resources.items()
                if kind == "AWS::IAM::Role"
            },
        )
        return Resolver(stack.template, values, optional_counts=False)

    @cached_property
    def services(self) -> Sequence[TracedService]:
        """The services that are to be traced, as synthesized."""
        return [
            service
            for stack in self.stacks
            for service in traced_services(stack, region=self.region_of(stack))
        ]

    def running_definition(self, service: TracedService) -> Mapping[str, Any] | None:
        """Return the task definition that a service runs; None when the service is not there.

        Needs ``ecs:DescribeServices`` and ``ecs:DescribeTaskDefinition``.
        """
        described = self.described_service(service)
        if described is None:
            return None
        client = self.client("ecs", service.region)
        found: Mapping[str, Any] = client.describe_task_definition(
            taskDefinition=described["taskDefinition"]
        )["taskDefinition"]
        return found

    def described_service(self, service: TracedService) -> Mapping[str, Any] | None:
        """Return what ECS says of a service; None when it is not there."""
        arn = self.physical_id(service.stack, service.logical_id)
        if arn is None:
            return None
        client = self.client("ecs", service.region)
        # An ARN of the old format has no cluster in it.
        cluster = arn.split("/")[-2] if arn.count("/") > 1 else self._cluster(service)
        try:
            found = client.describe_services(cluster=cluster, services=[arn])["services"]
        except client.exceptions.ClusterNotFoundException:
            return None
        return next((service for service in found if service["status"] != "INACTIVE"), None)

    def traces(self, tracing_name: str, region: str) -> Sequence[ArrivedTrace]:
        """Return the newest traces of a service, from where they go.

        Needs what :meth:`read_traces` needs.
        """
        key = (tracing_name, region)
        if key not in self._traces:
            self._traces[key] = self.read_traces(tracing_name, region)
        return self._traces[key]

    def read_traces(self, tracing_name: str, region: str) -> Sequence[ArrivedTrace]:
        """Ask anew for the newest traces of a service.

        Needs ``xray:GetTraceSegmentDestination``, then ``xray:GetTraceSummaries`` and
        ``xray:BatchGetTraces``, or with Transaction Search ``logs:FilterLogEvents``,
        ``xray:StartTraceRetrieval`` and ``xray:ListRetrievedTraces``.

        :raises RetrievalError: Transaction Search has spans and does not retrieve them.
        """
        xray = self.client("xray", region)
        if self.sends_to_logs(region):
            logs = self.client("logs", region)
            return read_logged_traces(xray, logs, tracing_name, since=self.since)
        return read_traces(xray, tracing_name, since=self.since)

    def sends_to_logs(self, region: str) -> bool:
        """Whether Transaction Search is on, so that X-Ray finds only a share of the traces."""
        return self.destination(region)["Destination"] == DESTINATION

    def destination(self, region: str) -> Mapping[str, str]:
        """Return where X-Ray sends traces, and whether it has changed over.

        Needs ``xray:GetTraceSegmentDestination``.
        """
        if region not in self._destinations:
            answer = self.client("xray", region).get_trace_segment_destination()
            self._destinations[region] = answer
        return self._destinations[region]

    def names_seen(self, region: str) -> Sequence[str]:
        """Return the names of services in the newest traces of a region, whoever sent them.

        Needs ``xray:GetTraceSummaries``.
        """
        if region not in self._names:
            self._names[region] = read_names(self.client("xray", region), since=self.since)
        return self._names[region]

    def traces_read(self) -> Sequence[ArrivedTrace]:
        """Return every trace that was read so far, each once."""
        return list(
            {trace.trace_id: trace for many in self._traces.values() for trace in many}.values()
        )

    def _cluster(self, service: TracedService) -> str:
        return str(self.values(service.stack).resolve(service.cluster))

    def _resources_of(self, stack: StackSource) -> Mapping[str, tuple[str, str]]:
        if self.deployed(stack) is None:
            return {}
        if stack.name not in self._resources:
            client = self.client("cloudformation", self.region_of(stack))
            pages = client.get_paginator("list_stack_resources").paginate(StackName=stack.name)
            self._resources[stack.name] = {
                summary["LogicalResourceId"]: (
                    summary["PhysicalResourceId"],
                    summary["ResourceType"],
                )
                for page in pages
                for summary in page["StackResourceSummaries"]
                if summary.get("PhysicalResourceId")
                and summary["ResourceStatus"] != "DELETE_COMPLETE"
            }
        return self._resources[stack.name]
