"""Turns CloudWatch Transaction Search on for CloudFormation, where it is not on already.

The function of XRayTransactionSearch, whose template holds this file; at most 4096 characters.
The physical id keeps what it found.
"""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any

import boto3

LOGS, PREFIX = "CloudWatchLogs", "transaction-search-was-"
# What a policy has that lets X-Ray write spans, whoever made it.
NEEDED = ("xray.amazonaws.com", "logs:PutLogEvents", "log-group:aws/spans:")
TRIES, PAUSE = 12, 10


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer CloudFormation whatever happens, as it waits for that."""
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId", "none"),
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        answer["PhysicalResourceId"] = apply(event)
    except Exception as error:
        print(repr(error))  # noqa: T201 - to the log
        answer |= {"Status": "FAILED", "Reason": f"{error!r}"[:1000]}
    request = urllib.request.Request(  # noqa: S310
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310
        return


def apply(event: dict[str, Any]) -> str:
    """Change what is not as asked and return the physical id."""
    xray, logs = boto3.client("xray"), boto3.client("logs")
    wanted = event["ResourceProperties"]
    percentage = float(wanted["IndexingPercentage"])
    physical_id = str(event.get("PhysicalResourceId"))
    rule, indexed = _indexing(xray)
    if event["RequestType"] == "Delete":
        state, _, before = physical_id.removeprefix(PREFIX).partition("-")
        turns_off = state == "off" and wanted["TurnOff"] == "true"
        # Somebody else's percentage stays.
        if (state == "on" or turns_off) and indexed == percentage:
            _index(xray, rule, float(before))
        if turns_off:
            xray.update_trace_segment_destination(Destination="XRay")
            if wanted["PolicyName"] in _policies(logs):
                logs.delete_resource_policy(policyName=wanted["PolicyName"])
        return physical_id
    if event["RequestType"] == "Create":
        physical_id = f"{PREFIX}{'on' if _is_on(xray) else 'off'}-{indexed!r}"
    _turn_on(xray, logs, wanted)
    if indexed != percentage:
        _index(xray, rule, percentage)
    return physical_id


def _turn_on(xray: Any, logs: Any, wanted: dict[str, str]) -> None:
    if not any(all(part in text for part in NEEDED) for text in _policies(logs).values()):
        logs.put_resource_policy(
            policyName=wanted["PolicyName"], policyDocument=wanted["PolicyDocument"]
        )
    for left in reversed(range(TRIES)):
        if _is_on(xray):
            return
        try:
            xray.update_trace_segment_destination(Destination=LOGS)
        except xray.exceptions.InvalidRequestException as error:
            # A new policy counts after a while.
            if "PutLogEvents" not in str(error) or not left:
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
    raise LookupError("X-Ray has no indexing rule here")


def _index(xray: Any, name: str, percentage: float) -> None:
    xray.update_indexing_rule(
        Name=name, Rule={"Probabilistic": {"DesiredSamplingPercentage": percentage}}
    )
