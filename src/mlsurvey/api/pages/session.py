"""Log in with a token, and out again. The browser keeps the token in a cookie that no script can read."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mlsurvey.api.pages.routing import PageRouter
from mlsurvey.api.pages.showing import show
from mlsurvey.api.security import COOKIE, cookie_of
from mlsurvey.api.service import ServiceOf
from mlsurvey.page import links

router = PageRouter()

Back = Annotated[str, Query(alias="next", max_length=100_000)]
LONGEST_TOKEN = 1_000


@router.get("/login")
async def ask_for_token(request: Request, service: ServiceOf, back: Back = links.HOME) -> Response:
    """Ask for a token."""
    if not service.tokens:
        return RedirectResponse(links.HOME, 303)
    return show(request, service, "login.html", back=_own(back), is_wrong=False)


@router.post("/login")
async def log_in(request: Request, service: ServiceOf) -> Response:
    """Keep a token in a cookie if it is known, and go to the page that was asked for."""
    form = await request.form()
    secret, back = str(form.get("token", "")).strip(), _own(str(form.get("next", "")))
    if len(secret) > LONGEST_TOKEN or service.tokens.scope(secret) is None:
        return show(request, service, "login.html", status=401, back=back, is_wrong=True)
    response = RedirectResponse(back, 303)
    is_secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie_of(secret), httponly=True, samesite="lax", secure=is_secure, path="/")
    return response


@router.post("/logout")
async def log_out() -> Response:
    """Forget the token."""
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", path="/")
    return response


def _own(address: str) -> str:
    """Return an address of this service; the first page for any other."""
    return address if links.is_local(address) else links.HOME
