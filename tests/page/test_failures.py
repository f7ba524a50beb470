"""What keeps AWS from answering, as each view shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from cdk_ecs_xray.page.serving import Page
from tests.page.conftest import DUPLICATE, NOW
from tests.page.store import Session, account_of, ask, signup, store_of


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


def failing(error: ClientError) -> Any:
    """Return a session whose every call ends in an error."""

    class Failing:
        def client(self, _: str) -> Failing:
            return self

        def __getattr__(self, _: str) -> Callable[..., object]:
            def call(**_: object) -> object:
                raise error

            return call

    return Failing()


def answered(code: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"RequestId": "1b57-<i>"},
    }
    return ClientError(answer, "GetTraceSummaries")


CALLER = "arn:aws:sts::123456789012:assumed-role/ReadOnly/someone"
LOGIN = "aws sso login --profile prod"


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException"])
def test_a_refusal_has_code_request_id_caller_and_what_to_do(code: str) -> None:
    account = account_of([], session=failing(answered(code)))
    known = replace(account, caller=CALLER, login=LOGIN, log_groups=("/x",))
    for path in ("/traces", "/map", "/logs", f"/traces/{DUPLICATE}"):
        with Page(known, clock=lambda: NOW) as served:
            text = ask(served, path)[2]
        assert re.search(rf"<dt>Code</dt><dd><code>{code}<", text), path
        assert "<dd><code>1b57-&lt;i&gt;</code></dd>" in text
        assert f"<dt>Asked by</dt><dd><code>{CALLER}</code>" in text
        assert (f"<pre>{LOGIN}</pre>" in text) is (code == "ExpiredTokenException")
        assert 'href="">Try again' in text


def test_without_identity_center_no_login_of_it_is_named() -> None:
    account = account_of([], session=failing(answered("ExpiredTokenException")))
    with Page(account, clock=lambda: NOW) as served:
        text = ask(served, "/traces")[2]
    assert "Log in again." in text
    assert "sso" not in text
    assert "Asked by" not in text


def test_groups_that_may_not_be_read_are_left_out() -> None:
    class Refusing(Session):
        def __getattr__(self, operation: str) -> Any:
            return refused if operation == "get_groups" else super().__getattr__(operation)

    session = Refusing(store_of([signup(1, NOW - 5)]))
    with Page(account_of([], session=session), clock=lambda: NOW) as served:
        _, _, text = ask(served, "/traces")
    assert "1 trace<" in text
    assert 'name="group"' not in text
