"""The names of the reference setup's resources, made from namespace, environment and service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdk_ecs_xray.errors import ConfigurationError, Problem

# Container names allow letters, digits, hyphens and underscores, and so do Docker links; log
# group names allow more. What is legal in both is legal in every name made here.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MAX_CONTAINER_NAME = 255


@dataclass(frozen=True, kw_only=True)
class Naming:
    """The reference setup's names: ``fq-dev-xray`` and ``/fq/dev/<service>/instance/xray``.

    :param namespace: the organization's prefix; the reference setup's is ``fq``.
    :param environment: such as ``dev``; part of every name, so environments can share an account.
    :param service: such as ``ledger-watcher``. The reference setup appends ``-watcher`` in one
        place and forgets it in another; here the whole name is given once.
    :raises ConfigurationError: for an empty part or one with characters ECS refuses.
    """

    namespace: str
    environment: str
    service: str

    def __post_init__(self) -> None:
        problems = [
            Problem(
                where="Naming",
                what=f"{part} must be letters, digits, hyphens and underscores, starting with a "
                "letter or digit",
                got=f"{value!r}",
                fix="It becomes part of container and log group names.",
            )
            for part, value in (
                ("namespace", self.namespace),
                ("environment", self.environment),
                ("service", self.service),
            )
            if _PART.fullmatch(value) is None
        ]
        if len(self.container_name) > _MAX_CONTAINER_NAME:
            problems.append(
                Problem(
                    where="Naming",
                    what=f"the container name must be at most {_MAX_CONTAINER_NAME} characters",
                    got=str(len(self.container_name)),
                    fix="Shorten namespace or environment.",
                )
            )
        if problems:
            raise ConfigurationError(*problems)

    @property
    def container_name(self) -> str:
        """The sidecar's name, which is also the host that linked containers send to."""
        return f"{self.namespace}-{self.environment}-xray"

    @property
    def log_group_name(self) -> str:
        """The collector's log group."""
        return f"/{self.namespace}/{self.environment}/{self.service}/instance/xray"

    @property
    def application_log_group_name(self) -> str:
        """The app's log group, beside the collector's."""
        return f"/{self.namespace}/{self.environment}/{self.service}/instance/app"

    @property
    def qualified_service(self) -> str:
        """The service's name among all environments of an account."""
        return f"{self.namespace}-{self.environment}-{self.service}"
