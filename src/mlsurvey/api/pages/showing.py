"""Sends pages: filled templates with the headers that keep them to themselves."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from mlsurvey import __version__
from mlsurvey.api.security import scope_of
from mlsurvey.api.service import Service
from mlsurvey.page.templating import fill
from mlsurvey.settings import Settings, uses_of

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content security policy: a page runs and loads only the assets of this service, and no other site may frame it."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # not stricter: forms would then be sent without their origin
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
    "Vary": "Accept, Cookie",
}


def may_write(request: Request, service: Service) -> bool:
    """Whether the reader of a page may start a refresh."""
    return not service.settings.read_only and scope_of(request, service.tokens) == "write"


def show(request: Request, service: Service, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page. Every template knows where it is, who reads it, and the version of the program."""
    scope = scope_of(request, service.tokens)
    common = {
        "here": request.url.path,
        "version": __version__,
        "is_in": scope is not None,
        "has_login": bool(service.tokens),
        "may_write": may_write(request, service),
        "busy": _busy(service.survey.settings),
    }
    return HTMLResponse(fill(template, **{**common, **values}), status, headers=HEADERS)


def _busy(settings: Settings) -> str:
    """Return what a page says while it waits for an answer."""
    if not quotes_wait(settings):
        return "Reading the documents…"
    return f"Reading the documents, and waiting for the language model, {settings.writer_seconds} s at most…"


def quotes_wait(settings: Settings) -> bool:
    """Whether a language model helps to find the quotes, so that a page waits for it; a summary is fetched later."""
    return settings.writer != "none" and uses_of(settings.writer_uses) != ("summary",)
