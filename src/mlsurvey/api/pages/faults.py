"""Errors for people: a browser that opens a page gets a page, a program a problem."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mlsurvey.api.negotiation import HTML
from mlsurvey.api.pages.showing import show
from mlsurvey.api.problems import respond
from mlsurvey.api.service import Service
from mlsurvey.page import links
from mlsurvey.wire.service import Problem

FOR_PROGRAMS = ("/v1", "/mcp", "/metrics", "/openapi.json", "/docs", "/assets")
"""Routes whose errors are problems for browsers too."""


def respond_as(
    request: Request, service: Service, found: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as a page to a browser, else as JSON. Whoever has to log in is sent to do so."""
    if not is_page(request):
        return respond(found, headers)
    if found.status == 401 and request.method in ("GET", "HEAD"):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(links.login(back), 303)
    page = show(request, service, "fault.html", status=found.status, problem=found)
    page.headers.update({name: value for name, value in (headers or {}).items() if name != "WWW-Authenticate"})
    return page


def is_page(request: Request) -> bool:
    """Whether a browser asks for a page."""
    path = request.url.path
    if any(path == known or path.startswith(f"{known}/") for known in FOR_PROGRAMS):
        return False
    return HTML in request.headers.get("accept", "")
