"""The class of every route: what holds for the headers, the query string and the body of any request."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api.bodies import parse
from mlsurvey.api.negotiation import JSON, essence, is_acceptable, is_json
from mlsurvey.api.problems import RefusalError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
FORM = "multipart/form-data"


class Route(APIRoute):
    """Refuses what a route cannot answer, and parameters and bodies that it would otherwise ignore or misread."""

    def get_route_handler(self) -> Handler:
        """Return the handler, with the checks before it."""
        handle = super().get_route_handler()
        offered, known = self.offered(), self._parameters()

        async def handler(request: Request) -> Response:
            _check_accept(request, offered)
            if self.include_in_schema:
                _check_query(request, known)
            if self.body_field is not None:
                request = await self._with_body(request)
            return await handle(request)

        return handler

    async def _with_body(self, request: Request) -> Request:
        """Return the request, its body checked; JSON is parsed already."""
        assert self.body_field is not None
        if isinstance(self.body_field.field_info, Form):
            _check_type(request, FORM, is_right=essence(request.headers.get("content-type", "")) == FORM)
            return request
        request = _JsonRequest(request.scope, request.receive)
        if await request.body():
            _check_type(request, JSON, is_right=is_json(request.headers.get("content-type", "")))
            await request.json()
        return request

    def offered(self) -> frozenset[str]:
        """Return the media types of the results of the route; empty if a result has no body."""
        results = [value for status, value in self.responses.items() if str(status).startswith("2")]
        described = {kind for result in results for kind in result.get("content", {})}
        if self.response_field is not None or any("model" in result for result in results):
            described.add(JSON)
        return frozenset(described)

    def _parameters(self) -> frozenset[str]:
        """Return the names of the parameters in the query string."""
        names: set[str] = set()
        for field in self.dependant.query_params:
            model = field.field_info.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                names.update(model.model_fields)
            else:
                names.add(field.alias)
        return frozenset(names)


class _JsonRequest(Request):
    """A request whose JSON is parsed strictly."""

    async def json(self) -> Any:
        """Return the value of the body. Raises RefusalError if it is malformed."""
        if not hasattr(self, "_json"):
            self._json = parse(await self.body())
        return self._json


def _check_accept(request: Request, offered: frozenset[str]) -> None:
    wanted = ",".join(request.headers.getlist("accept"))
    if offered and not is_acceptable(wanted, offered):
        kinds = ", ".join(sorted(offered))
        raise RefusalError("not-acceptable", f"Accept {wanted[:100]!r} matches no media type of this route: {kinds}")


def _check_query(request: Request, known: frozenset[str]) -> None:
    unknown = dict.fromkeys(name for name in request.query_params if name not in known)
    if unknown:
        takes = f"known: {', '.join(sorted(known))}" if known else "this route has no parameters"
        message = f"unknown parameter; {takes}"
        raise RequestValidationError(
            [{"loc": ("query", name[:100]), "msg": message, "type": "extra_forbidden"} for name in unknown]
        )


def _check_type(request: Request, wanted: str, *, is_right: bool) -> None:
    """Reject a body of another type than the route takes, or a compressed one."""
    if not is_right:
        given = request.headers.get("content-type")
        told = f"Content-Type {given[:100]!r} is not accepted" if given else "Content-Type is missing"
        raise RefusalError("media-type", f"{told}; send the body as {wanted}{' in UTF-8' if wanted == JSON else ''}")
    check_encoding(request)


def check_encoding(request: Request) -> None:
    """Reject a compressed body: nothing is unpacked."""
    encoding = request.headers.get("content-encoding", "identity").strip().casefold()
    if encoding != "identity":
        raise RefusalError(
            "media-type", f"Content-Encoding {encoding[:60]!r} is not accepted: send the body uncompressed"
        )
