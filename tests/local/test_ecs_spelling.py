"""What the AWS emulator gives back in a template's spelling."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.local.gaps.ecs_services import as_declared
from cdk_ecs_xray.templates.spelling import as_api


@given(
    st.recursive(
        st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.from_regex(r"\A[A-Z][A-Za-z]{1,8}\Z"), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_what_was_converted_reads_back_as_declared(declared: Any) -> None:
    assert as_declared(declared, as_api(declared)) == declared


def test_only_what_is_declared_is_read_back() -> None:
    actual = {"maximumPercent": 200, "deploymentCircuitBreaker": {"enable": False}}
    assert as_declared({"MaximumPercent": 100}, actual) == {"MaximumPercent": 200}
    assert as_declared([1], [1, 2]) == [1, 2]
    assert as_declared({"Missing": 1}, actual) == {"Missing": None}
