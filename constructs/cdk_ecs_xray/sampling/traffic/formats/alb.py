"""Access logs of Application Load Balancers.

Source: "Access logs for your Application Load Balancer" in the guide. A request without a target is
one that the load balancer answered itself: a redirect, a fixed response, a block by AWS WAF, or an
error of its own. One that a Lambda function answered has a status code instead.
"""

from __future__ import annotations

import re

from cdk_ecs_xray.sampling.traffic.formats.model import (
    CUT_PATH,
    CUT_REQUEST,
    Key,
    LogFormat,
    extracted,
    without_port,
)

LINE = re.compile(r'^[a-z0-9]+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^ "]* (?:app/)?[^"]*"[^"]+" ')
# Connections, not requests: "Access logs for your Network Load Balancer" in the guide.
NETWORK_LINE = re.compile(r"^tls \d\.\d \d{4}-\d\d-\d\dT\S+ net/")
# Of the request up to its query, once for each that is there: of every line it would take most of
# the time.
_REQUEST = re.compile(rf"^(?P<method>[A-Z]+) [a-z]+://(?P<host>[^/ ?]*)(?P<path>{CUT_PATH})?")
_TARGET, _TARGET_STATUS = 5, 10

FORMAT = LogFormat(
    name="alb",
    delimiter='"',
    columns=("head", "request"),
    time="epoch(try_cast(substr(head, instr(head, ' ') + 1, 19) AS TIMESTAMP))",
    text=CUT_REQUEST,
    # A sign that is cheap to look for comes first.
    left_out="CASE WHEN contains(head, ' - ') AND"
    f" split_part(head, ' ', {_TARGET}) = '-' AND split_part(head, ' ', {_TARGET_STATUS}) = '-'"
    " THEN 'answered by the load balancer, without a target' END",
    key=Key(
        name="alb",
        parsed=extracted("key", _REQUEST),
        host=without_port("nullif(parsed.host, '')"),
        method="nullif(parsed.method, '')",
        path="parsed.path",
    ),
)
