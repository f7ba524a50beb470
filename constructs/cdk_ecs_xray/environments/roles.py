"""``roles``: IAM roles that exist, in place of those that a service would get."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from cdk_ecs_xray.environments.values import Role


class Roles(BaseModel):
    """Existing roles. Nothing is added to them; the synthesis prints what they must allow."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    task: Role | None = Field(default=None, description="name or ARN of what the app runs as")
    execution: Role | None = Field(
        default=None, description="name or ARN of what ECS pulls, logs and reads secrets with"
    )


def role_arn(role: str, *, partition: str, account: str) -> str:
    """Return the ARN of a role that is named in either way."""
    return role if role.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{role}"
