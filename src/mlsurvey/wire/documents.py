"""Replies about documents, libraries and points of comparison."""

from __future__ import annotations

from mlsurvey.state import DocumentRow
from mlsurvey.types import Entity
from mlsurvey.wire.fields import Reply


class Documents(Reply):
    """A page of the documents in the index, by path."""

    index: str
    """Id of the index generation."""
    total: int
    """Number of documents that match the filters."""
    offset: int
    documents: list[DocumentRow]


class DocumentState(Reply):
    """A document's state in the index and on disk."""

    path: str
    file_sha256: str | None
    """SHA-256 digest of the current file; null if the file no longer exists."""
    indexed: DocumentRow | None
    """Null if it is not in the index yet."""
    stale: bool
    """Whether the two differ, so that a refresh would change the index."""
    index: str | None
    """Id of the index generation; null if there is no index yet."""


class Marked(Reply):
    """The text sent, split at a marked span."""

    before: str
    text: str
    after: str
    line_start: int
    """First line of the span, counted from 1."""
    line_end: int


class DocumentText(Reply):
    """A part of a document's text, as indexed."""

    path: str
    sha256: str
    start: int
    end: int
    length: int
    """Length of the whole document in characters."""
    text: str
    mark: Marked | None


class Stored(Reply):
    """A document written to the corpus folder. It is in the index after the next refresh."""

    path: str
    sha256: str
    bytes: int
    created: bool
    changed: bool
    """False if the same bytes were already there."""
    indexed: bool
    """Whether the index already has this version."""
    refresh: str
    """Route that refreshes the index."""


class StoredBatch(Reply):
    """Documents written together."""

    documents: list[Stored]


class Entities(Reply):
    """Libraries in the index."""

    index: str
    entities: list[Entity]


class Aspect(Reply):
    """A point of comparison."""

    slug: str
    name: str


class Aspects(Reply):
    """Points of comparison."""

    aspects: list[Aspect]
