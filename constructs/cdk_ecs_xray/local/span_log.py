"""The log group of spans, ``aws/spans``, in ministack's CloudWatch Logs."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch_logs

LOG_GROUP = "aws/spans"
_STREAM = "default"
_PRINCIPAL = "xray.amazonaws.com"
_ACTION = "logs:PutLogEvents"
_MILLION = 1_000_000


class CloudWatchSpanLog:
    """Writes in the account and region of the request that is served."""

    def may_write(self) -> bool:
        """Whether a resource policy allows ``logs:PutLogEvents`` on the group to X-Ray."""
        place = f"{responses.get_region()}:{responses.get_account_id()}"
        target = f":logs:{place}:log-group:{LOG_GROUP}:log-stream:{_STREAM}"
        return any(
            statement.get("Effect") == "Allow"
            and _PRINCIPAL in _texts(_service(statement.get("Principal")))
            and any(fnmatch.fnmatchcase(_ACTION, one) for one in _texts(statement.get("Action")))
            and any(
                fnmatch.fnmatchcase(f"arn:aws{target}", one)
                for one in _texts(statement.get("Resource"))
            )
            for statement in _statements()
        )

    def create(self) -> None:
        """Create the log group where there is none."""
        if LOG_GROUP not in cloudwatch_logs._log_groups:
            cloudwatch_logs._create_log_group({"logGroupName": LOG_GROUP})

    def write(self, spans: Sequence[Mapping[str, Any]]) -> None:
        """Put spans there, an event each."""
        self.create()
        where = {"logGroupName": LOG_GROUP, "logStreamName": _STREAM}
        if _STREAM not in cloudwatch_logs._log_groups[LOG_GROUP]["streams"]:
            cloudwatch_logs._create_log_stream(where)
        events = [
            {"timestamp": span["endTimeUnixNano"] // _MILLION, "message": json.dumps(span)}
            for span in spans
        ]
        cloudwatch_logs._put_log_events({**where, "logEvents": events})


def _statements() -> Iterator[Mapping[str, Any]]:
    for policy in cloudwatch_logs._resource_policies.values():
        try:
            document = json.loads(policy["policyDocument"])
        except ValueError:
            continue
        found = document.get("Statement", []) if isinstance(document, dict) else []
        listed = found if isinstance(found, list) else [found]
        yield from (statement for statement in listed if isinstance(statement, dict))


def _service(principal: object) -> object:
    return principal.get("Service") if isinstance(principal, dict) else None


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, list) else []
