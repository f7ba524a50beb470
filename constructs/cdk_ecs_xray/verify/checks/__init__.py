"""The checks, one per file, in the order in which one explains the next."""

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.verify.check import Check
from cdk_ecs_xray.verify.checks.arrival import ARRIVAL
from cdk_ecs_xray.verify.checks.collector_logs import COLLECTOR_LOGS
from cdk_ecs_xray.verify.checks.drift import DRIFT
from cdk_ecs_xray.verify.checks.log_groups import LOG_GROUPS
from cdk_ecs_xray.verify.checks.permissions import PERMISSIONS
from cdk_ecs_xray.verify.checks.polling import POLLING
from cdk_ecs_xray.verify.checks.sampling import SAMPLING
from cdk_ecs_xray.verify.checks.stacks import STACKS
from cdk_ecs_xray.verify.checks.task_definition import TASK_DEFINITION
from cdk_ecs_xray.verify.checks.tasks import TASKS
from cdk_ecs_xray.verify.checks.transaction_search import TRANSACTION_SEARCH

CHECKS: Sequence[Check] = (
    STACKS,
    DRIFT,
    TASK_DEFINITION,
    TASKS,
    LOG_GROUPS,
    PERMISSIONS,
    SAMPLING,
    TRANSACTION_SEARCH,
    COLLECTOR_LOGS,
    POLLING,
    ARRIVAL,
)
