"""Roles that a collector assumes before it sends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdk_ecs_xray.errors import Problem

_ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)


def role_problems(where: str, role_arn: str | None) -> Sequence[Problem]:
    """Return why a value is no role's ARN; a CDK token, which has its value later, passes."""
    if role_arn is None or "${Token[" in role_arn or _ROLE_ARN.fullmatch(role_arn) is not None:
        return ()
    return (
        Problem(
            where=where,
            what="role_arn must be the ARN of an IAM role",
            got=f"'{role_arn}'",
            fix="Such as arn:aws:iam::111122223333:role/traces.",
        ),
    )
