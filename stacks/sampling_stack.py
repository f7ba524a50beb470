"""What an environment has once per account and region."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import XRaySamplingRules
from stacks.environment import SAMPLING_STACK, Environment


class SamplingStack(cdk.Stack):
    """Provisions the sampling rules of an environment. No cost."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=environment.stack_name(SAMPLING_STACK),
            description=f"X-Ray sampling rules of {environment.name}",
        )
        XRaySamplingRules(
            self, "SamplingRules", rules=environment.sampling_rules, environment=environment.name
        )
