"""The shipped service as the kit makes it."""

from __future__ import annotations

import sys

import stacks.few_collections  # isort: skip
import stacks.pinned_node  # isort: skip  # noqa: F401 - before the first import of aws_cdk
import aws_cdk as cdk

from cdk_ecs_xray import SamplingRule, SamplingRuleSet
from cdk_ecs_xray.environments.environment import Environment
from cdk_ecs_xray.stacks.service_stack import ServiceStack

if __name__ == "__main__":
    environment = Environment.model_validate(
        {
            "name": "dev",
            "namespace": "fq",
            # Rules have a stack of their own, which no program here makes.
            "sampling_rules": SamplingRuleSet(
                rules=(SamplingRule(name="all", priority=1, fixed_rate=0.05),)
            ),
            "services": [
                {
                    "name": f"service{number}",
                    "image": "nginx:1",
                    "port": 80,
                    "cluster": "shared",
                    "sidecar": "terraform",
                }
                for number in range(int(sys.argv[1]))
            ],
        }
    )
    app = cdk.App(outdir=sys.argv[2])
    for service in environment.services:
        ServiceStack(app, service.name, environment=environment, service=service)
    app.synth()
