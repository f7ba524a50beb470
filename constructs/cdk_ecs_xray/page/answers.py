"""The addresses that answer with data: JSON, drawings to keep, completions, what has changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.completion import completion
from cdk_ecs_xray.page.failures import NO_ANSWER, failure_of
from cdk_ecs_xray.page.list_view import groups_of, traces_of
from cdk_ecs_xray.page.live import EVERY, EVERY_OF_AWS, state_of
from cdk_ecs_xray.page.map_view import map_as_json, map_as_svg, mermaid_of
from cdk_ecs_xray.page.model import TraceRow
from cdk_ecs_xray.page.query import LONGEST_EXPRESSION, Query, read_query
from cdk_ecs_xray.page.reading import parsed

# Browsers open six to one host; each costs a search a second.
_MOST_STREAMS = 12
_STILL_HERE = 15


class Answers:
    """Each method answers one address."""

    def __init__(self, account: Account, clock: Callable[[], float], end: asyncio.Event) -> None:
        self._account = account
        self._clock = clock
        self._end = end
        self._streams = 0

    def traces(self, request: Request) -> Response:
        """The rows of the list."""
        found = traces_of(self._account, self._query(request), self._clock())
        rows = [
            {
                "id": row.id,
                "start": row.start,
                "outcome": row.kind,
                "status": row.status,
                "method": row.method,
                "path": row.path,
                "seconds": row.seconds,
                "exception": "" if row.cause is None else row.cause.exception,
            }
            for row in found["shown"]
        ]
        is_whole = found["read_to"] is None and found["failure"] is None
        return JSONResponse({"traces": rows, "total": found["total"], "complete": is_whole})

    def trace(self, request: Request) -> Response:
        """The documents of one trace, as they were sent."""
        trace_id = request.path_params["trace_id"]
        try:
            documents = self._account.traces.documents([trace_id]).get(trace_id)
        except NO_ANSWER as error:
            title = failure_of(error, "xray:BatchGetTraces").title
            return JSONResponse({"problem": title}, status_code=502)
        if documents is None:
            return JSONResponse({"problem": "not found"}, status_code=404)
        segments = [document for _, document in parsed(documents)]
        return JSONResponse({"id": trace_id, "segments": segments})

    def map(self, request: Request) -> Response:
        """The map's figures."""
        return JSONResponse(map_as_json(self._account, self._query(request), self._clock()))

    def map_mermaid(self, request: Request) -> Response:
        """The map for Markdown."""
        text = mermaid_of(self._account, self._query(request), self._clock())
        return Response(text, media_type="text/plain")

    def map_svg(self, request: Request) -> Response:
        """The map as a picture to keep; a browser that opened it here would leave its style out."""
        text = map_as_svg(self._account, self._query(request), self._clock())
        headers = {"Content-Disposition": 'attachment; filename="map.svg"'}
        return Response(text, media_type="image/svg+xml", headers=headers)

    def complete(self, request: Request) -> Response:
        """What may be written next in a filter."""
        expression = request.query_params.get("q", "")[:LONGEST_EXPRESSION]
        at = request.query_params.get("at", "")
        place = int(at) if at.isascii() and at.isdigit() and len(at) < 6 else len(expression)  # noqa: PLR2004 - more digits than a place has
        query = self._query(request)
        found = completion(
            expression, place, lambda: self._rows(query), is_real=self._account.is_real
        )
        return JSONResponse(found.as_document())

    def _rows(self, query: Query) -> list[TraceRow]:
        """Return the rows whose values are offered; a real account is not searched at each key."""
        if self._account.is_real:
            return []
        try:
            group = query.of_group(groups_of(self._account))
            return list(self._account.traces.find(query.span(self._clock()), group).rows)
        except NO_ANSWER:
            return []

    async def events(self, request: Request) -> Response:
        """Tell of changes, each second at most; of a real account each ten."""
        if self._streams >= _MOST_STREAMS:
            return Response("Too many views are open.\n", status_code=503)
        return StreamingResponse(
            self._changes(request),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        self._streams += 1
        try:
            view = request.query_params.get("view", "")
            said: Any = None
            silent = 0.0
            pause = EVERY_OF_AWS if self._account.is_real else EVERY
            while True:
                state = await run_in_threadpool(
                    state_of,
                    self._account,
                    view,
                    self._query(request),
                    request.query_params,
                    self._clock(),
                )
                found = None if state is None else state.as_document()
                if found != said or silent >= _STILL_HERE:
                    said, silent = found, 0.0
                    yield f"data: {json.dumps(found)}\n\n"
                # Since Python 3.12 a server that ends waits for every answer to end before it.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._end.wait(), pause)
                    return
                silent += pause
        finally:
            self._streams -= 1

    def _query(self, request: Request) -> Query:
        return read_query(request.query_params, whole=self._account.whole)
