"""The sampling proxy: what SDKs ask goes on, signed, and nothing else does."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import closing

import pytest

from cdk_ecs_xray.local.relay import Relay
from tests.local.relay.stand_in import XRay


@pytest.fixture
def relay(start: Callable[..., Relay]) -> Relay:
    return start()


def ask(relay: Relay, path: str, method: str = "POST") -> tuple[int, bytes]:
    host, _, port = relay.address.rpartition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=60)) as connection:
        connection.request(method, path, "{}")
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize("path", ["/GetSamplingRules", "/SamplingTargets"])
def test_what_sdks_ask_is_signed_and_passed_on(service: XRay, relay: Relay, path: str) -> None:
    service.answer = {"answer": "of X-Ray"}

    assert ask(relay, path) == (200, b'{"answer": "of X-Ray"}')
    (asked,) = service.asked
    assert asked.path == path
    assert "/eu-west-1/xray/aws4_request" in asked.authorization


def test_a_refusal_of_xray_is_passed_on(service: XRay, relay: Relay) -> None:
    service.status = 403

    status, body = ask(relay, "/GetSamplingRules")

    assert status == 403
    assert b"AccessDeniedException" in body


@pytest.mark.parametrize(
    "path", ["/TraceSegments", "/", "/2015-03-31/functions", "/SamplingTargets/"]
)
def test_other_paths_are_nobodys(service: XRay, relay: Relay, path: str) -> None:
    assert ask(relay, path) == (404, b"")
    assert service.asked == []


def test_other_methods_are_refused(service: XRay, relay: Relay) -> None:
    status, _ = ask(relay, "/GetSamplingRules", method="GET")

    assert status == 501
    assert service.asked == []


def test_an_xray_that_is_not_there_is_a_bad_gateway(relay: Relay, service: XRay) -> None:
    service.hang_up = True

    assert ask(relay, "/GetSamplingRules") == (502, b"")
    assert "[Error] http: proxy error: " in relay.log.read_text()
