"""Replaces the X-Ray daemon on a machine that has none: same protocol, same losses.

It is a program of its own, as the daemon is, so that it can be stopped, killed and started again
while an app runs. It holds no code of the daemon's.
"""

from cdk_ecs_xray.local.relay.relay import Relay

__all__ = ["Relay"]
