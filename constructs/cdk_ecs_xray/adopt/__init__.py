"""Takes over what Terraform made: which resources exist, what would change, what cdk imports."""

from __future__ import annotations

from cdk_ecs_xray.adopt.account import compared_with_account
from cdk_ecs_xray.adopt.plan import Adoption, StackPlan, plan_adoption
from cdk_ecs_xray.adopt.state import read_state

__all__ = ["Adoption", "StackPlan", "compared_with_account", "plan_adoption", "read_state"]
