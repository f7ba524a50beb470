"""The reference setup's resources for the service it was written about."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdk_ecs_xray.local.parity import Reference, read_reference

SETUP = Path(__file__).parent / "reference_setup"


@pytest.fixture(scope="session")
def setup_folder() -> Path:
    """The folder of the reconstruction."""
    return SETUP


@pytest.fixture(scope="session")
def reference() -> Reference:
    """What the reference setup deploys for ledger-watcher in dev."""
    return read_reference(SETUP, environment="dev", service="ledger-watcher", region="eu-west-1")
