"""The reference setup's names, and which parts they can be made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray import ConfigurationError, Naming

# ECS: container names are letters, digits, hyphens and underscores; Logs allows these in groups.
PARTS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", fullmatch=True)


def test_names_are_those_of_the_reference_setup() -> None:
    naming = Naming(namespace="fq", environment="dev", service="ledger-watcher")

    assert naming.container_name == "fq-dev-xray"
    assert naming.log_group_name == "/fq/dev/ledger-watcher/instance/xray"
    assert naming.application_log_group_name == "/fq/dev/ledger-watcher/instance/app"
    assert naming.qualified_service == "fq-dev-ledger-watcher"


@given(namespace=PARTS, environment=PARTS, service=PARTS)
def test_every_legal_part_makes_names_that_ecs_and_logs_accept(
    namespace: str, environment: str, service: str
) -> None:
    naming = Naming(namespace=namespace, environment=environment, service=service)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,255}", naming.container_name)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,255}", naming.qualified_service)
    assert re.fullmatch(r"[A-Za-z0-9_/.#-]{1,512}", naming.log_group_name)
    assert naming.log_group_name != naming.application_log_group_name


@given(one=st.tuples(PARTS, PARTS, PARTS), other=st.tuples(PARTS, PARTS, PARTS))
def test_different_parts_never_share_a_log_group(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    groups = [
        Naming(namespace=a, environment=b, service=c).log_group_name for a, b, c in (one, other)
    ]

    assert (groups[0] == groups[1]) == (one == other)


@pytest.mark.parametrize("part", ["namespace", "environment", "service"])
@pytest.mark.parametrize("value", ["", "a b", "-a", "_a", "a/b", "a:b", "ä", "a\n", "a.b"])
def test_a_part_that_ecs_refuses_is_named_with_its_value(part: str, value: str) -> None:
    parts = {"namespace": "fq", "environment": "dev", "service": "api"} | {part: value}

    with pytest.raises(ConfigurationError) as raised:
        Naming(**parts)

    (problem,) = map(str, raised.value.problems)
    assert part in problem
    assert f"got {value!r}" in problem


def test_all_bad_parts_are_reported_together() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Naming(namespace="", environment=" ", service="/")

    assert [problem.what.split()[0] for problem in raised.value.problems] == [
        "namespace",
        "environment",
        "service",
    ]


def test_a_container_name_has_at_most_255_characters() -> None:
    longest = 255 - len("-dev-xray")
    assert (
        len(Naming(namespace="n" * longest, environment="dev", service="s").container_name) == 255
    )

    with pytest.raises(ConfigurationError, match=r"at most 255 characters \(got 256"):
        Naming(namespace="n" * (longest + 1), environment="dev", service="s")
