"""What is sent of documents and of what the index knows by name."""

from __future__ import annotations

from mlsurvey.wire.fields import Reply


class DocumentRow(Reply):
    """A document of the index."""

    path: str
    """Relative to the corpus folder."""
    sha256: str
    """Of the file's bytes, when it was indexed."""
    title: str
    subject: str | None
    """Slug of the one library that it is about."""
    language: str | None
    date: str | None
    """ISO date that it states for itself."""
    bytes: int
    passages: int


class Documents(Reply):
    """A page of the documents of the index, by path."""

    index: str
    """Id of the generation."""
    total: int
    """Documents that the filters let through."""
    offset: int
    documents: list[DocumentRow]


class DocumentState(Reply):
    """A document as it is indexed, and as its file is now."""

    path: str
    file_sha256: str | None
    """Of the file as it is now; None where there is none any more."""
    indexed: DocumentRow | None
    """None where the index does not have it yet."""
    stale: bool
    """The two differ: a refresh would change the index."""
    index: str | None
    """Id of the generation; None where there is no index yet."""


class Marked(Reply):
    """The part of the text that was sent, cut at a marked span."""

    before: str
    text: str
    after: str
    line_start: int
    """First line of the span, from 1."""
    line_end: int


class DocumentText(Reply):
    """A part of a document's text, as it was indexed."""

    path: str
    sha256: str
    start: int
    end: int
    length: int
    """Characters of the whole document."""
    text: str
    mark: Marked | None


class Stored(Reply):
    """A document that was written to the corpus folder. The index has it after the next refresh."""

    path: str
    sha256: str
    bytes: int
    created: bool
    changed: bool
    """False where the same bytes were there already."""
    indexed: bool
    """Whether the index has this version already."""
    refresh: str
    """Route that brings the index up to date."""


class StoredBatch(Reply):
    """Documents that were written together."""

    documents: list[Stored]


class Entity(Reply):
    """A library that questions and documents may name."""

    slug: str
    name: str
    aliases: list[str]
    language: str | None
    kind: str | None
    category: list[str]
    plain_words: list[str]


class Entities(Reply):
    """Libraries that the index knows."""

    index: str
    entities: list[Entity]


class Aspect(Reply):
    """A point of comparison."""

    slug: str
    name: str


class Aspects(Reply):
    """Points of comparison."""

    aspects: list[Aspect]
