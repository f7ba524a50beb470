"""What policies that AWS maintains hold of what ECS needs before a task starts.

Source of each: the policy's page in https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk_ecs_xray.templates.grants import policy_name
from cdk_ecs_xray.unknown import Text

_ECR = (
    "ecr:getauthorizationtoken",
    "ecr:batchgetimage",
    "ecr:getdownloadurlforlayer",
    "ecr:batchchecklayeravailability",
)
_LOGS = ("logs:createlogstream", "logs:putlogevents")
_ALL_LOGS = (*_LOGS, "logs:createloggroup")
_HOLD: Mapping[str, Sequence[str]] = {
    "AmazonEC2ContainerRegistryFullAccess": _ECR,
    "AmazonEC2ContainerRegistryPowerUser": _ECR,
    "AmazonEC2ContainerRegistryPullOnly": _ECR,
    "AmazonEC2ContainerRegistryReadOnly": _ECR,
    "AmazonEC2ContainerServiceforEC2Role": (*_ECR, *_LOGS),
    "AmazonECSTaskExecutionRolePolicy": (*_ECR, *_LOGS),
    "AmazonS3FullAccess": ("s3:getobject",),
    "AmazonS3ReadOnlyAccess": ("s3:getobject",),
    "AmazonSSMFullAccess": ("ssm:getparameters",),
    "AmazonSSMManagedInstanceCore": ("ssm:getparameters",),
    "AmazonSSMReadOnlyAccess": ("ssm:getparameters",),
    "CloudWatchAgentServerPolicy": _ALL_LOGS,
    "CloudWatchLogsFullAccess": _ALL_LOGS,
    "SecretsManagerReadWrite": ("secretsmanager:getsecretvalue",),
}
_EVERYTHING = ("AdministratorAccess", "PowerUserAccess")
_OF_TRACING = ("AWSXRay", "AWSXray")


def execution_policy_allows(arn: Text, action: str) -> bool | None:
    """Return whether a policy that AWS maintains allows an action before a task starts."""
    name = policy_name(arn)
    if name in _EVERYTHING:
        return True
    if name in _HOLD:
        return action.lower() in _HOLD[name]
    return False if name.startswith(_OF_TRACING) else None
