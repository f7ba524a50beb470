"""Parquet, as CloudFront's standard logging (v2) writes it, and other tables of requests."""

from __future__ import annotations

from cdk_ecs_xray.sampling.traffic.formats.cloudfront import unserved
from cdk_ecs_xray.sampling.traffic.formats.fields import Fields, Place, text_of, time_of
from cdk_ecs_xray.sampling.traffic.formats.model import JOINED, LogFormat

MAGIC = b"PAR1"


def parquet(fields: Fields) -> LogFormat:
    """Return how to read a table whose columns are known."""

    def value(place: Place) -> str:
        name = place[0].replace('"', '""')
        return f"nullif(CAST(\"{name}\" AS VARCHAR), '-')"

    return LogFormat(
        name="parquet",
        delimiter=None,
        columns=tuple(place[0] for place in fields.places),
        time=time_of(fields, value),
        text=text_of(fields, value),
        left_out="NULL" if fields.result is None else unserved(value(fields.result)),
        key=JOINED,
    )
