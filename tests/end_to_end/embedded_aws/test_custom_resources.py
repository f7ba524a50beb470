"""Custom resources that call X-Ray: how a stack changes the Default rule."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_ecs_xray.local import EmbeddedAws

PYTHON = """
import json, urllib.request, boto3

def handler(event, context):
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "Default"}
    try:
        rate = float(event["ResourceProperties"]["FixedRate"])
        boto3.client("xray").update_sampling_rule(
            SamplingRuleUpdate={"RuleName": "Default", "FixedRate": rate})
    except Exception as error:
        answer = {"Status": "FAILED", "PhysicalResourceId": "Default", "Reason": str(error)}
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        answer[name] = event[name]
    urllib.request.urlopen(urllib.request.Request(
        event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT"))
"""
# As CDK's AwsCustomResource does it.
NODE = """
exports.handler = async (event) => {
  const answer = { Status: 'SUCCESS', PhysicalResourceId: 'Default' };
  try {
    const { XRayClient, UpdateSamplingRuleCommand } = require('@aws-sdk/client-xray');
    const FixedRate = Number(event.ResourceProperties.FixedRate);
    const client = new XRayClient({});
    await client.send(new UpdateSamplingRuleCommand({
      SamplingRuleUpdate: { RuleName: 'Default', FixedRate },
    }));
  } catch (error) {
    Object.assign(answer, { Status: 'FAILED', Reason: `${error.name}: ${error.message}` });
  }
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId']) answer[name] = event[name];
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
};
"""


def template(runtime: str, code: str, rate: object) -> dict[str, Any]:
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": runtime,
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": code},
                    "Timeout": 10,
                },
            },
            "Default": {
                "Type": "Custom::DefaultRule",
                "Properties": {
                    "ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]},
                    "FixedRate": rate,
                },
            },
        }
    }


@pytest.mark.parametrize(("runtime", "code"), [("python3.11", PYTHON), ("nodejs22.x", NODE)])
def test_a_function_changes_the_default_rule_of_its_own_account_and_region(
    aws: EmbeddedAws, stack_in: Any, runtime: str, code: str
) -> None:
    where = {"account": "111111111111", "region": "eu-west-1"}
    stack = stack_in(**where)

    def rate(**of: str) -> float:
        (record,) = aws.client("xray", **of).get_sampling_rules()["SamplingRuleRecords"]
        found: float = record["SamplingRule"]["FixedRate"]
        return found

    assert stack.create(template(runtime, code, "0.5")) == "CREATE_COMPLETE", stack.reasons()
    assert rate(**where) == 0.5
    assert rate() == 0.05

    assert stack.update(template(runtime, code, "5")) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("FixedRate must be between 0 and 1, got 5" in text for text in stack.reasons())
    assert rate(**where) == 0.5
