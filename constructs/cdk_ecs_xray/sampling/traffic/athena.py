"""The counts of :mod:`access_logs` as a query for Athena, where logs are beyond one machine.

The tables are those of the Athena user guide: "Create the table for ALB access logs" and "Create a
table for CloudFront standard logs".
"""

from __future__ import annotations

import re

from cdk_ecs_xray.errors import ConfigurationError, Problem

_ALB = """\
-- One row for each second and route; `ecs-xray rules simulate --from-counts` reads the CSV.
SELECT
  CAST(floor(to_unixtime(from_iso8601_timestamp(time))) AS bigint) AS second,
  regexp_replace(regexp_extract(request_url, '^[a-z]+://([^/?]*)', 1), ':(80|443)$', '') AS host,
  request_verb AS method,
  coalesce(nullif(regexp_extract(request_url, '^[a-z]+://[^/?]*([^?]*)', 1), ''), '/') AS path,
  count(*) AS requests
FROM {table}
WHERE request_verb <> '-'
GROUP BY 1, 2, 3, 4
"""
_CLOUDFRONT = """\
-- One row for each second and route; `ecs-xray rules simulate --from-counts` reads the CSV.
SELECT
  CAST(to_unixtime(CAST(CAST("date" AS varchar) || ' ' || "time" AS timestamp)) AS bigint)
    AS second,
  coalesce(nullif(x_host_header, '-'), nullif(cs_host, '-')) AS host,
  cs_method AS method,
  coalesce(nullif(cs_uri_stem, ''), '/') AS path,
  count(*) AS requests
FROM {table}
GROUP BY 1, 2, 3, 4
"""
# https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
_PART = r'(?:[A-Za-z_][A-Za-z0-9_]{0,254}|"[A-Za-z0-9_.-]{1,255}")'
_TABLE = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")
_QUERIES = {
    "alb": (_ALB, "alb_access_logs"),
    "cloudfront": (_CLOUDFRONT, "cloudfront_standard_logs"),
}


def athena_query(log_format: str, table: str | None = None) -> str:
    """Return the query for logs of a format.

    :param table: its name in Athena; None takes the user guide's.
    :raises ConfigurationError: for a format that Athena has no table for.
    """
    if log_format not in _QUERIES:
        raise ConfigurationError(
            Problem(
                where="--print-athena-sql",
                what=f"--log-format must be {' or '.join(_QUERIES)}",
                got=f"'{log_format}'",
                fix="Name the format of the logs in S3.",
            )
        )
    query, usual = _QUERIES[log_format]
    if table is not None and _TABLE.fullmatch(table) is None:
        raise ConfigurationError(
            Problem(
                where="--print-athena-sql",
                what="--athena-table must be the name of a table, perhaps behind its database's",
                got=f"'{table}'",
                fix="Write it as TABLE, DATABASE.TABLE or CATALOG.DATABASE.TABLE, a part with "
                'other signs than letters, digits and _ as "PART".',
            )
        )
    return query.format(table=usual if table is None else table)
