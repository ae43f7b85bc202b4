"""What clients may send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mlsurvey.types import Filters
from mlsurvey.wire.fields import (
    MOST_EARLIER,
    MOST_HITS,
    Day,
    MaxStatements,
    Name,
    Names,
    Position,
    Query,
    Request,
    Whole,
)

Mode = Literal["hybrid", "keyword", "dense"]

EXAMPLE = "How do Burn and Candle differ in GPU support?"


class FilterRequest(Request):
    """What may be found or quoted; several kinds must all hold, of one kind any."""

    entity: Names = Field(default_factory=list, examples=[["burn"]])
    """Libraries, by slug or name."""
    language: Names = Field(default_factory=list, examples=[["rust"]])
    """Programming languages of the libraries."""
    path: Names = Field(default_factory=list, examples=[["libraries/rust/"]])
    """Documents: a path, a folder with a final slash, or a shell pattern."""
    heading: Names = Field(default_factory=list, examples=[["Licence"]])
    """Words that stand together in a heading above the passage, in any case."""
    updated_after: Day | None = None
    """Only documents of a later date: the one that they state, else that of their file's last change, in UTC."""

    def filters(self) -> Filters:
        """The noun."""
        after = self.updated_after.isoformat() if self.updated_after else None
        return Filters(tuple(self.entity), tuple(self.language), tuple(self.path), tuple(self.heading), after)


class SearchOptions(Request):
    """How to search."""

    limit: Annotated[int, Field(ge=1, le=MOST_HITS), Whole] = 10
    """Hits at most."""
    offset: Annotated[int, Field(ge=0, le=MOST_HITS), Whole] = 0
    """Hits left out before the first. Pages that end within the first hundred hits fit together exactly, and so do
    those that end beyond; between the two depths a hit may change its place."""
    mode: Mode = "hybrid"
    """Which side of the index votes."""
    min_score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    """Least score. A hybrid search has scores from 0 to 2; they compare within one search only."""
    explain: bool = False
    """Take the hits apart: terms, cosine, words; at most the first fifty."""


class SearchRequest(SearchOptions):
    """A search."""

    query: Query = Field(examples=["WebGPU backend"])
    """Keywords, or a sentence."""
    filters: FilterRequest = FilterRequest()


class SearchParameters(SearchOptions, FilterRequest):
    """The same search in a query string; filters may be repeated."""

    model_config = ConfigDict(strict=False)

    q: Query = Field(examples=["WebGPU backend"])
    """Keywords, or a sentence."""

    def request(self) -> SearchRequest:
        """The search as :class:`SearchRequest`."""
        filters = FilterRequest(**{name: getattr(self, name) for name in FilterRequest.model_fields})
        options = {name: getattr(self, name) for name in SearchOptions.model_fields}
        return SearchRequest(query=self.q, filters=filters, **options)


class QuestionRequest(Request):
    """A question."""

    question: Query = Field(examples=[EXAMPLE])
    """In plain words."""
    filters: FilterRequest = FilterRequest()
    max_statements: MaxStatements = 3
    """Statements at most, for each library and aspect."""
    after: Annotated[list[Query], Field(max_length=MOST_EARLIER)] = Field(default_factory=list, examples=[[]])
    """For a follow-up ("and on licences?"): the questions before it, the oldest first. What it leaves unsaid is taken
    from them, and the answer names what under `carried`."""


class AskRequest(QuestionRequest):
    """A question, and how its answer is to come."""

    stream: bool = False
    """Send the answer as server-sent events, each part as soon as it is known."""


class CompareRequest(Request):
    """A comparison whose sides are given."""

    entities: Annotated[list[Name], Field(min_length=2, max_length=8, json_schema_extra={"uniqueItems": True})] = Field(
        examples=[["burn", "candle"]]
    )
    """Two to eight libraries, by slug or name."""
    aspects: Names = Field(default_factory=list, examples=[["gpu", "licence"]])
    """Points of comparison, by slug; without any, those of the question, else the general ones that tell most."""
    question: Query | None = Field(default=None, examples=["Which of them runs in a browser?"])
    """More words to search for."""
    filters: FilterRequest = FilterRequest()
    max_statements: MaxStatements = 3
    """Statements at most, for each library and aspect."""


class DocumentParameters(FilterRequest):
    """Which documents to list."""

    model_config = ConfigDict(strict=False)

    limit: Annotated[int, Field(ge=1, le=MOST_HITS), Whole] = 100
    """Documents at most."""
    offset: Position = 0
    """Documents left out before the first."""


class TextParameters(Request):
    """Which part of a document's text to send; places count Unicode code points."""

    model_config = ConfigDict(strict=False)

    start: Position = 0
    """First character."""
    end: Position | None = None
    """Character after the last; without it, as many as are sent at once."""
    mark_start: Position | None = None
    """First character of a span to be marked, as a citation has it; `start`, where only `mark_end` is given."""
    mark_end: Position | None = None
    """Character after the span; `end`, where only `mark_start` is given."""


class RefreshRequest(Request):
    """A refresh of the index."""

    dry_run: bool = False
    """Report what would be done, and write nothing."""
    rebuild: bool = False
    """Start over, as after damage; the old index serves until the new one replaces it."""


class EvaluationRequest(Request):
    """Gold questions to measure answers with."""

    questions: Annotated[str, Field(min_length=2, max_length=4_000_000)] = Field(
        examples=['{"id": "q1", "question": "Does Quillnet support ONNX export?", "kind": "unanswerable"}']
    )
    """The text of a question file: one JSON object a line."""
