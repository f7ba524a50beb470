"""An existing task definition, deployed with tracing by a stack."""

from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray import TracedTaskDefinition, TracedTaskDefinitionFile

HERE = Path(__file__).parent


class LedgerStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        file = TracedTaskDefinitionFile.from_file(
            HERE / "task-definition.json",
            values={"SERVICE_NAME": "ledger", "ENVIRONMENT": "dev", "TAG": "1.4.2", "CPU": 128},
        )
        traced = TracedTaskDefinition(self, "Ledger", file=file)
        cdk.CfnOutput(self, "TaskDefinition", value=traced.task_definition_arn)


app = cdk.App()
LedgerStack(app, "Ledger")
app.synth()
