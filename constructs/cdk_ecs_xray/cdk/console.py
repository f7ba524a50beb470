"""Links into the AWS console, as its documentation defines them. Pure text.

Sources: "Console deep linking" in the X-Ray developer guide; the log group link is the one the
CloudWatch console itself shows, whose fragment is encoded twice with ``$`` for ``%``.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_TOKEN = re.compile(r"(\$\{Token\[[^\]]*\]\})")

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def trace_map_url(*, region: str, partition: str = "aws") -> str:
    """Return the link to the trace map of a region."""
    return f"{_home('xray', region, partition)}#/service-map"


def traces_url(service: str, *, region: str, partition: str = "aws") -> str:
    """Return the link to the traces that went through a service, by its name in X-Ray."""
    return matching_traces_url(f'service("{service}")', region=region, partition=partition)


def matching_traces_url(expression: str, *, region: str, partition: str = "aws") -> str:
    """Return the link to the traces that match a filter expression."""
    return f"{_home('xray', region, partition)}#/traces?filter={quote(expression, safe='()')}"


def sampling_url(*, region: str, partition: str = "aws") -> str:
    """Return the link to the sampling rules of a region."""
    return f"{_home('xray', region, partition)}#/sampling"


def log_group_url(log_group: str, *, region: str, partition: str = "aws") -> str:
    """Return the link to a log group.

    A CDK token in the name stays as it is, so that CDK resolves it: the names that CloudFormation
    makes up are letters, digits and hyphens, which need no encoding.
    """
    encoded = "".join(
        part if _TOKEN.fullmatch(part) else quote(quote(part, safe=""), safe="").replace("%", "$")
        for part in _TOKEN.split(log_group)
    )
    return f"{_home('cloudwatch', region, partition)}#logsV2:log-groups/log-group/{encoded}"


def _home(service: str, region: str, partition: str) -> str:
    return f"https://{_HOSTS.get(partition, _HOSTS['aws'])}/{service}/home?region={region}"
