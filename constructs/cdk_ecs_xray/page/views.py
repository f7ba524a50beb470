"""The page's addresses, and what each shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.list_view import traces_of
from cdk_ecs_xray.page.logs_view import logs_of
from cdk_ecs_xray.page.map_view import map_as_svg, map_page, mermaid_of
from cdk_ecs_xray.page.query import read_query
from cdk_ecs_xray.page.reading import parsed
from cdk_ecs_xray.page.rendering import environment
from cdk_ecs_xray.page.security import Guard
from cdk_ecs_xray.page.trace_view import trace_page

_STATIC = Path(__file__).parent / "static"


def application(
    account: Account,
    *,
    port: int,
    token: str | None = None,
    clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Return the page as an ASGI application.

    :param token: of the printed address; None where anyone on the machine may read.
    """
    views = Views(account, clock)
    found = Starlette(
        routes=[
            Route("/", views.root),
            Route("/traces", views.traces),
            Route("/traces.json", views.traces_json),
            Route("/traces/{trace_id}.json", views.trace_json),
            Route("/traces/{trace_id}", views.trace),
            Route("/map", views.map),
            Route("/map.mmd", views.map_mermaid),
            Route("/map.svg", views.map_svg),
            Route("/logs", views.logs),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers={404: views.not_found, Exception: views.failed},
    )
    # Outside of all that Starlette does, so that its own answers have the headers too.
    return Guard(found, port=port, token=token)


class Views:
    """Each method answers one address."""

    def __init__(self, account: Account, clock: Callable[[], float]) -> None:
        self._account = account
        self._clock = clock
        self._templates = environment()

    def root(self, request: Request) -> Response:
        """Lead to the list, with the same query."""
        query = request.url.query
        return RedirectResponse(f"/traces?{query}" if query else "/traces", status_code=302)

    def traces(self, request: Request) -> Response:
        """The list."""
        found = traces_of(self._account, read_query(request.query_params), self._clock())
        return self._html("traces.html", here="Traces", **found)

    def traces_json(self, request: Request) -> Response:
        """The rows of the list."""
        found = traces_of(self._account, read_query(request.query_params), self._clock())
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
        return JSONResponse({"traces": rows, "total": found["total"]})

    def trace(self, request: Request) -> Response:
        """One trace."""
        found = trace_page(
            self._account, request.path_params["trace_id"], request.query_params, self._clock()
        )
        code = 200 if found["trace"] is not None or found["failure"] is not None else 404
        return self._html("trace.html", code=code, here="Traces", **found)

    def trace_json(self, request: Request) -> Response:
        """The documents of one trace, as they were sent."""
        trace_id = request.path_params["trace_id"]
        documents = self._account.documents([trace_id]).get(trace_id)
        if documents is None:
            return JSONResponse({"problem": "not found"}, status_code=404)
        segments = [document for _, document in parsed(documents)]
        return JSONResponse({"id": trace_id, "segments": segments})

    def map(self, request: Request) -> Response:
        """The trace map."""
        query = read_query(request.query_params)
        found = map_page(self._account, query, request.query_params, self._clock())
        return self._html("map.html", here="Map", **found)

    def map_mermaid(self, request: Request) -> Response:
        """The map for Markdown."""
        query = read_query(request.query_params)
        return Response(mermaid_of(self._account, query, self._clock()), media_type="text/plain")

    def map_svg(self, request: Request) -> Response:
        """The map as a picture to keep; a browser that opened it here would leave its style out."""
        query = read_query(request.query_params)
        text = map_as_svg(self._account, query, self._clock())
        headers = {"Content-Disposition": 'attachment; filename="map.svg"'}
        return Response(text, media_type="image/svg+xml", headers=headers)

    def logs(self, request: Request) -> Response:
        """The lines of the log groups."""
        query = read_query(request.query_params)
        found = logs_of(self._account, query, request.query_params, self._clock())
        return self._html("logs.html", here="Logs", **found)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """An address that is none of the page's."""
        return self._html("missing.html", code=404, here="", path=request.url.path)

    def failed(self, request: Request, error: Exception) -> Response:
        """An error that no view expected."""
        del request
        return self._html("failed.html", code=500, here="", name=type(error).__name__)

    def _html(self, template: str, *, code: int = 200, here: str, **values: Any) -> Response:
        text = self._templates.get_template(template).render(
            here=here, account=self._account, now=self._clock(), **values
        )
        return HTMLResponse(text, status_code=code)
