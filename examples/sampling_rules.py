"""Sampling rules, groups and the Default rule in an app of one's own."""

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import (
    SamplingRuleSet,
    XRayDefaultSamplingRule,
    XRayGroups,
    XRaySamplingRules,
)


class SamplingStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        rules = SamplingRuleSet.from_file("sampling/rules.yaml")
        # Who else is in the account and region, and what their services are called in X-Ray.
        others = {"qa": ["qa-orders"]}
        XRaySamplingRules(self, "Rules", rules=rules, environment="dev", shared_with=others)
        XRayGroups(self, "Groups", rules=rules, environment="dev")
        # Once for an account and region; deleting it puts the former values back.
        XRayDefaultSamplingRule(self, "Default", default=rules.default)


app = cdk.App()
SamplingStack(app, "Sampling")
app.synth()
