"""What any collector needs from IAM to send traces, as plain data."""

from __future__ import annotations

WRITE_ACCESS_SID = "XRayDaemonWriteAccess"
"""The reference setup's statement id."""

WRITE_ACTIONS = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
)
"""What the managed policy AWSXRayDaemonWriteAccess holds, version 2."""
