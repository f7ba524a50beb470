"""The two profiles, and the limits that ECS documents for what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from cdk_ecs_xray import ConfigurationError, SidecarProfile


def test_terraform_is_the_reference_setups_container_and_nothing_else() -> None:
    profile = SidecarProfile.TERRAFORM

    assert (profile.essential, profile.cpu, profile.memory_reservation_mib) == (True, 32, 256)
    assert profile.memory_limit_mib is None
    assert profile.restart is False
    assert profile.stop_timeout_seconds is None
    assert profile.sandboxed is False


def test_safe_keeps_the_reference_setups_sizes_and_fails_open() -> None:
    profile = SidecarProfile.SAFE

    assert (profile.cpu, profile.memory_reservation_mib) == (32, 256)
    assert profile.essential is False
    assert profile.restart is True
    assert profile.sandboxed is True
    # With X-Ray hanging and a full backlog the daemon needs 24 s; the default is 30.
    assert profile.stop_timeout_seconds == 30


def test_a_profile_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        SidecarProfile.SAFE.cpu = 64  # type: ignore[misc]


@pytest.mark.parametrize(
    "option",
    [
        {"cpu": 0},
        {"memory_reservation_mib": 4},
        {"memory_limit_mib": 256},
        {"stop_timeout_seconds": 0},
        {"stop_timeout_seconds": 120},
        {"restart_attempt_period_seconds": 60},
        {"restart_attempt_period_seconds": 1800},
    ],
    ids=str,
)
def test_the_outermost_value_that_ecs_takes_is_kept(option: dict[str, int]) -> None:
    profile = replace(SidecarProfile.TERRAFORM, **option)  # type: ignore[arg-type]

    assert {name: getattr(profile, name) for name in option} == option


@pytest.mark.parametrize(
    "option",
    [
        {"cpu": -1},
        {"memory_reservation_mib": 3},
        {"memory_limit_mib": 255},
        {"stop_timeout_seconds": -1},
        {"stop_timeout_seconds": 121},
        {"restart_attempt_period_seconds": 59},
        {"restart_attempt_period_seconds": 1801},
    ],
    ids=str,
)
def test_one_step_beyond_is_refused_by_name_and_value(
    option: dict[str, int], reads_well: Callable[[object], bool]
) -> None:
    ((name, value),) = option.items()

    with pytest.raises(ConfigurationError) as raised:
        replace(SidecarProfile.TERRAFORM, **option)  # type: ignore[arg-type]

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith(f"SidecarProfile: {name} must ")
    assert f"got {value})" in problem
    assert reads_well(problem)


def test_all_mistakes_are_reported_together() -> None:
    wrong: dict[str, Any] = {"cpu": -1, "stop_timeout_seconds": 600, "memory_limit_mib": 1}

    with pytest.raises(ConfigurationError) as raised:
        replace(SidecarProfile.SAFE, **wrong)

    assert len(raised.value.problems) == len(wrong)


def test_usable_memory_is_the_limit_or_else_the_reservation() -> None:
    assert SidecarProfile.TERRAFORM.usable_memory_mib == 256
    assert replace(SidecarProfile.TERRAFORM, memory_limit_mib=512).usable_memory_mib == 512


@pytest.mark.parametrize("option", [{"start_order": "START"}, {"log_mode": "async"}], ids=str)
def test_a_word_that_is_no_choice_is_refused(
    option: dict[str, Any], reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        replace(SidecarProfile.SAFE, **option)

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith(f"SidecarProfile: {next(iter(option))} must be one of ")
    assert reads_well(problem)


def test_the_reference_setups_log_has_no_mode_and_the_default_drops_rather_than_blocks() -> None:
    assert SidecarProfile.TERRAFORM.log_mode is None
    assert SidecarProfile.SAFE.log_mode == "non-blocking"
    assert {SidecarProfile.SAFE.start_order, SidecarProfile.TERRAFORM.start_order} == {
        "sidecar-first"
    }
