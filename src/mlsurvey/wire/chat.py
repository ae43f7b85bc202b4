"""Questions and answers in the format of OpenAI's chat completions, for programs that use it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mlsurvey.types import Answer
from mlsurvey.wire.fields import LONGEST_NAME, LONGEST_QUERY, Reply, Request
from mlsurvey.wire.service import Problem

MODEL = "mlsurvey"
"""The only model."""
MOST_MESSAGES = 1_000
LONGEST_MESSAGE = 1_000_000
"""Maximum characters of a message that is not the question."""

Text = Annotated[str, Field(max_length=LONGEST_MESSAGE)]
Anything = Annotated[Any, Field(description="Taken and ignored: nothing here is generated.")]


def _flag(value: object) -> object:
    """Accept true and false, but not the numbers equal to them."""
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


class TextPart(Request):
    """A part of a message."""

    type: Literal["text"]
    text: Text


class Message(Request):
    """A message. The last user message is the question; it may follow up on the previous user messages."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[TextPart], Field(max_length=100)] | None = None
    name: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None
    refusal: Text | None = None
    """From a previous answer; ignored."""
    annotations: Annotated[list[Any], Field(max_length=10_000)] | None = None
    """From a previous answer; ignored."""

    def text(self) -> str | None:
        """Return its text; None if it has no content."""
        if self.content is None or isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content)


class StreamOptions(Request):
    """Options for streaming."""

    include_usage: bool = False
    """Send a final chunk with token counts, which are all zero."""
    include_obfuscation: bool = False
    """Accepted and ignored."""


class TextFormat(Request):
    """The only format of an answer."""

    type: Literal["text"] = "text"


class ChatRequest(Request):
    """A chat. Sampling parameters are accepted and ignored; requests for more than one text answer are rejected."""

    model: Annotated[str, Field(max_length=LONGEST_NAME)] = Field(examples=[MODEL])
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)] = Field(
        examples=[[{"role": "user", "content": "How do Burn and Candle differ in GPU support?"}]]
    )
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    logprobs: Annotated[Literal[False], BeforeValidator(_flag)] | None = None
    response_format: TextFormat | None = None
    modalities: Annotated[list[Literal["text"]], Field(max_length=1)] | None = None
    tools: Annotated[list[Any], Field(max_length=0)] | None = None
    tool_choice: Literal["none", "auto"] | None = None
    parallel_tool_calls: bool | None = None
    temperature: Anything = None
    top_p: Anything = None
    max_tokens: Anything = None
    max_completion_tokens: Anything = None
    presence_penalty: Anything = None
    frequency_penalty: Anything = None
    logit_bias: Anything = None
    stop: Anything = None
    seed: Anything = None
    user: Anything = None
    metadata: Anything = None
    store: Anything = None
    service_tier: Anything = None
    reasoning_effort: Anything = None
    verbosity: Anything = None
    prompt_cache_key: Anything = None
    safety_identifier: Anything = None

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
