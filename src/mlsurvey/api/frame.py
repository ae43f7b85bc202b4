"""The frame around every request: id, access checks, HEAD, log, metrics, and the fallback for errors."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from mlsurvey.api.logs import LOGGER, describe
from mlsurvey.api.problems import KINDS, RefusalError, problem, problem_of, respond
from mlsurvey.api.security import check_host, check_origin, check_token, check_writable
from mlsurvey.api.service import Service

OPEN = ("/v1/health", "/v1/ready", "/v1/problems", "/docs", "/openapi.json")
"""Routes that need no token, including those below them: they reveal nothing about the documents."""
READING_POSTS = ("/v1/search", "/v1/ask", "/v1/compare", "/v1/chat/completions", "/mcp")
"""Routes that change nothing although their method is POST."""
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
        try:
            self._check(request)
            if sent.is_head:
                scope["method"] = "GET"
            await self._app(scope, _limited(request, receive, self._service.settings.max_body), sent)
        except RefusalError as refusal:
            await respond(problem_of(refusal, identity), refusal.headers)(scope, receive, sent)
        except Exception as error:  # must not reach the server, which would log its message
            LOGGER.error("fault", extra={"request_id": identity, **describe(error)})
            if not sent.status:
                detail = "an unexpected fault; the log has more under the request id"
                await respond(problem(KINDS["internal"], detail, identity))(scope, receive, sent)
        finally:
            self._tell(request, scope, sent, identity)

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

    def _tell(self, request: Request, scope: MutableMapping[str, Any], sent: _Sent, identity: str) -> None:
        seconds = time.perf_counter() - sent.began
        route = getattr(scope.get("route"), "path", "none")
        method = "HEAD" if sent.is_head else request.method
        self._service.metrics.request(method, route, sent.status, seconds)
        told = {"request_id": identity, "method": method, "route": route, "status": sent.status, "bytes": sent.bytes}
        LOGGER.info("request", extra={**told, "ms": round(1000 * seconds, 1)})


class _Sent:
    """Wraps ``send``: adds the request id and records the status and size of the response."""

    def __init__(self, send: Send, identity: str, *, is_head: bool) -> None:
        self._send, self._identity, self.is_head = send, identity, is_head
        self.status = self.bytes = 0
        self.began = time.perf_counter()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._identity
            headers["X-Content-Type-Options"] = "nosniff"
            headers.setdefault("Cache-Control", "no-cache")
        elif message["type"] == "http.response.body":
            self.bytes += len(message.get("body", b""))
            if self.is_head:
                message = {**message, "body": b""}
        await self._send(message)


def _limited(request: Request, receive: Receive, most: int) -> Receive:
    """Return ``receive`` with a limit on the size of the body.

    Raises:
        RefusalError: the body is too large according to its ``Content-Length``. While it is read, an HTTPException
            with status 413 is raised instead, which the framework lets through.
    """
    detail = f"the body is larger than the {most:,} bytes that the service takes"
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
