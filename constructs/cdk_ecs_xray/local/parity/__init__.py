"""Shows whether an account holds what the reference setup's Terraform would have put there."""

from __future__ import annotations

from cdk_ecs_xray.local.parity.claim import claims
from cdk_ecs_xray.local.parity.comparison import Row, compare
from cdk_ecs_xray.local.parity.deployed import read_deployed
from cdk_ecs_xray.local.parity.reference import Reference, read_reference

__all__ = ["Reference", "Row", "claims", "compare", "read_deployed", "read_reference"]
