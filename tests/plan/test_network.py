"""The table of the field guide, section 3: network mode to address, link and ports."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cdk_ecs_xray import UnsupportedTaskDefinitionError
from cdk_ecs_xray.plan.network import network_for


@pytest.mark.parametrize(
    ("mode", "host", "linked", "host_port", "bind_address"),
    [
        ("bridge", "fq-dev-xray", True, 0, "0.0.0.0"),
        ("awsvpc", "127.0.0.1", False, None, "127.0.0.1"),
        ("host", "127.0.0.1", False, 2000, "127.0.0.1"),
    ],
)
def test_the_app_finds_its_collector(
    mode: str, host: str, host_port: int | None, bind_address: str, *, linked: bool
) -> None:
    network = network_for(mode, where="Stack/Task")

    assert network.host("fq-dev-xray") == host
    assert network.linked is linked
    assert network.host_port == host_port
    assert network.bind_address == bind_address


@pytest.mark.parametrize("mode", ["none", "nat", "", "Bridge"])
def test_a_mode_without_a_way_to_the_collector_is_refused(
    mode: str, reads_well: Callable[[object], bool]
) -> None:
    with pytest.raises(UnsupportedTaskDefinitionError) as raised:
        network_for(mode, where="Stack/Task")

    (problem,) = map(str, raised.value.problems)
    assert problem.startswith("Stack/Task: network_mode must be one of bridge, awsvpc, host")
    assert f"got '{mode}'" in problem
    assert reads_well(problem)
