"""Requests that clients may send."""

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
    """Restricts what may be found or quoted: every kind of filter given must match, with any of its values."""

    entity: Names = Field(default_factory=list, examples=[["burn"]])
    """Libraries, by slug or name."""
    language: Names = Field(default_factory=list, examples=[["rust"]])
    """Programming languages of the libraries."""
    path: Names = Field(default_factory=list, examples=[["libraries/rust/"]])
    """Documents: a path, a folder with a trailing slash, or a shell pattern; at the top only after a slash."""
    heading: Names = Field(default_factory=list, examples=[["Licence"]])
    """Consecutive words in a heading above the passage, ignoring case."""
    updated_after: Day | None = None
    """Only documents with a later date: the date they state, else that of their file's last change, in UTC."""

    def filters(self) -> Filters:
        """Convert to the domain type."""
        after = self.updated_after.isoformat() if self.updated_after else None
        return Filters(tuple(self.entity), tuple(self.language), tuple(self.path), tuple(self.heading), after)


class SearchOptions(Request):
    """How to search."""

    limit: Annotated[int, Field(ge=1, le=MOST_HITS), Whole] = 10
    """Maximum number of hits."""
    offset: Annotated[int, Field(ge=0, le=MOST_HITS), Whole] = 0
    """Number of hits to skip. Pages that end within the first hundred hits fit together exactly, and so do pages that
    end beyond them; between the two groups, a hit may change its rank."""
    mode: Mode = "hybrid"
    """Search by keywords, by meaning (``dense``), or by both (``hybrid``)."""
    min_score: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 0.0
    """Minimum score. Scores of a hybrid search range from 0 to 2; they are comparable within one search only."""
    explain: bool = False
    """Explain the hits by terms, cosine and words; at most the first fifty."""


class SearchRequest(SearchOptions):
    """A search."""

    query: Query = Field(examples=["WebGPU backend"])
    """Keywords or a sentence. A phrase in double quotes must occur word for word in a heading or the text of a hit."""
    filters: FilterRequest = FilterRequest()


class SearchParameters(SearchOptions, FilterRequest):
    """A search in a query string; filters may be repeated."""

    model_config = ConfigDict(strict=False)

    q: Query = Field(examples=["WebGPU backend"])
    """Keywords or a sentence. A phrase in double quotes must occur word for word in a heading or the text of a hit."""

    def request(self) -> SearchRequest:
        """Convert to a :class:`SearchRequest`."""
        filters = FilterRequest(**{name: getattr(self, name) for name in FilterRequest.model_fields})
        options = {name: getattr(self, name) for name in SearchOptions.model_fields}
        return SearchRequest(query=self.q, filters=filters, **options)


class QuestionRequest(Request):
    """A question."""

    question: Query = Field(examples=[EXAMPLE])
    """The question in plain words."""
    filters: FilterRequest = FilterRequest()
    max_statements: MaxStatements = 3
    """Maximum statements per library and aspect."""
    after: Annotated[list[Query], Field(max_length=MOST_EARLIER)] = Field(default_factory=list, examples=[[]])
    """For a follow-up ("and on licences?"): the previous questions, oldest first. What the question omits is taken from
    them, and the answer lists it under `carried`."""


class AskRequest(QuestionRequest):
    """A question, and how to return its answer."""

    stream: bool = False
    """Send the answer as server-sent events, each part as soon as it is available."""


class CompareRequest(Request):
    """A comparison of given libraries."""

    entities: Annotated[list[Name], Field(min_length=2, max_length=8, json_schema_extra={"uniqueItems": True})] = Field(
        examples=[["burn", "candle"]]
    )
    """Two to eight libraries, by slug or name."""
    aspects: Names = Field(default_factory=list, examples=[["gpu", "licence"]])
    """Points of comparison, by slug; by default those of the question, else the most informative general ones."""
    question: Query | None = Field(default=None, examples=["Which of them runs in a browser?"])
    """Additional words to search for."""
    filters: FilterRequest = FilterRequest()
    max_statements: MaxStatements = 3
    """Maximum statements per library and aspect."""


class DocumentParameters(FilterRequest):
    """Which documents to list."""

    model_config = ConfigDict(strict=False)

    limit: Annotated[int, Field(ge=1, le=MOST_HITS), Whole] = 100
    """Maximum number of documents."""
    offset: Position = 0
    """Number of documents to skip."""


class TextParameters(Request):
    """Which part of a document's text to send; positions count Unicode code points."""

    model_config = ConfigDict(strict=False)

    start: Position = 0
    """Position of the first character."""
    end: Position | None = None
    """Position after the last character; by default as far as can be sent at once."""
    mark_start: Position | None = None
    """Position of the first character of a span to mark, as in a citation; `start` if only `mark_end` is given."""
    mark_end: Position | None = None
    """Position after the last character of the span; `end` if only `mark_start` is given."""


class RefreshRequest(Request):
    """A refresh of the index."""

    dry_run: bool = False
    """Report what would be done without writing anything."""
    rebuild: bool = False
    """Rebuild from scratch, for example after damage; the old index is used until the new one replaces it."""
    thorough: bool = False
    """Read every file, also those that look unchanged by size, times and inode."""


class EvaluationRequest(Request):
    """Gold questions to measure answers with."""

    questions: Annotated[str, Field(min_length=2, max_length=4_000_000)] = Field(
        examples=['{"id": "q1", "question": "Does Quillnet support ONNX export?", "kind": "unanswerable"}']
    )
    """The text of a question file: one JSON object per line."""
