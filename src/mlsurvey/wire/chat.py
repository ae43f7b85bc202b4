"""Questions and answers in the format of OpenAI's chat completions, for programs that use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from mlsurvey.types import Answer
from mlsurvey.wire.fields import LONGEST_NAME, LONGEST_QUERY, Reply, Request
from mlsurvey.wire.service import Problem

MODEL = "mlsurvey"
"""The only model."""
MOST_MESSAGES = 1_000
LONGEST_MESSAGE = 1_000_000
"""Maximum characters of a message that is not the question."""
READ = ("model", "messages", "stream", "stream_options")
"""Parameters that are not ignored."""

Text = Annotated[str, Field(max_length=LONGEST_MESSAGE)]
Anything = Annotated[Any, Field(description="Accepted and ignored.")]


class Part(Request):
    """A part of a message; only the text of text parts is read."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] = Field(examples=["text"])
    text: Text | None = None

    @model_validator(mode="after")
    def _text_has_text(self) -> Self:
        if self.type == "text" and self.text is None:
            raise ValueError("a part of type 'text' requires the field 'text'")
        return self


class Message(Request):
    """A message. The last user message is the question; it may follow up on the previous user messages.

    Other fields, as other programs keep them in their histories, are accepted and ignored.
    """

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(max_length=1_000)] | None = None
    name: Anything = None
    refusal: Anything = None
    annotations: Anything = None
    audio: Anything = None
    tool_calls: Anything = None
    function_call: Anything = None
    tool_call_id: Anything = None

    def text(self) -> str | None:
        """Return its text; None if it has no content."""
        if self.content is None or isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if part.type == "text" and part.text)

    def other_parts(self) -> Iterator[str]:
        """Yield the types of its parts that are not text."""
        if isinstance(self.content, list):
            yield from (part.type for part in self.content if part.type != "text")


class StreamOptions(Request):
    """Options for streaming."""

    include_usage: bool = False
    """Send a final chunk with token counts, which are all zero."""
    include_obfuscation: bool = False
    """Accepted and ignored."""


class ChatRequest(Request):
    """A chat. Everything but the messages and how to send the answer is accepted and ignored."""

    model: Annotated[str, Field(max_length=LONGEST_NAME)] = Field(examples=[MODEL])
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)] = Field(
        examples=[[{"role": "user", "content": "How do Burn and Candle differ in GPU support?"}]]
    )
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    audio: Anything = None
    frequency_penalty: Anything = None
    function_call: Anything = None
    functions: Anything = None
    logit_bias: Anything = None
    logprobs: Anything = None
    max_completion_tokens: Anything = None
    max_tokens: Anything = None
    metadata: Anything = None
    modalities: Anything = None
    moderation: Anything = None
    n: Anything = None
    parallel_tool_calls: Anything = None
    prediction: Anything = None
    presence_penalty: Anything = None
    prompt_cache_key: Anything = None
    prompt_cache_options: Anything = None
    prompt_cache_retention: Anything = None
    reasoning_effort: Anything = None
    response_format: Anything = None
    safety_identifier: Anything = None
    seed: Anything = None
    service_tier: Anything = None
    stop: Anything = None
    store: Anything = None
    temperature: Anything = None
    tool_choice: Anything = None
    tools: Anything = None
    top_logprobs: Anything = None
    top_p: Anything = None
    user: Anything = None
    verbosity: Anything = None
    web_search_options: Anything = None

    def ignored(self) -> list[str]:
        """Return what was sent and ignored: parameters, fields of messages, and parts of the user that are no text."""
        given = [name for name in type(self).model_fields if name not in READ and getattr(self, name) is not None]
        fields = (f"messages.{name}" for message in self.messages for name in message.model_extra or ())
        return list(dict.fromkeys([*given, *fields, *self._other_parts()]))

    def unmet(self) -> list[str]:
        """Return those of the ignored that ask for something other than one answer as text."""
        asks = {
            "n": self.n not in (None, 1),
            "tools": bool(self.tools),
            "functions": bool(self.functions),
            "logprobs": bool(self.logprobs),
            "response_format": self.response_format not in (None, {"type": "text"}),
            "modalities": self.modalities not in (None, [], ["text"]),
            "web_search_options": self.web_search_options is not None,
        }
        return [*(name for name, is_unmet in asks.items() if is_unmet), *dict.fromkeys(self._other_parts())]

    def _other_parts(self) -> Iterator[str]:
        users = (message for message in self.messages if message.role == "user")
        yield from (f"messages.content.{kind}" for message in users for kind in message.other_parts())

    def question(self) -> str | None:
        """Return the text of the last user message; None if there is none."""
        last = next((message for message in reversed(self.messages) if message.role == "user"), None)
        return last.text() if last is not None else None

    def earlier(self) -> list[str]:
        """Return the user messages before the last, oldest first, except those empty or too long for a question."""
        texts = [message.text() or "" for message in self.messages if message.role == "user"]
        return [text for text in texts[:-1] if text.strip() and len(text) <= LONGEST_QUERY]


class UrlCitation(Reply):
    """The link behind a mark in the text."""

    start_index: int
    """Position of the mark's first character in the message."""
    end_index: int
    url: str
    """URL of the document as indexed, with the quote marked."""
    title: str


class Annotation(Reply):
    """A mark in the text."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class ChatMessage(Reply):
    """The answer as text: quotes with marks like ``[1]``, and a list of sources."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(Reply):
    """The only answer."""

    index: Literal[0] = 0
    message: ChatMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(Reply):
    """Token counts: all zero, since no language model is involved."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatCompletion(Reply):
    """An answer as a chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    """Unix time in seconds."""
    model: str = MODEL
    choices: list[Choice]
    usage: Usage = Usage()
    answer: Answer
    """The same object as ``POST /v1/ask`` returns."""
    ignored: list[str]
    """Names of what was sent and ignored: parameters, fields of messages, and parts of user messages that are no text,
    such as ``messages.content.image_url``."""


class Model(Reply):
    """A model available for chat."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int
    """Unix time in seconds at which the index was created."""
    owned_by: Literal["mlsurvey"] = "mlsurvey"
    description: str


class Models(Reply):
    """Models available for chat."""

    object: Literal["list"] = "list"
    data: list[Model]


class ChatError(Reply):
    """A problem in OpenAI's error format."""

    message: str
    type: str
    param: str | None = None
    code: str


class ChatProblem(Problem):
    """A problem in both formats."""

    error: ChatError
