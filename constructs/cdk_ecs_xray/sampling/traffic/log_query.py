"""The query that cuts the lines of logs into a second and the text of a route."""
# ruff: noqa: S608 - the query is built from this package's own texts, values are quoted

from __future__ import annotations

from collections.abc import Sequence

from cdk_ecs_xray.sampling.traffic.formats.model import LogFormat, quoted
from cdk_ecs_xray.sampling.traffic.log_files import LogFile

# ALB cuts requests at 8 KB and a user agent with them; a longer line is not an access log's.
_LONGEST_LINE = 1 << 20
_SHOWN_CHARACTERS = 100
_SHOWN_COLUMNS = 3
_WHOLE_LINE = "\x01"


def requests_in(alike: Sequence[LogFile]) -> str:
    """Return the query for files of one format: second, key, requests, example.

    A line without a second or key is none of the format, and its example shows its beginning.
    """
    shape = alike[0].shape
    delimiter = ", " if shape.delimiter is None else shape.delimiter
    shown = f"concat_ws({quoted(delimiter)}, {', '.join(shape.columns[:_SHOWN_COLUMNS])})"
    return (
        "SELECT second, key, 1 AS requests,"
        f" CASE WHEN second IS NULL OR key IS NULL THEN left({shown}, {_SHOWN_CHARACTERS}) END"
        f" AS example FROM (SELECT *, floor({shape.time})::BIGINT AS second,"
        f" {shape.marked} AS key"
        f" FROM (SELECT *, {shape.found} AS found FROM {_source(alike)} WHERE {shape.entry}))"
    )


def _source(alike: Sequence[LogFile]) -> str:
    shape = alike[0].shape
    if shape.delimiter is None:
        return f"read_parquet({_paths(alike)}, union_by_name = true)"
    if shape.wrapped is None:
        return _lines(alike, shape.columns, shape.delimiter)
    columns = ", ".join(_cut(shape))
    lines = _lines(alike, ("line",), _WHOLE_LINE)
    return f"(SELECT {columns} FROM (SELECT {shape.wrapped} AS line FROM {lines}))"


def _lines(alike: Sequence[LogFile], columns: Sequence[str], delimiter: str) -> str:
    types = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in columns)
    # Nothing quotes: a quotation mark that is never closed must not take the next lines with it.
    return (
        f"read_csv({_paths(alike)}, columns = {{{types}}}, auto_detect = false,"
        f" header = false, delim = {quoted(delimiter)}, quote = '', escape = '',"
        f" strict_mode = false, null_padding = {str(len(columns) > 1).lower()},"
        f" store_rejects = true, rejects_limit = 0, max_line_size = {_LONGEST_LINE},"
        f" compression = '{alike[0].compression}')"
    )


def _cut(shape: LogFormat) -> list[str]:
    """Return the columns of a line that was part of another one."""
    if shape.delimiter == _WHOLE_LINE or shape.delimiter is None:
        return ["line"]
    return [
        f"nullif(split_part(line, {quoted(shape.delimiter)}, {place}), '') AS {name}"
        for place, name in enumerate(shape.columns, start=1)
    ]


def _paths(alike: Sequence[LogFile]) -> str:
    return f"[{', '.join(quoted(str(file.path)) for file in alike)}]"
