"""What distinguishes one construct from all others."""

from __future__ import annotations

from constructs import IConstruct


def jsii_reference(construct: IConstruct) -> str:
    """Return what distinguishes a construct from all others of the process.

    For a construct that JavaScript made, such as those of ecs-patterns, jsii hands out another
    Python object at every access.
    """
    reference: str = construct.__jsii_ref__.ref  # type: ignore[attr-defined]
    return reference
