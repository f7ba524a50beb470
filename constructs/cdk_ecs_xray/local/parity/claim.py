"""Whether a service is meant to be what the reference setup deploys."""

from __future__ import annotations

from cdk_ecs_xray.local.parity.fields import Fields

_NAME = "sidecar.name"
_ESSENTIAL = "sidecar.essential"


def claims(deployed: Fields, reference: Fields) -> bool:
    """Return whether a service has the reference setup's sidecar: its name, and its profile.

    Only ``sidecar: terraform`` makes a sidecar essential. A service with another profile, prefix or
    collector was never meant to be equal.
    """
    return all(deployed.get(field) == reference.get(field) for field in (_NAME, _ESSENTIAL))
