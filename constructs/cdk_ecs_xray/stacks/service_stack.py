"""One traced ECS service, or a task on a schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray.cdk.console import log_group_url, trace_map_url, traces_url
from cdk_ecs_xray.environments.access import Statement, execution_statements, task_statements
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.environments.roles import role_arn
from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.task_definition import Surroundings
from cdk_ecs_xray.inject import Injection
from cdk_ecs_xray.plan.regions import PARTITIONS
from cdk_ecs_xray.stacks import logical_ids as ids
from cdk_ecs_xray.stacks.acknowledged import (
    LOAD_BALANCER_FINDINGS,
    NEW_CLUSTER_FINDINGS,
    SERVICE_FINDINGS,
    acknowledge,
)
from cdk_ecs_xray.stacks.contents import Contents
from cdk_ecs_xray.stacks.log_groups import add_log_group
from cdk_ecs_xray.stacks.roles import add_policy, add_role, name_of, tell_what_is_needed
from cdk_ecs_xray.stacks.running import add_runner
from cdk_ecs_xray.stacks.tokens import attribute, ref, with_tokens
from cdk_ecs_xray.templates.spelling import as_cloudformation

if TYPE_CHECKING:
    from cdk_ecs_xray.stacks.new_cluster import NewClusterCapacity

_ZONES = 2
_TOLD_OTHERWISE = ("ecs-xray:no-task-role", "ecs-xray:no-execution-role")
"""Warnings about roles that the stack adds."""


class ServiceStack(cdk.Stack):
    """Provisions a service, its sidecar, log groups, permissions and, unless it joins one, cluster.

    Costs the tasks' share of the cluster, or the instances of a new one, and the log group.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, service: Service
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(service.name),
            description=f"{service.name} in {environment.name}, traced with X-Ray",
            tags=dict(environment.tags) or None,
        )
        self._environment = environment
        self._service = service
        self.naming = environment.naming(service)
        self.place = _place_of(environment)
        self.file = environment.task_definition(service, place=self.place)
        self.contents = Contents()
        self._created_groups: dict[str, str] = {}
        collector_log = self._add_log_groups()
        self.injection: Injection = self.file.plan(
            region=self.place.region,
            log_group=None if collector_log is None else ref(collector_log),
            url_suffix=self.place.url_suffix,
            account=self.place.account,
            partition=self.place.partition,
        )
        self._content = dict(self.file.traced(self.injection))
        self.task_role, task_policy = self._add_task_role()
        self.execution_role, execution_policy = self._add_execution_role()
        self._add_task_definition()
        self.new_cluster = self._add_cluster()
        # Nothing starts before it can log and send traces, as the reference setup has it.
        needed = (task_policy, execution_policy, collector_log)
        runner = add_runner(self, after=[one for one in needed if one is not None])
        self._add_outputs()
        self._include(runner)
        self._acknowledge()

    @property
    def availability_zones(self) -> list[str]:
        """Zones by their position in the region, which every region has.

        CDK asks for their names, even where a VPC is given its zones, and would look them up with
        credentials while it synthesizes.
        """
        return [cdk.Fn.select(zone, cdk.Fn.get_azs()) for zone in range(_ZONES)]

    @property
    def environment_model(self) -> Environment:
        """The environment that the stack is of."""
        return self._environment

    @property
    def service_model(self) -> Service:
        """What the environment's file says of the service."""
        return self._service

    def _add_log_groups(self) -> str | None:
        """Add the app's log group and the collector's; return the logical id of the latter."""
        if any(app.log_group is None for app in self._service.apps):
            self._add_log_group(ids.APPLICATION_LOG, self.naming.application_log_group_name)
        if not self.file.needs_log_group:
            return None
        of_file = self._service.task_definition is not None
        collector_id = ids.COLLECTOR_LOG_OF_FILE if of_file else ids.COLLECTOR_LOG
        self._add_log_group(collector_id, self.naming.log_group_name)
        return collector_id

    def _add_log_group(self, logical_id: str, name: str) -> None:
        self._created_groups[ref(logical_id)] = attribute(logical_id, "Arn")
        add_log_group(
            self.contents,
            logical_id,
            name=name,
            retention_days=self._environment.log_retention_days,
            removal_policy=self._environment.removal_policy,
        )

    def _add_task_role(self) -> tuple[str, str | None]:
        """Return the ARN or name of the role, and the logical id of a policy that it gets."""
        statements = task_statements(self._service, self.injection, self.place)
        given = self._service.roles.task
        if given is not None:
            tell_what_is_needed(self, role=given, kind="task", statements=statements)
            return self._arn_of(given), None
        return self._role(
            self._content.get("taskRoleArn"),
            statements,
            role_id=ids.TASK_ROLE,
            policy_id=ids.TASK_POLICY,
            policy_of_existing=ids.TASK_POLICY_OF_EXISTING,
        )

    def _add_execution_role(self) -> tuple[str | None, str | None]:
        """Likewise; no role where nothing needs one."""
        statements = execution_statements(
            self._content,
            self.place,
            created_groups=self._created_groups,
            cache_prefix=self._environment.image_cache_prefix,
        )
        given = self._service.roles.execution
        if given is not None:
            tell_what_is_needed(self, role=given, kind="execution", statements=statements)
            return self._arn_of(given), None
        named = self._content.get("executionRoleArn")
        if named is None and not statements:
            return None, None
        return self._role(
            named,
            statements,
            role_id=ids.EXECUTION_ROLE,
            policy_id=ids.EXECUTION_POLICY,
            policy_of_existing=ids.EXECUTION_POLICY_OF_EXISTING,
        )

    def _role(
        self,
        named: Any,
        statements: Sequence[Statement],
        *,
        role_id: str,
        policy_id: str,
        policy_of_existing: str,
    ) -> tuple[str, str | None]:
        """Add a role and its policy, or the policy alone of a role that a file names."""
        if named is not None:
            role, role_name, policy_id = str(named), name_of(str(named)), policy_of_existing
        else:
            role = add_role(self.contents, role_id, service="ecs-tasks.amazonaws.com")
            role_name = ref(role_id)
        policy = add_policy(self.contents, policy_id, role_name=role_name, statements=statements)
        return role, policy

    def _arn_of(self, role: str) -> str:
        return role_arn(role, partition=self.place.partition, account=self.place.account)

    def _add_task_definition(self) -> None:
        roles: Mapping[str, Any] = {
            "taskRoleArn": self.task_role,
            "executionRoleArn": self.execution_role,
        }
        content = with_tokens({**self._content, **roles})
        if self._service.task_definition is None:
            self.contents.add(
                ids.TASK_DEFINITION, "AWS::ECS::TaskDefinition", as_cloudformation(content)
            )
        else:
            # A file may hold what CDK would refuse or change; the keys of a service cannot.
            from cdk_ecs_xray.cdk.typed_properties import add_task_definition

            add_task_definition(self, ids.TASK_DEFINITION, content)
        for warned in self.injection.warnings:
            if warned.id not in _TOLD_OTHERWISE:
                cdk.Annotations.of(self).add_warning_v2(warned.id, str(warned.problem))

    def _add_cluster(self) -> NewClusterCapacity | None:
        if self._environment.cluster_of(self._service) is not None:
            return None
        # It loads EC2's part of CDK, the largest, which most services have no use for.
        from cdk_ecs_xray.stacks.new_cluster import NewClusterCapacity

        cluster = NewClusterCapacity(self, "Cluster", new_cluster=self._service.new_cluster)
        acknowledge(cluster, NEW_CLUSTER_FINDINGS)
        return cluster

    def _include(self, runner: str) -> None:
        included = self.contents.include_in(self)
        if self.new_cluster is not None:
            # jsii gives back only what is of a class that is loaded.
            from aws_cdk import aws_ecs, aws_scheduler

            del aws_ecs, aws_scheduler
            # Tasks need instances to start on, and to be drained from before these go.
            included.get_resource(runner).node.add_dependency(self.new_cluster.capacity)

    def _acknowledge(self) -> None:
        balancer = self._service.load_balancer
        new = None if balancer is None else balancer.new
        silent = new is not None and new.access_logs_bucket is None
        acknowledge(self, SERVICE_FINDINGS | (LOAD_BALANCER_FINDINGS if silent else {}))

    def _add_outputs(self) -> None:
        region, partition = self.place.region, "aws"
        if self._environment.region is not None:
            partition = PARTITIONS[region]
        for logical_id, description, value in (
            ("TraceMap", "The trace map", trace_map_url(region=region, partition=partition)),
            (
                "Traces",
                "Traces that went through this service",
                traces_url(self._service.traced_as, region=region, partition=partition),
            ),
            (
                "CollectorLog",
                "The collector's log",
                log_group_url(self.naming.log_group_name, region=region, partition=partition),
            ),
        ):
            self.contents.add_output(logical_id, value=value, description=description)


def _place_of(environment: Environment) -> Surroundings:
    """Return what is known of the place at synthesis, and CDK's tokens for the rest."""
    return Surroundings(
        partition=ref("AWS::Partition"),
        region=ref("AWS::Region") if environment.region is None else environment.region,
        account=ref("AWS::AccountId") if environment.account is None else environment.account,
        url_suffix=ref("AWS::URLSuffix"),
        log_group=ref(ids.APPLICATION_LOG),
    )
