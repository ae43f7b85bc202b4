"""The chat-completions protocol as far as it is needed: one request, and the text in its reply. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from mlsurvey.writing.errors import ServerError, WriterError
from mlsurvey.writing.setup import Setup

PATH = "/chat/completions"
END = "[DONE]"
_HOSTED = "openai.com"
"""OpenAI's own models take ``max_completion_tokens`` only, and newer ones no ``temperature``; local servers all take
``max_tokens``."""


class Message(TypedDict):
    """A message of the request."""

    role: str
    content: str


class _Lenient(BaseModel):
    """Servers add fields of their own; those read here must have the right type."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class _Text(_Lenient):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Lenient):
    delta: _Text | None = None
    message: _Text | None = None
    finish_reason: str | None = None


class _Reply(_Lenient):
    choices: list[_Choice]


class Reply:
    """Reads a reply piece by piece, and knows whether it is complete."""

    def __init__(self) -> None:
        self.is_complete = False

    def event(self, line: str) -> Iterator[str]:
        """The text in one line of a stream of events.

        Raises:
            WriterError: the line is not what the protocol allows, or the model refuses.
        """
        name, _, data = line.partition(":")
        if name == "error":
            raise ServerError("the model's server reported an error")
        if name != "data" or not (data := data.strip()):
            return  # comments, names of events, empty lines
        if data == END:
            self.is_complete = True
        else:
            yield from self.whole(data)

    def whole(self, text: str) -> Iterator[str]:
        """The text in a whole reply, or in one piece of it. Raises like :meth:`event`."""
        try:
            choices = _Reply.model_validate_json(text).choices
        except ValidationError as error:
            raise ServerError("the model's reply does not follow the chat-completions protocol") from error
        for choice in choices[:1]:
            said = choice.message or choice.delta or _Text()
            if said.refusal:
                raise WriterError("the model declined to write")
            self.is_complete = self.is_complete or bool(choice.finish_reason)
            if said.content:
                yield said.content


def body(setup: Setup, messages: Sequence[Message]) -> dict[str, Any]:
    """The request: messages and limits, no tools."""
    host = urlsplit(setup.url).hostname or ""
    is_hosted = host == _HOSTED or host.endswith(f".{_HOSTED}")
    limit: dict[str, Any] = (
        {"max_completion_tokens": setup.tokens} if is_hosted else {"max_tokens": setup.tokens, "temperature": 0}
    )
    return {"model": setup.model, "messages": list(messages), "stream": True, **limit}


def problem_of(status: int) -> str | None:
    """What a status other than success means, and what to do about it; None for success."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"the model's server redirects (HTTP {status}), which is not followed; set 'writer_url' to the final URL"
    advice = {
        400: "it rejects the request; check 'writer_model' and 'writer_tokens'",
        401: "the key is missing or wrong; set MLSURVEY_WRITER_KEY",
        403: "the key may not use this model",
        404: "it knows no such model or URL; check 'writer_url', which often ends in /v1, and 'writer_model'",
        429: "too many requests, or no credit left; try again later",
    }
    told = advice.get(status, "it failed; its log may say why" if status >= 500 else "it rejects the request")
    return f"the model's server answers HTTP {status}: {told}"
