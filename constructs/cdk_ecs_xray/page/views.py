"""The page's addresses, and what each shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from cdk_ecs_xray.page.account import Account
from cdk_ecs_xray.page.answers import Answers
from cdk_ecs_xray.page.filters import unread
from cdk_ecs_xray.page.list_view import traces_of
from cdk_ecs_xray.page.live import state_of
from cdk_ecs_xray.page.logs_view import logs_of
from cdk_ecs_xray.page.map_view import map_page
from cdk_ecs_xray.page.query import Query, read_query
from cdk_ecs_xray.page.rendering import environment
from cdk_ecs_xray.page.security import Guard
from cdk_ecs_xray.page.trace_view import trace_page

_STATIC = Path(__file__).parent / "static"
# What handles a key first is first.
SCRIPTS = ("completion.js", "drawing.js", "page.js")
_FRAME, _ALONE = "layout.html", "fragment.html"


def application(
    account: Account,
    *,
    port: int,
    token: str | None = None,
    clock: Callable[[], float] = time.time,
    end: asyncio.Event | None = None,
) -> ASGIApp:
    """Return the page as an ASGI application.

    :param token: of the printed address; None where anyone on the machine may read.
    :param end: set when answers that go on must end.
    """
    views, answers = (
        Views(account, clock),
        Answers(account, clock, asyncio.Event() if end is None else end),
    )
    # The parser is made when it is first used, and a person would wait for it.
    unread("fault")
    shown = [
        ("/traces", views.traces),
        ("/traces/{trace_id}", views.trace),
        ("/map", views.map),
        ("/logs", views.logs),
    ]
    found = Starlette(
        routes=[
            Route("/", views.root),
            Route("/traces.json", answers.traces),
            Route("/traces/{trace_id}.json", answers.trace),
            Route("/map.mmd", answers.map_mermaid),
            Route("/map.svg", answers.map_svg),
            Route("/map.json", answers.map),
            Route("/complete", answers.complete),
            Route("/events", answers.events),
            *(Route(path, view) for path, view in shown),
            *(Route(f"/fragment{path}", view) for path, view in shown),
            Route("/static/page.js", script),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers={404: views.not_found, Exception: views.failed},
    )
    # Outside of all that Starlette does, so that its own answers have the headers too.
    return Guard(found, port=port, token=token)


def script(_request: Request) -> Response:
    """All of the scripts as one, as each file would be a request of every view."""
    parts = [(_STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return Response("".join(parts), media_type="text/javascript")


class Views:
    """Each method answers one address, and the same as a fragment that a script puts in place."""

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
        query = self._query(request)
        found = traces_of(self._account, query, self._clock())
        shown = found["shown"]
        after = shown[0].id if shown and not query.cursor else ""
        moves = query.absolute is None and not query.cursor
        live = self._live(request, "traces", query, after=after) if moves else None
        link = query.link("/traces", **_fixed(query, self._clock()))
        return self._html(request, "traces.html", here="Traces", live=live, link=link, **found)

    def trace(self, request: Request) -> Response:
        """One trace."""
        trace_id = request.path_params["trace_id"]
        found = trace_page(self._account, trace_id, request.query_params, self._clock())
        code = 200 if found["trace"] is not None or found["failure"] is not None else 404
        goes_on = found["trace"] is None or found["trace"].in_progress
        live = self._live(request, trace_id, self._query(request)) if goes_on else None
        return self._html(request, "trace.html", code=code, here="Traces", live=live, **found)

    def map(self, request: Request) -> Response:
        """The trace map."""
        query = self._query(request)
        found = map_page(self._account, query, request.query_params, self._clock())
        moves = query.absolute is None and not found["trace_id"]
        live = self._live(request, "map", query) if moves else None
        link = None
        if not found["trace_id"]:
            kept = {name: request.query_params.get(name) for name in ("node", "edge")}
            link = query.link("/map", **kept, **_fixed(query, self._clock()))
        return self._html(request, "map.html", here="Map", live=live, link=link, **found)

    def logs(self, request: Request) -> Response:
        """The lines of the log groups."""
        found = logs_of(self._account, self._query(request), request.query_params, self._clock())
        return self._html(request, "logs.html", here="Logs", **found)

    def not_found(self, request: Request, _error: Exception) -> Response:
        """An address that is none of the page's."""
        return self._html(request, "missing.html", code=404, here="", path=request.url.path)

    def failed(self, request: Request, error: Exception) -> Response:
        """An error that no view expected."""
        return self._html(request, "failed.html", code=500, here="", name=type(error).__name__)

    def _query(self, request: Request) -> Query:
        return read_query(request.query_params, whole=self._account.whole)

    def _live(
        self, request: Request, view: str, query: Query, **more: str
    ) -> Mapping[str, str] | None:
        """Return where the script hears of changes, and where it gets them from."""
        if self._account.whole is not None:
            return None
        known = {**dict(request.query_params), **more}
        known.pop("axes", None)
        state = None
        if not self._account.is_real:
            # Of a real account it would be all of the view's calls again.
            state = state_of(self._account, view, query, known, self._clock())
        path = request.url.path.removeprefix("/fragment")
        return {
            "events": f"/events?{_query_string({**known, 'view': view})}",
            "fragment": f"/fragment{path}?{_asked(request)}",
            "mark": "" if state is None else state.mark,
        }

    def _html(
        self,
        request: Request,
        template: str,
        *,
        code: int = 200,
        here: str,
        live: Mapping[str, str] | None = None,
        link: str | None = None,
        **values: Any,
    ) -> Response:
        path = request.url.path.removeprefix("/fragment")
        is_part = path != request.url.path
        text = self._templates.get_template(template).render(
            frame=_ALONE if is_part else _FRAME,
            here=here,
            account=self._account,
            now=self._clock(),
            live=live,
            link=link,
            fragment=f"/fragment{path}?{_asked(request)}",
            **values,
        )
        return HTMLResponse(text, status_code=code)


def _fixed(query: Query, now: float) -> Mapping[str, str]:
    """Return the range as moments, so that a link that is sent shows the same tomorrow."""
    span = query.span(now)
    return {"from_": f"{span.start:.3f}", "to": f"{span.end:.3f}"}


def _asked(request: Request) -> str:
    """Return the query of the view itself, without what a script adds to put a part in place."""
    parts = request.url.query.split("&")
    return "&".join(part for part in parts if not part.startswith("axes="))


def _query_string(parameters: Mapping[str, str]) -> str:
    return urlencode({name: text for name, text in parameters.items() if text})
