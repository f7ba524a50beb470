"""The AWS emulator: ministack in a process of its own, plus the X-Ray service it lacks.

Nothing is installed, contacted or written outside a temporary folder, and nothing listens beyond
127.0.0.1. Needs the ``local`` extra.
"""

from __future__ import annotations

from cdk_ecs_xray.local.embedded_aws import EmbeddedAws

__all__ = ["EmbeddedAws"]
