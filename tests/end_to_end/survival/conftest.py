"""The signup app beside everything that tracing can run into."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from cdk_ecs_xray import XRayTracing
from cdk_ecs_xray.local.isolation import NO_ACCOUNT
from cdk_ecs_xray.local.relay import Relay
from tests.end_to_end.survival.backend import backend
from tests.end_to_end.survival.signup_app import SignupApp, free_address, running, until
from tests.local.relay.stand_in import XRay, xray

KEYS = {
    **NO_ACCOUNT,
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "123456789012",
    "AWS_SECRET_ACCESS_KEY": "none",
    "NO_PROXY": "127.0.0.1",
}


@pytest.fixture(scope="session")
def deployed(
    synthesise: Callable[..., Any], variables: Callable[..., dict[str, Any]]
) -> Mapping[str, str]:
    """What the kit sets on an app's container, the address with a port of a test's own left out."""
    from aws_cdk import aws_ecs as ecs

    def build(stack: cdk.Stack) -> None:
        task = ecs.FargateTaskDefinition(stack, "Task")
        task.add_container("signup", image=ecs.ContainerImage.from_registry("signup:1"))
        task.add_extension(XRayTracing(tracing_name="signup"))

    set_by_the_kit = variables(synthesise(build).containers()["signup"])
    assert set_by_the_kit["AWS_XRAY_DAEMON_ADDRESS"] == "127.0.0.1:2000"
    return set_by_the_kit


@pytest.fixture(scope="session")
def plain() -> Iterator[Mapping[str, str]]:
    """What the app is started with apart from tracing."""
    with backend() as url:
        topic = "arn:aws:sns:eu-west-1:123456789012:signups"
        yield {**KEYS, "AWS_ENDPOINT_URL": url, "SIGNUP_TABLE": "Signups", "SIGNUP_TOPIC": topic}


@pytest.fixture(scope="session")
def untraced(plain: Mapping[str, str]) -> Iterator[SignupApp]:
    """The same app without an SDK."""
    with running(plain, module="signup.otel_app") as app:
        yield app


@pytest.fixture
def environment(
    plain: Mapping[str, str], deployed: Mapping[str, str], address: str
) -> Mapping[str, str]:
    """What the traced app is started with."""
    return {**plain, **deployed, "AWS_XRAY_DAEMON_ADDRESS": address}


@pytest.fixture
def service() -> Iterator[XRay]:
    """The X-Ray behind the collector."""
    with xray() as answering:
        yield answering


@pytest.fixture
def address() -> str:
    """Where the app looks for its collector."""
    return free_address()


@pytest.fixture
def collector(service: XRay, address: str, tmp_path: Path) -> Callable[..., Relay]:
    """Start a collector where the app looks for it."""
    starts = iter(range(100))

    def start(**variables: str) -> Relay:
        return Relay.start(
            {**KEYS, "AWS_ENDPOINT_URL": service.url, **variables},
            address=address,
            log=tmp_path / f"relay-{next(starts)}.log",
        )

    return start


def traces_in(batches: Sequence[Sequence[str]]) -> list[str]:
    """The traces of the app's own segments, once for each time that one is there."""
    found = []
    for document in [one for batch in list(batches) for one in batch]:
        try:
            segment = json.loads(document)
        except ValueError:
            continue
        if segment.get("name") == "signup":
            found.append(segment["trace_id"])
    return found


@pytest.fixture
def arrived(service: XRay) -> Callable[[], set[str]]:
    """The traces that X-Ray has."""
    return lambda: set(traces_in(service.batches))


@pytest.fixture
def wait_for(arrived: Callable[[], set[str]]) -> Callable[[set[str]], None]:
    """Wait until X-Ray has all of these traces."""

    def wait(traces: set[str]) -> None:
        until(lambda: traces <= arrived(), lambda: f"{len(traces - arrived())} did not arrive")

    return wait


@pytest.fixture
def wait_for_refusals(service: XRay) -> Callable[..., None]:
    """Wait until X-Ray has refused each of these traces so many times."""

    def wait(traces: set[str], *, times: int) -> None:
        def all_refused() -> bool:
            refused = Counter(traces_in(service.refused))
            return all(refused[one] >= times for one in traces)

        until(all_refused, f"{times} refusals of each")

    return wait
