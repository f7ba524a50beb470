"""The reference setup's resources for the service it was written about."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_ecs_xray.local.parity import Reference, read_reference

ARTICLE = Path(__file__).parent / "article"


@pytest.fixture(scope="session")
def article() -> Path:
    """The folder of the reconstruction."""
    return ARTICLE


@pytest.fixture(scope="session")
def reference() -> Reference:
    """What the reference setup deploys for ledger-watcher in dev."""
    return read_reference(ARTICLE, environment="dev", service="ledger-watcher", region="eu-west-1")
