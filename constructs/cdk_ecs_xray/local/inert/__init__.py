"""Resource types that ministack doesn't know, accepted by their schema: inert resources.

They have identifiers, attributes, drift, replacement and deletion, and nothing behind them. The
schemas are CloudFormation's own, as cfn-lint ships them; only its data is read, none of its code.
"""

from __future__ import annotations

from cdk_ecs_xray.local.inert.table import accept, accepted

__all__ = ["accept", "accepted"]
