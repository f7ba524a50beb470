"""How the sidecar behaves next to the app: the reference setup's way, and a safer one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from cdk_ecs_xray.errors import ConfigurationError, Problem

_FEWEST_MEMORY_MIB = 4  # Docker's minimum, as ECS documents for memory and memoryReservation.
_MAX_STOP_TIMEOUT_SECONDS = 120  # ECS's limit on Fargate; CDK does not check it.
_RESTART_PERIOD_SECONDS = range(60, 1801)  # ECS's limits of restartAttemptPeriod.


StartOrder = Literal["sidecar-first", "independent"]
"""Whether app containers depend on the sidecar with the condition START, or not at all."""
LogMode = Literal["non-blocking", "blocking"]
"""What awslogs does when CloudWatch Logs does not take lines: drop them, or stop the writer."""


@dataclass(frozen=True, kw_only=True)
class SidecarProfile:
    """Sizes and failure behavior of a sidecar.

    Change one with ``dataclasses.replace(SidecarProfile.SAFE, cpu=64)``.

    :param essential: True stops the whole task when the collector stops.
    :param cpu: CPU units of 1024 a core. 32 carries 400 segments of 1 KB a second without a loss
        (measured, daemon 3.6.6 under a hard quota); ADOT loses 1.4 % of 200. 0 is ECS's smallest
        share.
    :param memory_reservation_mib: memory ECS sets aside, in MiB.
    :param memory_limit_mib: hard limit in MiB; None for no limit.
    :param restart: let ECS restart a collector that exited, without touching the app.
    :param restart_attempt_period_seconds: how long it must have run before, 60 to 1800.
    :param stop_timeout_seconds: time to flush after SIGTERM, at most 120; None is the agent's
        default. With X-Ray hanging and a full backlog the daemon needs up to 24 (measured).
    :param sandboxed: read-only root file system and no Linux capabilities, for a collector that
        works with that.
    :param start_order: ``sidecar-first`` gives every app container a START dependency on the
        sidecar: ECS starts the sidecar before the app and stops it after, so the last traces
        arrive. It also keeps the app from starting while the sidecar's image cannot be pulled or
        its log driver fails (read in the ECS agent's ``dependencygraph``). ``independent`` adds no
        dependency: nothing of the sidecar keeps the app from starting, and the last traces of
        each task can be lost. In bridge mode the link stays, which is a dependency too.
    :param log_mode: awslogs' ``mode``; None leaves the account's default, which has been
        non-blocking since June 2025 unless the account sets ``defaultLogDriverMode``.
    :param no_new_privileges: Docker's option of that name, EC2 and External only. Off, as ECS
        places such a container only on instances whose agent registered with
        ``ECS_SELINUX_CAPABLE`` or ``ECS_APPARMOR_CAPABLE``.
    :raises ConfigurationError: for values that ECS refuses.
    """

    essential: bool
    cpu: int = 32
    memory_reservation_mib: int = 256
    memory_limit_mib: int | None = None
    restart: bool = False
    restart_attempt_period_seconds: int = 60
    stop_timeout_seconds: int | None = None
    sandboxed: bool = False
    start_order: StartOrder = "sidecar-first"
    log_mode: LogMode | None = None
    no_new_privileges: bool = False

    SAFE: ClassVar[SidecarProfile]
    """The default: the app keeps running when the collector stops."""
    TERRAFORM: ClassVar[SidecarProfile]
    """The reference setup's container, to the letter: an essential sidecar without limits."""

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ConfigurationError(*problems)

    @property
    def usable_memory_mib(self) -> int:
        """What the collector may count on, in MiB."""
        if self.memory_limit_mib is None:
            return self.memory_reservation_mib
        return self.memory_limit_mib

    def _problems(self) -> list[Problem]:
        problems = [
            Problem(
                where="SidecarProfile",
                what=f"{name} must be one of {', '.join(get_args(values))}",
                got=f"{value!r}",
                fix="Leave it out for the profile's own.",
            )
            for name, value, values in (
                ("start_order", self.start_order, StartOrder),
                ("log_mode", self.log_mode, LogMode),
            )
            if value is not None and value not in get_args(values)
        ]
        if self.cpu < 0:
            problems.append(
                Problem(
                    where="SidecarProfile",
                    what="cpu must not be negative",
                    got=str(self.cpu),
                    fix="32 is usual.",
                )
            )
        if self.memory_reservation_mib < _FEWEST_MEMORY_MIB:
            problems.append(
                Problem(
                    where="SidecarProfile",
                    what=f"memory_reservation_mib must be at least {_FEWEST_MEMORY_MIB}",
                    got=str(self.memory_reservation_mib),
                    fix="256 is usual.",
                )
            )
        if (
            self.memory_limit_mib is not None
            and self.memory_limit_mib < self.memory_reservation_mib
        ):
            problems.append(
                Problem(
                    where="SidecarProfile",
                    what="memory_limit_mib must not be below memory_reservation_mib "
                    f"{self.memory_reservation_mib}",
                    got=str(self.memory_limit_mib),
                    fix="Raise the limit or lower the reservation.",
                )
            )
        if (
            self.stop_timeout_seconds is not None
            and not 0 <= self.stop_timeout_seconds <= _MAX_STOP_TIMEOUT_SECONDS
        ):
            problems.append(
                Problem(
                    where="SidecarProfile",
                    what=f"stop_timeout_seconds must be 0 to {_MAX_STOP_TIMEOUT_SECONDS}",
                    got=str(self.stop_timeout_seconds),
                    fix="30 lets the daemon flush.",
                )
            )
        if self.restart_attempt_period_seconds not in _RESTART_PERIOD_SECONDS:
            problems.append(
                Problem(
                    where="SidecarProfile",
                    what="restart_attempt_period_seconds must be 60 to 1800",
                    got=str(self.restart_attempt_period_seconds),
                    fix="60 restarts soonest.",
                )
            )
        return problems


SidecarProfile.SAFE = SidecarProfile(
    essential=False,
    memory_limit_mib=256,
    restart=True,
    stop_timeout_seconds=30,
    sandboxed=True,
    log_mode="non-blocking",
)
SidecarProfile.TERRAFORM = SidecarProfile(essential=True)
