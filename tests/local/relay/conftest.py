"""A relay, and an X-Ray behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from cdk_ecs_xray.local.relay import Relay
from tests.local.relay.stand_in import XRay, xray


@pytest.fixture
def service() -> Iterator[XRay]:
    with xray() as running:
        yield running


@pytest.fixture
def variables(service: XRay) -> Mapping[str, str]:
    return {
        "AWS_ENDPOINT_URL": service.url,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def start(variables: Mapping[str, str], tmp_path: Path) -> Iterator[Callable[..., Relay]]:
    with ExitStack() as started:

        def start(without: tuple[str, ...] = (), **options: str) -> Relay:
            given = {name: text for name, text in variables.items() if name not in without}
            relay = Relay.start(given, log=tmp_path / "relay.log", **options)
            return started.enter_context(relay)

        yield start
