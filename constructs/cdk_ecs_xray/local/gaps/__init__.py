"""What ministack gets wrong or lacks and the kit's stacks need; one file per gap.

Each patches a private table or function of ministack's, and a test asserts that it still exists.
"""

from __future__ import annotations

from cdk_ecs_xray.local.gaps import (
    container_definitions,
    containers,
    ecs_services,
    imports,
    log_groups,
    public_parameters,
    response_urls,
)

__all__ = ["mend_all"]


def mend_all() -> None:
    """Close every gap; once per process, before the first request."""
    for gap in (
        containers,
        container_definitions,
        ecs_services,
        imports,
        log_groups,
        public_parameters,
        response_urls,
    ):
        gap.mend()
