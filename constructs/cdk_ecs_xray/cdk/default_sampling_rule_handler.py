"""Sets X-Ray's Default sampling rule for CloudFormation, and puts it back on delete.

Runs as a Lambda function of XRayDefaultSamplingRule, whose template holds this file; at most 4096
characters. What the rule was before is kept in the physical id, so no state lives elsewhere.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3

PREFIX = "xray-default-was-"


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation whatever happens: without an answer it waits for an hour."""
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "not-created"),
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        answer["PhysicalResourceId"] = apply(event)
    except Exception as error:
        print(f"{event['RequestType']} failed: {error!r}")  # noqa: T201 - to the function's log
        answer |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:1000]}
    # The address is CloudFormation's own: a presigned one in S3.
    request = urllib.request.Request(  # noqa: S310
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310
        return


def apply(event: dict[str, Any]) -> str:
    """Change the rule as asked and return the physical id."""
    xray = boto3.client("xray")
    physical_id: str = event.get("PhysicalResourceId", "")
    wanted = event["ResourceProperties"]
    if event["RequestType"] == "Create":
        physical_id = PREFIX + "{!r}-{}".format(*read(xray))
    elif event["RequestType"] == "Delete":
        if not physical_id.startswith(PREFIX):
            return physical_id
        rate, size = physical_id.removeprefix(PREFIX).rsplit("-", 1)
        wanted = {"FixedRate": rate, "ReservoirSize": size}
    xray.update_sampling_rule(
        SamplingRuleUpdate={
            "RuleName": "Default",
            "FixedRate": float(wanted["FixedRate"]),
            "ReservoirSize": int(wanted["ReservoirSize"]),
        }
    )
    return physical_id


def read(xray: Any) -> tuple[float, int]:
    """Return the rule's rate and reservoir."""
    for page in xray.get_paginator("get_sampling_rules").paginate():
        for record in page["SamplingRuleRecords"]:
            rule = record["SamplingRule"]
            if rule["RuleName"] == "Default":
                return rule["FixedRate"], rule["ReservoirSize"]
    raise LookupError("X-Ray has no rule Default in this account and region")
