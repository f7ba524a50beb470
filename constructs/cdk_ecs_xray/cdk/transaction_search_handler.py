"""Turns on CloudWatch Transaction Search for CloudFormation where it is off.

At most 4096 characters, for a template. The physical id keeps what it found.
"""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import boto3

LOGS, PREFIX = "CloudWatchLogs", "transaction-search-was-"
# What lets X-Ray write spans, in a policy.
NEEDED = ("xray.amazonaws.com", "logs:PutLogEvents", "log-group:aws/spans:")
# A new policy or log group counts after a while.
LATE = ("PutLogEvents", "ResourceNotFound")
TRIES, PAUSE = 12, 10


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer whatever happens: CloudFormation waits."""
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "none"),
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        answer["PhysicalResourceId"] = apply(event)
    except Exception as error:
        print(repr(error))  # noqa: T201
        answer |= {"Status": "FAILED", "Reason": f"{error!r}"[:1000]}
    request = urllib.request.Request(  # noqa: S310
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def apply(event: dict[str, Any]) -> str:
    """Change what differs; return the physical id."""
    xray, logs = boto3.client("xray"), boto3.client("logs")
    wanted = event["ResourceProperties"]
    percentage = float(wanted["IndexingPercentage"])
    identity = str(event.get("PhysicalResourceId"))
    rule, indexed = _indexing(xray)
    if event["RequestType"] == "Delete":
        state, _, before = identity.removeprefix(PREFIX).partition("-")
        turns_off = state == "off" and wanted["TurnOff"] == "true"
        # Somebody else's percentage stays.
        if (state == "on" or turns_off) and indexed == percentage:
            _index(xray, rule, float(before))
        if turns_off:
            xray.update_trace_segment_destination(Destination="XRay")
            if wanted["PolicyName"] in _policies(logs):
                logs.delete_resource_policy(policyName=wanted["PolicyName"])
        return identity
    if event["RequestType"] == "Create":
        identity = f"{PREFIX}{'on' if _is_on(xray) else 'off'}-{indexed!r}"
    _turn_on(xray, logs, wanted)
    if indexed != percentage:
        _index(xray, rule, percentage)
    return identity


def _turn_on(xray: Any, logs: Any, wanted: dict[str, str]) -> None:
    if not any(all(part in text for part in NEEDED) for text in _policies(logs).values()):
        logs.put_resource_policy(
            policyName=wanted["PolicyName"], policyDocument=wanted["PolicyDocument"]
        )
    for left in reversed(range(TRIES)):
        try:
            if not _is_on(xray):
                xray.update_trace_segment_destination(Destination=LOGS)
            if key := wanted.get("KmsKeyId"):
                logs.associate_kms_key(logGroupName="aws/spans", kmsKeyId=key)
            break
        except Exception as error:
            if not left or all(text not in str(error) for text in LATE):
                raise
            time.sleep(PAUSE)


def _is_on(xray: Any) -> bool:
    return bool(xray.get_trace_segment_destination()["Destination"] == LOGS)


def _policies(logs: Any) -> dict[str, str]:
    pages = logs.get_paginator("describe_resource_policies").paginate()
    return {
        p["policyName"]: p["policyDocument"] for page in pages for p in page["resourcePolicies"]
    }


def _indexing(xray: Any) -> tuple[str, float]:
    for rule in xray.get_indexing_rules()["IndexingRules"]:
        if found := rule["Rule"].get("Probabilistic"):
            return rule["Name"], found["DesiredSamplingPercentage"]
    raise LookupError("no indexing rule here")


def _index(xray: Any, name: str, percentage: float) -> None:
    xray.update_indexing_rule(
        Name=name, Rule={"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    )
