"""X-Ray's own API in memory: sampling rules, groups, tags, segments and what is read from them.

Pure Python and no ministack, so all of it can be tested without a server.
"""

from __future__ import annotations

from cdk_ecs_xray.local.xray.refusals import XRayRefusalError
from cdk_ecs_xray.local.xray.service import Scope, XRayService
from cdk_ecs_xray.local.xray.store import XRayStore

__all__ = ["Scope", "XRayRefusalError", "XRayService", "XRayStore"]
