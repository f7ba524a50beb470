"""The real cdk, a copy of the project and an AWS emulator, as for deployments."""

from __future__ import annotations

from tests.end_to_end.deploy.conftest import aws, bootstrap, cdk_for, copy_project

__all__ = ["aws", "bootstrap", "cdk_for", "copy_project"]
