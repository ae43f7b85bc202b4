"""What answers and searches send: schema 1."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from mlsurvey.types import Kind, Status
from mlsurvey.wire.fields import Reply

SCHEMA = 1


class Statement(Reply):
    """One line of an answer."""

    entity: str | None
    """Slug of the library that it is about."""
    aspect: str | None
    """Slug of the point that it is about."""
    text: str
    """The quote, tidied for reading and never reworded."""
    citations: list[int]
    """Numbers of its sources."""
    stance: str | None = None
    """``for`` or ``against`` what was asked for, in a recommendation."""


class Source(Reply):
    """Where a document that was fetched came from."""

    url: str
    """Page where a person finds it."""
    version: str | None
    """Commit or release; null where the host told none."""
    retrieved: str
    """ISO date on which the quoted bytes came."""
    licence: str
    """SPDX expression; ``NOASSERTION`` where none is stated."""


class Citation(Reply):
    """A verbatim quote and its place: ``text[start:end] == quote`` in the document."""

    number: int
    document: str
    """Path relative to the corpus folder."""
    sha256: str
    """Of the file's bytes, when it was indexed."""
    title: str
    heading_path: list[str]
    start: int
    """First character, in Unicode code points of the document's text."""
    end: int
    line_start: int
    """First line, from 1."""
    line_end: int
    quote: str
    score: float
    source: Source | None = None
    """Only for a document that was fetched from upstream."""
    stale: str | None = None
    """Only where the quote no longer stands at its place: why."""


class Missing(Reply):
    """A pair that was asked for, and for which nothing good enough was found."""

    entity: str | None
    aspect: str | None
    searched: int
    """Passages looked at."""


class Conflict(Reply):
    """Citations that say incompatible things."""

    entity: str
    aspect: str | None
    citations: list[int]
    kind: str


class Answer(Reply):
    """A cited answer, or an abstention with its reason."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    schema_: Literal[1] = Field(alias="schema")
    """Version of this contract."""
    question: str
    kind: Kind
    status: Status
    abstained: bool
    reason: str | None
    """Why it abstained or is partial, in words a person can act on."""
    entities: list[str]
    aspects: list[str]
    statements: list[Statement]
    citations: list[Citation]
    missing: list[Missing]
    conflicts: list[Conflict]
    index: str
    """Id of the generation of the index that it is from."""
    model: str
    """Id of the embedder."""
    writer: str
    timings_ms: dict[str, float]
    groups: dict[str, list[str]]
    """For a list: libraries under ``yes``, ``no`` and ``unknown``."""
    carried: list[str]
    """For a follow-up: what was taken from the questions before, ``libraries``, ``matter`` or ``answers``."""
    nearest: list[Citation]
    """For an abstention: what came nearest."""


class Cell(Reply):
    """What the documents say of one library on one point."""

    entity: str | None
    aspect: str | None
    statements: list[Statement]
    missing: Missing | None
    conflicts: list[Conflict]


class Matrix(Reply):
    """One row for each aspect, in it one cell for each entity."""

    entities: list[str | None]
    aspects: list[str | None]
    rows: list[list[Cell]]


class Comparison(Reply):
    """A comparison as a matrix, and the answer that it was made from."""

    answer: Answer
    matrix: Matrix


class Term(Reply):
    """A term of the query and what it adds to the BM25 score."""

    term: str
    field: str
    weight: float


class Token(Reply):
    """A word piece of the passage and its share of the cosine."""

    token: str
    share: float


class Explanation(Reply):
    """Why a passage is a hit."""

    terms: list[Term]
    cosine: float | None
    tokens: list[Token]
    remainder: float


class Hit(Reply):
    """A passage that a search brought back."""

    rank: int
    score: float
    document: str
    heading_path: list[str]
    entities: list[str]
    start: int
    end: int
    line_start: int
    line_end: int
    text: str
    ranks: dict[str, int]
    scores: dict[str, float]
    shares: dict[str, float]
    passage_id: int
    explanation: Explanation | None = None
    """Only where it was asked for."""


class Hits(Reply):
    """The result of a search, best first."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    schema_: Literal[1] = Field(alias="schema")
    """Version of this contract."""
    query: str
    mode: str
    index: str
    hits: list[Hit]
