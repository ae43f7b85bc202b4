"""Replies with comparisons and search results: schema 1. An answer is :class:`mlsurvey.types.Answer` itself."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from mlsurvey.matrix import Matrix
from mlsurvey.types import Answer
from mlsurvey.wire.fields import Reply


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
    page: int | None = None
    """Only for a document converted from pages, such as a PDF: the page where the passage begins, counted from 1."""
    cell: int | None = None
    """Only for a notebook: the cell where the passage begins, counted from 1."""
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
