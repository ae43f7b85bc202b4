"""Ask a question; the answer comes whole or as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api import answering, streaming
from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, WORK, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ATTEMPTS, Service, ServiceOf, json_response
from mlsurvey.calling import Cancelled
from mlsurvey.errors import ReplacedError
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.types import Answer
from mlsurvey.wire.requests import AskRequest

router = APIRouter(tags=["ask"], route_class=Route)
_STREAM: dict[str, Any] = {
    streaming.MEDIA_TYPE: {
        "schema": streaming.SCHEMA,
        "example": {"event": "statement", "data": '{"entity": "burn", "aspect": "gpu", "text": "…", "citations": [1]}'},
    }
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Answer,
        "content": _STREAM,
        "description": "The answer. As a stream: the events `understood`, `passages`, `statement`, `citation`, "
        "`missing`, `conflict`, with a language model `waiting` (for what, how long at most) and `summary` (a checked "
        "sentence), and `done` with the whole answer, or `error` with a problem.",
    },
    **NOT_MODIFIED,
    **documented(*WORK),
}


@router.post("/v1/ask", response_model=None, responses=_RESPONSES, operation_id="ask")
async def ask(request: Request, body: AskRequest, service: ServiceOf) -> Response:
    """Answer a question with verbatim quotes, each with its source; abstains if nothing good enough is found.

    For a follow-up ("and on licences?"), send the previous questions in `after`; `carried` lists what was taken from
    them. With `stream: true` or `Accept: text/event-stream`, each part is sent as soon as it is available.
    """
    if body.stream or streaming.MEDIA_TYPE in request.headers.get("accept", ""):
        return await _stream(body, service)

    def work(cancelled: Cancelled) -> tuple[str, str]:
        found = answering.ask(service, body, cancelled)
        stale = to_json(found.stale, indent=None)
        text = to_json(answer_value(found.answer, found.stale), indent=None)
        return text, etag("ask", found.answer.index, found.key, stale)

    text, tag = await service.work(request, lambda _, cancelled: work(cancelled))
    return json_response(request, text, tag)


async def _stream(body: AskRequest, service: Service) -> Response:
    def events(cancelled: Cancelled) -> Iterator[bytes]:
        told = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                for part in islice(answering.parts(service, body, cancelled), told, None):
                    yield streaming.event_of(part, service.survey)
                    told += 1
                return
            except ReplacedError:  # raised while reading passages; only `understood` has been sent by then
                if attempt == ATTEMPTS:
                    raise

    stream = streaming.Stream(service.settings.heartbeat, service.settings.time_limit)
    return streaming.respond(await stream.begin(service.admission, events))
