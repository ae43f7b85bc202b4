"""Ask a question; the answer comes whole or as server-sent events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api import streaming
from mlsurvey.api.caching import etag
from mlsurvey.api.problems import NOT_MODIFIED, WORK, documented
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ATTEMPTS, Service, ServiceOf, json_response
from mlsurvey.calling import Cancelled
from mlsurvey.errors import ReplacedError
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.survey import Part, Passages, Understood
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
        "`missing`, `conflict`, and `done` with the whole answer, or `error` with a problem.",
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
    key = body.model_dump_json(exclude={"stream"})

    def work(cancelled: Cancelled) -> tuple[str, str, str]:
        def compute() -> tuple[str, Answer]:
            answer = _ask(body, service, cancelled)
            return answer.index, answer

        generation, answer = service.remembered("ask", key, compute)
        stale = service.survey.stale(answer)
        return generation, to_json(answer_value(answer, stale), indent=None), to_json(stale, indent=None)

    generation, text, stale = await service.work(request, lambda _, cancelled: work(cancelled))
    return json_response(request, text, etag("ask", generation, key, stale))


async def _stream(body: AskRequest, service: Service) -> Response:
    def events(cancelled: Cancelled) -> Iterator[bytes]:
        told = 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                for part in islice(_parts(body, service, cancelled), told, None):
                    yield streaming.event_of(part, service.survey)
                    told += 1
                return
            except ReplacedError:  # raised while reading passages; only `understood` has been sent by then
                if attempt == ATTEMPTS:
                    raise

    stream = streaming.Stream(service.settings.heartbeat, service.settings.time_limit)
    return streaming.respond(await stream.begin(service.admission, events))


def _ask(body: AskRequest, service: Service, cancelled: Cancelled) -> Answer:
    *_, answer = _parts(body, service, cancelled)
    if not isinstance(answer, Answer):
        raise TypeError("the answer is the last part")
    return answer


def _parts(body: AskRequest, service: Service, cancelled: Cancelled) -> Iterator[Part]:
    """Yield the parts and record the time of each stage."""
    stages = {Understood: "understand", Passages: "read", Answer: "compose"}
    began = time.perf_counter()
    parts = service.survey.parts(
        body.question,
        filters=body.filters.filters(),
        max_statements=body.max_statements,
        cancelled=cancelled,
        after=body.after,
    )
    for part in parts:
        if stage := stages.get(type(part)):
            now = time.perf_counter()
            service.metrics.stage(stage, now - began)
            began = now
        yield part
