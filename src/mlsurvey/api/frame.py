"""The frame around every request: id, access checks, HEAD, log, metrics, and the fallback for errors."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from mlsurvey.api.logs import LOGGER, describe
from mlsurvey.api.pages.faults import respond_as
from mlsurvey.api.problems import KINDS, RefusalError, problem, problem_of
from mlsurvey.api.security import check_host, check_origin, check_token, check_writable
from mlsurvey.api.service import Service

OPEN = ("/v1/health", "/v1/ready", "/v1/problems", "/docs", "/openapi.json", "/assets", "/login", "/logout")
"""Routes that need no token, including those below them: they reveal nothing about the documents."""
READING_POSTS = ("/v1/search", "/v1/ask", "/v1/compare", "/v1/chat/completions", "/mcp")
"""Routes that change nothing although their method is POST."""
GONE = 499
"""Status logged for a request whose client left before the end of the response. Not sent; from nginx."""
_ID = re.compile(r"[\w.-]{1,64}")


class Frame:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        identity = _identity(request)
        scope.setdefault("state", {})["request_id"] = identity
        sent = _Sent(send, identity, is_head=scope["method"] == "HEAD")
        # A copy, since the server looks up in the original whether it is to send a body.
        inner = {**scope, "method": "GET"} if sent.is_head else scope
        receive = sent.watched(receive)
        try:
            self._check(request)
            await self._app(inner, _limited(request, receive, self._service.settings.max_body), sent)
        except RefusalError as refusal:
            told = respond_as(request, self._service, problem_of(refusal, identity), refusal.headers)
            await told(inner, receive, sent)
        except ClientDisconnect:
            sent.is_left = True
        except Exception as error:  # must not reach the server, which would log its message
            LOGGER.error("fault", extra={"request_id": identity, **describe(error)})
            if not sent.status:
                detail = "unexpected error; see the log under this request id"
                told = respond_as(request, self._service, problem(KINDS["internal"], detail, identity))
                await told(inner, receive, sent)
        finally:
            self._tell(request, inner, sent, identity)

    def _check(self, request: Request) -> None:
        service, path = self._service, request.url.path
        check_host(request, service.settings)
        check_origin(request, service.settings)
        if any(path == known or path.startswith(f"{known}/") for known in OPEN):
            return
        changes = request.method in ("POST", "PUT", "PATCH", "DELETE") and path not in READING_POSTS
        check_token(request, service.tokens, "write" if changes else "read")
        if changes:
            check_writable(service.settings)

    def _tell(self, request: Request, scope: Mapping[str, Any], sent: _Sent, identity: str) -> None:
        seconds = time.perf_counter() - sent.began
        route = getattr(scope.get("route"), "path", "none")
        status = GONE if sent.is_left else sent.status
        self._service.metrics.request(request.method, route, status, seconds)
        told = {"request_id": identity, "method": request.method, "route": route, "status": status, "bytes": sent.bytes}
        LOGGER.info("request", extra={**told, "ms": round(1000 * seconds, 1)})


class _Sent:
    """Wraps ``send``: adds the request id, records status and size, and ends the response to HEAD after its headers."""

    def __init__(self, send: Send, identity: str, *, is_head: bool) -> None:
        self._send, self._identity, self.is_head = send, identity, is_head
        self.status = self.bytes = 0
        self.is_whole = False
        """Whether the response has been sent to its end."""
        self.is_left = False
        """Whether the client left before that."""
        self.began = time.perf_counter()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._identity
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-cache")
            await self._send(message)
            if self.is_head:  # at once, since a stream may not end for a long time
                self.is_whole = True
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if self.is_head:
            return
        if message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
            self.is_whole = not message.get("more_body", False)
        await self._send(message)

    def watched(self, receive: Receive) -> Receive:
        """Return ``receive``, recording that the client leaves before the end of the response."""

        async def watching() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect" and not self.is_whole:
                self.is_left = True
            return message

        return watching


def _limited(request: Request, receive: Receive, most: int) -> Receive:
    """Return ``receive`` with a limit on the size of the body.

    Raises:
        RefusalError: the body is too large according to its ``Content-Length``. While it is read, an HTTPException
            with status 413 is raised instead, which the framework lets through.
    """
    detail = f"the body is larger than {most:,} bytes, the limit of this service"
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > most:
        raise RefusalError("too-large", detail)
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, detail)
        return message

    return counted


def _identity(request: Request) -> str:
    """Return the id given by the client if it is valid, else a new one."""
    given = request.headers.get("x-request-id", "")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex
