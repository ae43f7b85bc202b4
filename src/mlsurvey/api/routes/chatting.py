"""Chat completions in OpenAI's format, so that chat programs can use the survey as if it were a model."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.exceptions import RequestValidationError
from fastapi.sse import format_sse_event
from starlette.requests import Request
from starlette.responses import Response

from mlsurvey.api import streaming
from mlsurvey.api.chat import Writer, address_of
from mlsurvey.api.problems import WORK, RefusalError, documented, problem_of, problem_of_fields
from mlsurvey.api.problems import respond as respond_problem
from mlsurvey.api.routing import Route
from mlsurvey.api.service import ServiceOf, json_response, request_id
from mlsurvey.calling import Cancelled
from mlsurvey.errors import IndexingError, MlsurveyError
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.rendering.layout import names_of
from mlsurvey.survey import Part, Survey
from mlsurvey.types import Answer
from mlsurvey.wire.chat import (
    MODEL,
    ChatCompletion,
    ChatError,
    ChatMessage,
    ChatProblem,
    ChatRequest,
    Choice,
    Model,
    Models,
    Usage,
)
from mlsurvey.wire.service import Problem

ABOUT = (
    "questions about machine learning libraries are answered with verbatim quotes from a fixed set "
    "of documents. The last user message is the question; a follow-up takes what it omits from the previous user "
    "messages."
)
END = b"data: [DONE]\n\n"
MAX_STATEMENTS = 3
"""Per library and aspect, the default of ``POST /v1/ask``."""


class ChatRoute(Route):
    """Returns problems in both formats: as problem details and as OpenAI-style errors."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with its errors converted."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return respond_problem(in_both_forms(problem_of_fields(list(error.errors()), request_id(request))))
            except (MlsurveyError, RefusalError) as error:
                headers = error.headers if isinstance(error, RefusalError) else None
                return respond_problem(in_both_forms(problem_of(error, request_id(request))), headers)

        return handler


router = APIRouter(tags=["chat"], route_class=ChatRoute)


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ChatCompletion,
        "description": "The answer as text with marks like `[1]` and a list of sources; the marks are also in "
        "`annotations`, and the whole answer is in `answer`. As a stream: pieces of the text, then `[DONE]`.",
        "content": {streaming.MEDIA_TYPE: {"schema": streaming.SCHEMA}},
    },
    **documented(*WORK),
}


@router.post("/v1/chat/completions", response_model=None, responses=_RESPONSES, operation_id="chat")
async def chat(request: Request, body: ChatRequest, service: ServiceOf) -> Response:
    """Ask in the format of OpenAI's chat completions. Answers quote documents; no language model answers.

    A service that has a language model set as `writer` adds its summary, checked against the quotes.

    The last user message is the question. A follow-up ("and on licences?") takes what it omits from the previous user
    messages, and the text says so; all other messages are ignored. So are all other parameters of OpenAI's API: they
    are listed in `ignored`, and where they ask for something other than one answer as text (`n`, `tools`,
    `response_format`, images …), the text says so. Unknown parameters are rejected. Errors are problem details with
    an additional `error` in OpenAI's format.
    """
    asked = _Asked(_question(body), body.earlier(), str(request.base_url), body.unmet())
    identity, created = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
    if body.stream:
        stream = streaming.Stream(service.settings.heartbeat, service.settings.time_limit)
        chunk = _Chunk(identity, created, body.ignored())
        with_usage = body.stream_options is not None and body.stream_options.include_usage

        def events(cancelled: Cancelled) -> Iterator[bytes]:
            return _stream(service.survey, asked, chunk, cancelled)

        begun = await stream.begin(service.admission, events)
        return streaming.respond(_in_chat_form(begun, chunk if with_usage else None))
    answer, message = await service.work(request, lambda survey, cancelled: _whole(survey, asked, cancelled))
    value = {
        "id": identity,
        "object": "chat.completion",
        "created": created,
        "model": MODEL,
        "choices": [Choice(message=message).model_dump()],
        "usage": Usage().model_dump(),
        "answer": answer,
        "ignored": body.ignored(),
    }
    return json_response(request, to_json(value, indent=None))


@router.get("/v1/models", responses=documented("overloaded", "index", "storage"))
async def list_models(request: Request, service: ServiceOf) -> Models:
    """List the models available for chat: a single one, which is not a language model."""
    return Models(data=[await service.work(request, lambda survey, _: _model(survey))])


@router.get("/v1/models/{name}", responses=documented("not-found", "invalid", "overloaded", "index", "storage"))
async def get_model(
    request: Request, name: Annotated[str, Path(max_length=300, examples=[MODEL])], service: ServiceOf
) -> Model:
    """Get a model available for chat."""
    _check_model(name)
    return await service.work(request, lambda survey, _: _model(survey))


def in_both_forms(found: Problem) -> ChatProblem:
    """Add an OpenAI-style error to a problem."""
    place = found.errors[0].place if found.errors else []
    error = ChatError(
        message=found.detail,
        type="invalid_request_error" if found.status < 500 else "server_error",
        param=".".join(map(str, place[1:])) or None,
        code="model_not_found" if found.detail.startswith("no model ") else found.type.rpartition("/")[2],
    )
    return ChatProblem(**found.model_dump(exclude={"errors"}), errors=found.errors, error=error)


def _check_model(name: str) -> None:
    if name != MODEL:
        raise RefusalError("not-found", f"no model {name[:60]!r}; the only one is {MODEL!r}")


def _question(body: ChatRequest) -> str:
    _check_model(body.model)
    question = body.question() or ""
    if question.strip():
        return question
    raise RefusalError("invalid", "the last user message has no text; send the question as its text")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a chat asks, and the address of the service for its links."""

    question: str
    after: Sequence[str]
    base: str
    unmet: Sequence[str]

    def parts(self, survey: Survey, cancelled: Cancelled) -> Iterator[Part]:
        return survey.parts(self.question, max_statements=MAX_STATEMENTS, cancelled=cancelled, after=self.after)

    def writer(self, survey: Survey) -> Writer:
        names = names_of(survey.entities(), survey.aspects())
        return Writer(names, survey.stale, address_of(self.base), self.unmet)


def _model(survey: Survey) -> Model:
    try:
        created = int(datetime.fromisoformat(survey.generation().created).timestamp())
    except IndexingError:
        created = 0
    by = "No language model" if survey.settings.writer == "none" else "With the help of a language model"
    return Model(created=created, description=f"{by}: {ABOUT}")


def _whole(survey: Survey, asked: _Asked, cancelled: Cancelled) -> tuple[dict[str, Any], ChatMessage]:
    parts = list(asked.parts(survey, cancelled))
    answer = parts[-1]
    assert isinstance(answer, Answer)
    writer = asked.writer(survey)
    text = "".join(writer.pieces(iter(parts)))
    message = ChatMessage(content=text, annotations=writer.annotations(answer))
    return answer_value(answer, survey.stale(answer)), message


class _Chunk:
    """Encodes the chunks of one answer."""

    def __init__(self, identity: str, created: int, ignored: Sequence[str]) -> None:
        self._ignored = list(ignored)
        self._same = {"id": identity, "object": "chat.completion.chunk", "created": created, "model": MODEL}

    def __call__(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        more = {"ignored": self._ignored} if finish else {}
        return _data({**self._same, "choices": [choice], **more})

    def usage(self) -> bytes:
        """Return the final chunk with the usage, sent on request."""
        return _data({**self._same, "choices": [], "usage": Usage().model_dump()})


def _stream(survey: Survey, asked: _Asked, chunk: _Chunk, cancelled: Cancelled) -> Iterator[bytes]:
    writer = asked.writer(survey)
    kept: list[Answer] = []

    def parts() -> Iterator[Part]:
        for part in asked.parts(survey, cancelled):
            if isinstance(part, Answer):
                kept.append(part)
            yield part

    pieces = writer.pieces(parts())
    yield chunk({"role": "assistant", "content": next(pieces, "")})
    yield from (chunk({"content": piece}) for piece in pieces)
    yield chunk({"annotations": [note.model_dump() for note in writer.annotations(kept[-1])]}, "stop")


async def _in_chat_form(events: AsyncIterator[bytes], usage: _Chunk | None) -> AsyncIterator[bytes]:
    """Yield the chunks and the end marker; an error is converted to OpenAI's format."""
    async for item in events:
        if item.startswith(b"event: error"):
            told = Problem.model_validate_json(item.partition(b"data: ")[2])
            yield format_sse_event(data_str=in_both_forms(told).model_dump_json(exclude_none=True))
            return
        yield item
    if usage is not None:
        yield usage.usage()
    yield END


def _data(value: dict[str, Any]) -> bytes:
    return format_sse_event(data_str=to_json(value, indent=None))
