"""Replies with answers and search results: schema 1."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from mlsurvey.types import Kind, Status
from mlsurvey.wire.fields import Reply

SCHEMA = 1


class Statement(Reply):
    """One line of an answer."""

    entity: str | None
    """Slug of the library it is about."""
    aspect: str | None
    """Slug of the aspect it is about."""
    text: str
    """The quote, tidied for reading but never reworded."""
    citations: list[int]
    """Numbers of its citations."""
    stance: str | None = None
    """In a recommendation: ``for`` or ``against`` what was asked for."""


class Source(Reply):
    """Origin of a fetched document."""

    url: str
    """Web page of the document."""
    version: str | None
    """Commit or release; null if the host gave none."""
    retrieved: str
    """ISO date on which the quoted bytes were fetched."""
    licence: str
    """SPDX expression; ``NOASSERTION`` if none is stated."""


class Citation(Reply):
    """A verbatim quote and its place: ``text[start:end] == quote`` in the document."""

    number: int
    document: str
    """Path relative to the corpus folder."""
    sha256: str
    """SHA-256 digest of the file when it was indexed."""
    title: str
    heading_path: list[str]
    start: int
    """Position of the first character, in Unicode code points of the document's text."""
    end: int
    line_start: int
    """First line, counted from 1."""
    line_end: int
    quote: str
    score: float
    source: Source | None = None
    """Only for a document fetched from upstream."""
    stale: str | None = None
    """Only if the quote is no longer at its place: the reason."""


class Missing(Reply):
    """A requested pair of library and aspect for which nothing good enough was found."""

    entity: str | None
    aspect: str | None
    searched: int
    """Number of passages searched."""


class Conflict(Reply):
    """Citations that contradict each other."""

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
    """Why it abstained or is partial, in terms the user can act on."""
    entities: list[str]
    aspects: list[str]
    statements: list[Statement]
    citations: list[Citation]
    missing: list[Missing]
    conflicts: list[Conflict]
    index: str
    """Id of the index generation it is from."""
    model: str
    """Id of the embedding model."""
    writer: str
    timings_ms: dict[str, float]
    groups: dict[str, list[str]]
    """For a list: libraries under ``yes``, ``no`` and ``unknown``."""
    carried: list[str]
    """For a follow-up: what was taken from the previous questions, ``libraries``, ``matter`` or ``answers``."""
    nearest: list[Citation]
    """For an abstention: the nearest passages."""


class Cell(Reply):
    """What the documents say about one aspect of one library."""

    entity: str | None
    aspect: str | None
    statements: list[Statement]
    missing: Missing | None
    conflicts: list[Conflict]


class Matrix(Reply):
    """One row per aspect, with one cell per entity."""

    entities: list[str | None]
    aspects: list[str | None]
    rows: list[list[Cell]]


class Comparison(Reply):
    """A comparison as a matrix, and the answer it is built from."""

    answer: Answer
    matrix: Matrix


class Term(Reply):
    """A term of the query and its contribution to the BM25 score."""

    term: str
    field: str
    weight: float


class Token(Reply):
    """A word piece of the passage and its share of the cosine."""

    token: str
    share: float


class Explanation(Reply):
    """Why a passage was found."""

    terms: list[Term]
    cosine: float | None
    tokens: list[Token]
    remainder: float


class Hit(Reply):
    """A passage found by a search."""

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
    stale: str | None = None
    """Only if the file has changed or is gone since the refresh: the reason."""
    explanation: Explanation | None = None
    """Only on request."""


class Hits(Reply):
    """The result of a search, best first."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    schema_: Literal[1] = Field(alias="schema")
    """Version of this contract."""
    query: str
    mode: str
    index: str
    hits: list[Hit]
    note: str | None = None
    """Why there are no hits, if a quoted phrase of the query is the reason; otherwise absent."""
