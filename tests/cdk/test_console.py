"""Console links, as "Deep linking" of the X-Ray developer guide and CloudWatch write them."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_ecs_xray.cdk.console import log_group_url, trace_map_url, traces_url


def test_the_trace_map_is_that_of_the_region() -> None:
    assert (
        trace_map_url(region="eu-west-1")
        == "https://console.aws.amazon.com/xray/home?region=eu-west-1#/service-map"
    )


def test_traces_are_filtered_by_the_guides_expression() -> None:
    assert traces_url("api.example.com", region="eu-west-1") == (
        "https://console.aws.amazon.com/xray/home?region=eu-west-1"
        "#/traces?filter=service(%22api.example.com%22)"
    )


def test_a_log_group_is_encoded_twice_with_a_dollar_sign() -> None:
    assert log_group_url("/fq/dev/api/instance/xray", region="eu-west-1") == (
        "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#logsV2:log-groups/log-group/$252Ffq$252Fdev$252Fapi$252Finstance$252Fxray"
    )


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_each_partition_has_a_console_of_its_own(partition: str, host: str) -> None:
    for url in (
        trace_map_url(region="r", partition=partition),
        traces_url("s", region="r", partition=partition),
        log_group_url("g", region="r", partition=partition),
    ):
        assert urlsplit(url).hostname == host
        assert parse_qs(urlsplit(url).query) == {"region": ["r"]}


@given(name=st.from_regex(r"[a-zA-Z0-9_/.#-]{1,512}", fullmatch=True))
def test_any_log_group_name_comes_out_of_its_link_again(name: str) -> None:
    encoded = urlsplit(log_group_url(name, region="r")).fragment.rpartition("log-group/")[2]

    assert unquote(unquote(encoded.replace("$", "%"))) == name
    assert "%" not in encoded


def test_a_name_that_cdk_resolves_later_stays_for_cdk_to_resolve() -> None:
    link = log_group_url("/fq/${Token[TOKEN.39]}", region="r")

    assert link.endswith("log-group/$252Ffq$252F${Token[TOKEN.39]}")
