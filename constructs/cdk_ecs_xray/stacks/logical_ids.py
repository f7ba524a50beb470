"""The logical ids of a service's resources, which a change would replace.

A construct directly in its stack has its own id as its logical id. So these are both, and a
resource can be named before it is made: each question less is a crossing less into CDK's kernel.
"""

from __future__ import annotations

import hashlib
import re


def logical_id(*path: str) -> str:
    """Return the logical id that CDK gives a resource at a path of constructs in a stack.

    The algorithm is that of ``makeUniqueId`` in aws-cdk-lib's ``core/lib/private/uniqueid.ts``.
    """
    # Names resources; nothing is kept secret by it.
    digest = hashlib.md5("/".join(path).encode(), usedforsecurity=False).hexdigest()
    human = "".join(re.sub(r"[^A-Za-z0-9]", "", part) for part in path if part != "Resource")
    return human + digest[:8].upper()


SERVICE = "Service"
TASK_DEFINITION = logical_id("TaskDefinition", "Resource")
TASK_ROLE = logical_id("TaskDefinition", "TaskRole", "Resource")
TASK_POLICY = logical_id("TaskDefinition", "TaskRole", "DefaultPolicy", "Resource")
TASK_POLICY_OF_EXISTING = logical_id("TaskDefinition", "TaskRole", "Policy", "Resource")
EXECUTION_ROLE = logical_id("TaskDefinition", "ExecutionRole", "Resource")
EXECUTION_POLICY = logical_id("TaskDefinition", "ExecutionRole", "DefaultPolicy", "Resource")
EXECUTION_POLICY_OF_EXISTING = logical_id("TaskDefinition", "ExecutionRole", "Policy", "Resource")
COLLECTOR_LOG = logical_id("TaskDefinition", "XRay", "LogGroup", "Resource")
COLLECTOR_LOG_OF_FILE = logical_id("TaskDefinition", "LogGroup", "Resource")
APPLICATION_LOG = logical_id("ApplicationLog", "Resource")
