"""Each view, its states, and the way from a list to the exception and its log lines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE
from tests.page.store import account_of, ask, signup

FILTER = "q=http.status+%3D+409"


def test_the_root_leads_to_the_list_with_its_query(page: Page) -> None:
    status, headers, _ = ask(page, "/?q=fault")
    assert (status, headers["location"]) == (302, "/traces?q=fault")


def test_the_name_of_the_exception_is_in_the_list(page: Page) -> None:
    status, _, text = ask(page, f"/traces?{FILTER}")

    assert status == 200
    assert "<b>ConditionalCheckFailedException</b> · signup-dev" in text
    assert re.search(r'<h2 id="lh">25\s+traces', text)
    assert f"/traces/{DUPLICATE}?back=q%3Dhttp.status%2B%253D%2B409" in text


def test_a_trace_opens_at_the_part_that_failed_with_its_log_lines(page: Page) -> None:
    status, _, text = ask(page, f"/traces/{DUPLICATE}?back=q%3Dfault")

    assert status == 200
    assert 'aria-label="Details of dynamodb"' in text
    assert "app/store.py:41" in text
    assert "1 frame in libraries" in text
    assert "signup answered 409" in text
    assert 'href="/traces?q=fault"' in text
    assert "This trace 1" in text
    assert "Around it 2" in text
    assert "twice" in text
    assert "\x1b" not in text
    assert "unnamed" not in text


def test_lines_around_a_trace_are_shown_when_asked_for(page: Page) -> None:
    _, _, text = ask(page, f"/traces/{DUPLICATE}?logs=around")
    assert "unnamed" in text


def test_the_documents_of_a_trace_are_json(page: Page) -> None:
    _, headers, text = ask(page, f"/traces/{DUPLICATE}.json")
    assert headers["content-type"] == "application/json"
    assert json.loads(text)["segments"][0]["name"] == "signup"


@pytest.mark.parametrize("identifier", ["nothing", "1-00000000-000000000000000000000000"])
def test_an_unknown_trace_is_said_to_be_missing(page: Page, identifier: str) -> None:
    status, _, text = ask(page, f"/traces/{identifier}")
    assert status == 404
    assert "not here, or not yet" in text


def test_a_filter_that_cannot_be_read_shows_where(page: Page) -> None:
    status, _, text = ask(page, "/traces?q=http.status+%3D+%22409%22+AND+fault")
    shown = unescape(text)

    assert status == 200
    assert 'http.status = <mark>"409"</mark> AND fault' in shown
    assert "Character 15: Write a number there." in shown


def test_what_the_embedded_xray_lacks_is_said_and_not_ignored(page: Page) -> None:
    _, _, text = ask(page, "/traces?q=inferred")
    assert "inferred is not supported by the AWS emulator" in text


def test_response_times_narrow_the_list_alone(page: Page) -> None:
    _, _, text = ask(page, "/traces?rt=1..5")
    assert "No trace matches" in text
    assert 'class="selline"' in text


def test_older_rows_are_a_link_that_does_not_move(page: Page) -> None:
    _, _, text = ask(page, "/traces")
    found = re.search(r'href="([^"]+)">Older', text)
    assert found is not None
    link = unescape(found[1])
    assert re.search(r"from=\d+\.\d+&to=\d+\.\d+&cursor=1-", link)
    assert "101\N{EN DASH}200" in ask(page, link)[2]


def test_the_map_has_every_node_in_drawing_tree_and_table(page: Page) -> None:
    status, _, text = ask(page, "/map?node=signup-dev~AWS%3A%3ADynamoDB%3A%3ATable")
    assert status == 200
    assert 'aria-label="Details of signup-dev"' in text
    assert text.count("signup-dev") >= 4
    assert "Sends no segments" in text
    assert ask(page, "/map.mmd")[2].startswith("flowchart LR")
    assert ask(page, f"/map?trace={DUPLICATE}")[0] == 200


def test_log_lines_lead_to_their_traces(page: Page) -> None:
    _, _, text = ask(page, "/logs?level=WARN")
    assert f'href="/traces/{DUPLICATE}"' in text
    assert "unnamed" not in text


def test_without_log_groups_no_link_to_logs_is_there() -> None:
    with Page(account_of([])) as empty:
        _, _, text = ask(empty, "/traces")
        assert "No trace in the last 15 minutes" in text
        assert 'href="/logs"' not in text
        assert "No log group was named" in ask(empty, "/logs")[2]


def refused(**_: object) -> object:
    raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetTraceSummaries")


def slow(**_: object) -> object:
    raise ClientError({"Error": {"Code": "ThrottledException"}}, "GetTraceSummaries")


def ended(**_: object) -> object:
    raise ClientError({"Error": {"Code": "ExpiredToken"}}, "GetTraceSummaries")


def away(**_: object) -> object:
    raise EndpointConnectionError(endpoint_url="https://xray")


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (refused, '"Action": "xray:GetTraceSummaries"'),
        (slow, "AWS asks to slow down"),
        (ended, "Log in again."),
        (away, "AWS must be reachable"),
    ],
)
def test_what_keeps_aws_from_answering_is_said(call: Callable[..., object], shown: str) -> None:
    class Failing:
        def client(self, _: str) -> Failing:
            return self

        def __getattr__(self, _: str) -> Callable[..., object]:
            return call

    with Page(account_of([], session=Failing())) as served:
        status, _, text = ask(served, "/traces")
    assert status == 200
    assert shown in unescape(text)
    assert "No trace in" not in text


def test_a_real_account_is_only_read() -> None:
    account = account_of([signup(1, 1.0)])
    with pytest.raises(RuntimeError, match="put_trace_segments"):
        account._call("xray", "put_trace_segments")
