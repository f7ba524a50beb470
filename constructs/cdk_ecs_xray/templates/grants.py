"""Whether a role may do something, in yes, no and cannot tell."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cdk_ecs_xray.templates.model import Role, Statement
from cdk_ecs_xray.unknown import Text, Unknown

PUT = "xray:PutTraceSegments"
SAMPLING = ("xray:GetSamplingRules", "xray:GetSamplingTargets")

# Policies that AWS maintains, by what their documents hold of X-Ray's write actions.
_WITH_WRITE_ACCESS = frozenset(
    {
        "AdministratorAccess",
        "AWSElasticBeanstalkWebTier",
        "AWSElasticBeanstalkWorkerTier",
        "AWSXRayDaemonWriteAccess",
        "AWSXRayFullAccess",
        "AWSXrayFullAccess",
        "AWSXrayWriteOnlyAccess",
        "CloudWatchAgentAdminPolicy",
        "CloudWatchAgentServerPolicy",
        "PowerUserAccess",
    }
)
_WITHOUT = (
    "AWSXRayReadOnlyAccess",
    "AWSXrayReadOnlyAccess",
    "AmazonBedrock",
    "AmazonDynamoDB",
    "AmazonEC2ContainerRegistry",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonKinesis",
    "AmazonRDS",
    "AmazonS3",
    "AmazonSES",
    "AmazonSNS",
    "AmazonSQS",
    "AmazonSSM",
    "CloudWatchLogs",
    "SecretsManager",
)
_BEANSTALK = "AWSElasticBeanstalk"
_PUT = ("xray:puttracesegments", "xray:puttelemetryrecords")


def allows(role: Role, action: str) -> bool | None:
    """Return whether a role may take an X-Ray action; None when the templates cannot tell."""
    answers = [_statement_allows(one, action) for one in role.statements]
    if any(_denies(one, action) for one in role.statements):
        return False
    answers += [_policy_allows(arn, action) for arn in role.managed_policies]
    if True in answers:
        return True
    return None if None in answers or not role.complete else False


def policy_name(arn: Text) -> str:
    """Return the last part of a policy's ARN."""
    return str(arn).rpartition("/")[2]


def _statement_allows(statement: Statement, action: str) -> bool | None:
    if statement.effect != "Allow" or not _covers(statement.actions, action):
        unknown = any(isinstance(one, Unknown) for one in statement.actions)
        return None if unknown and statement.effect == "Allow" else False
    # X-Ray's write actions take no resource: a statement with any other than * grants nothing.
    if "*" in statement.resources:
        return None if statement.conditional else True
    return None if any(isinstance(one, Unknown) for one in statement.resources) else False


def _denies(statement: Statement, action: str) -> bool:
    return (
        statement.effect == "Deny"
        and not statement.conditional
        and "*" in statement.resources
        and _covers(statement.actions, action)
    )


def _covers(patterns: Iterable[Text], action: str) -> bool:
    return any(
        isinstance(pattern, str) and fnmatchcase(action.lower(), pattern.lower())
        for pattern in patterns
    )


def _policy_allows(arn: Text, action: str) -> bool | None:
    name = policy_name(arn)
    if name in _WITH_WRITE_ACCESS:
        # Elastic Beanstalk's tiers can put segments and ask for rules, like the daemon's own.
        return True if not name.startswith(_BEANSTALK) or action.lower() in _PUT else None
    return False if name.startswith(_WITHOUT) else None
