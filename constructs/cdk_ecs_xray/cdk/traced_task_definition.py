"""An existing task definition, deployed with tracing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from aws_cdk import Annotations, RemovalPolicy, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ecs_xray.cdk.execution_role import grant_execution
from cdk_ecs_xray.cdk.image_pull import pull_statements
from cdk_ecs_xray.cdk.log_driver import write_statements
from cdk_ecs_xray.cdk.log_group import DEFAULT_REMOVAL_POLICY, DEFAULT_RETENTION, XRayLogGroup
from cdk_ecs_xray.cdk.permissions import grant_assume, grant_log_group, grant_write_traces
from cdk_ecs_xray.collectors.write_access import WRITE_ACTIONS
from cdk_ecs_xray.errors import ConfigurationError, Problem
from cdk_ecs_xray.inject import Injection, TracedTaskDefinitionFile
from cdk_ecs_xray.plan.execution import Place, execution_needs
from cdk_ecs_xray.templates.spelling import as_cloudformation


class TracedTaskDefinition(Construct):
    """Provisions a task definition from a file, with a collector and its log group.

    Costs what :class:`XRaySidecar` does. Grants :func:`grant_write_traces` to the task role and,
    for awslogs and private images, writing logs and pulling to the execution role. A file that
    runs a collector of its own is deployed as it is, with a warning and the grant, unless the file
    was read to replace it.

    :param file: what :meth:`TracedTaskDefinitionFile.from_file` read.
    :param family: for a file that names none; CloudFormation chooses one otherwise.
    :param task_role: for a file that names none; one is created otherwise.
    :param execution_role: likewise, created when the collector's log or image needs it. A created
        one is also allowed what the file's containers need: pulling from Amazon ECR, secrets,
        parameters, log groups and files in S3; for keys of one's own, add ``kms:Decrypt``.
    :param logging: ``awslogs``, or ``none`` for the host's default driver.
    :param log_group: an existing log group for awslogs; None creates one with the next options,
        called by the file's naming.
    :param log_retention: one month by default.
    :param log_removal_policy: destroyed with its stack by default.
    :param log_encryption_key: KMS key for the created log group.
    :raises ConfigurationError: for a role or family that the file names already.
    :raises UnsupportedTaskDefinitionError: when the file cannot be traced.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        file: TracedTaskDefinitionFile,
        family: str | None = None,
        task_role: iam.IRole | None = None,
        execution_role: iam.IRole | None = None,
        logging: Literal["awslogs", "none"] = "awslogs",
        log_group: logs.ILogGroup | None = None,
        log_retention: logs.RetentionDays = DEFAULT_RETENTION,
        log_removal_policy: RemovalPolicy = DEFAULT_REMOVAL_POLICY,
        log_encryption_key: kms.IKey | None = None,
    ) -> None:
        _require_unset(
            file,
            {"family": family, "taskRoleArn": task_role, "executionRoleArn": execution_role},
        )
        super().__init__(scope, construct_id)
        self._file = file
        if log_group is None and logging == "awslogs" and file.needs_log_group:
            log_group = XRayLogGroup(
                self,
                "LogGroup",
                log_group_name=file.options.names.log_group,
                retention=log_retention,
                removal_policy=log_removal_policy,
                encryption_key=log_encryption_key,
            )
        self.log_group: logs.ILogGroup | None = log_group
        injection = file.plan(
            region=Stack.of(self).region,
            url_suffix=Stack.of(self).url_suffix,
            account=Stack.of(self).account,
            partition=Stack.of(self).partition,
            log_group=None if log_group is None else log_group.log_group_name,
        )
        self.task_role: iam.IRole = self._role("TaskRole", "taskRoleArn", task_role)
        self.execution_role: iam.IRole | None = self._execution_role(execution_role, injection)
        self.grant: iam.Grant = self._grant(injection)
        self.task_definition: ecs.CfnTaskDefinition = ecs.CfnTaskDefinition(self, "Resource")
        self._set_properties(as_cloudformation(file.traced(injection)), family)
        for warned in injection.warnings:
            if warned.id not in ("ecs-xray:no-task-role", "ecs-xray:no-execution-role"):
                Annotations.of(self).add_warning_v2(warned.id, str(warned.problem))

    @property
    def task_definition_arn(self) -> str:
        """The ARN of this revision, as an ECS service wants it."""
        return self.task_definition.ref

    def _role(self, construct_id: str, key: str, given: iam.IRole | None) -> iam.IRole:
        if given is not None:
            return given
        named = self._file.content.get(key)
        if named is None:
            return iam.Role(
                self, construct_id, assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")
            )
        # ECS takes a role's name where it documents an ARN; a token can only be an ARN.
        if named.startswith(("arn:", "${Token[")):
            return iam.Role.from_role_arn(self, construct_id, named)
        return iam.Role.from_role_name(self, construct_id, named)

    def _execution_role(self, given: iam.IRole | None, injection: Injection) -> iam.IRole | None:
        images = [] if injection.sidecar is None else [injection.sidecar["image"]]
        images += [agent.image for agent in injection.agents]
        statements = [one for image in images for one in pull_statements(Stack.of(self), image)]
        if self.log_group is not None and injection.sidecar is not None:
            statements += write_statements(self.log_group)
        named = self._file.content.get("executionRoleArn") is not None
        if given is None and not named:
            if not statements:
                # Then nothing of the collector's needs one, and the task runs as it did.
                return None
            statements += self._statements_of_the_file()
        role = self._role("ExecutionRole", "executionRoleArn", given)
        grant_execution(self, role, statements)
        return role

    def _statements_of_the_file(self) -> Sequence[iam.PolicyStatement]:
        """Return what the instance's role did, which ECS asks no more once there is another."""
        stack = Stack.of(self)
        containers = self._file.content["containerDefinitions"]
        place = Place(partition=stack.partition, region=stack.region, account=stack.account)
        return [
            *(
                statement
                for container in containers
                for statement in pull_statements(
                    stack, str(container.get("image")), through_cache=False
                )
            ),
            *(
                iam.PolicyStatement(actions=list(need.actions), resources=list(need.resources))
                for need in execution_needs(containers, place)
            ),
        ]

    def grant_run(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let something run this task: ``ecs:RunTask``, and ``iam:PassRole`` for both roles."""
        roles = [self.task_role, *([] if self.execution_role is None else [self.execution_role])]
        passed = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["iam:PassRole"],
            resource_arns=[role.role_arn for role in roles],
            conditions={"StringLike": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        )
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["ecs:RunTask"], resource_arns=[self.task_definition_arn]
        ).combine(passed)

    def _grant(self, injection: Injection) -> iam.Grant:
        description = injection.description
        actions = WRITE_ACTIONS if description is None else description.actions
        grant = grant_write_traces(self.task_role, actions=actions)
        for group in () if description is None else description.written_log_groups:
            grant = grant.combine(grant_log_group(self, self.task_role, group))
        if description is not None and description.assumes_role is not None:
            grant = grant.combine(grant_assume(self.task_role, description.assumes_role))
        return grant

    def _set_properties(self, properties: Mapping[str, Any], family: str | None) -> None:
        """Set them as they are: the L1's own types would drop what they do not know."""
        added = {"Family": family, "TaskRoleArn": self.task_role.role_arn}
        if self.execution_role is not None:
            added["ExecutionRoleArn"] = self.execution_role.role_arn
        missing = {
            key: value
            for key, value in added.items()
            if value is not None and key not in properties
        }
        for key, value in {**properties, **missing}.items():
            self.task_definition.add_property_override(key, value)


def _require_unset(file: TracedTaskDefinitionFile, given: Mapping[str, object]) -> None:
    problems = [
        Problem(
            where=file.where,
            what=f"{key} must be given once",
            got="it in the file and from you",
            fix="Leave one out.",
        )
        for key, value in given.items()
        if value is not None and file.content.get(key) is not None
    ]
    if problems:
        raise ConfigurationError(*problems)
