"""Conversion between catalogue rows and domain types."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mlsurvey.leaves import Leaf, Leaves, Unit
from mlsurvey.types import Entity, Passage, Sentence, SentenceKind, Span

PASSAGE_COLUMNS = (
    "passages.id, documents.path, passages.ordinal, passages.first, passages.last, passages.line_start,"
    " passages.line_end, passages.trail, passages.subjects, passages.sentences, documents.unit,"
    " passages.leaf"
)


def pack_text(text: str) -> bytes:
    """Compress the text of a document; it is stored so that quotes can be shown when the file is gone."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)  # four times as fast as level 6, output 10% larger


def unpack_text(data: bytes) -> str:
    """Inverse of :func:`pack_text`."""
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def pack_leaves(leaves: Leaves | None) -> str | None:
    """JSON of the positions of pages or cells; their unit is a column of its own."""
    return None if leaves is None else _json(leaves.starts)


def unpack_leaves(unit: Unit | None, starts: str | None) -> Leaves | None:
    """Inverse of :func:`pack_leaves`."""
    return None if unit is None or starts is None else Leaves(unit, tuple(json.loads(starts)))


def passage_row(passage: Passage) -> tuple[Any, ...]:
    """Columns ``ordinal`` to ``leaf`` of a passage."""
    return (
        passage.ordinal,
        passage.span.start,
        passage.span.end,
        passage.line_start,
        passage.line_end,
        _names(passage.trail),
        _names(passage.subjects),
        _json([_pack(sentence) for sentence in passage.sentences]),
        passage.leaf.number if passage.leaf else None,
    )


def passage_of(row: tuple[Any, ...]) -> Passage:
    """Build a passage from a row of :data:`PASSAGE_COLUMNS`."""
    _, path, ordinal, first, last, line_start, line_end, trail, subjects, sentences, unit, leaf = row
    return Passage(
        path,
        ordinal,
        Span(first, last),
        line_start,
        line_end,
        tuple(json.loads(trail)),
        tuple(json.loads(subjects)),
        tuple(_unpack(packed) for packed in json.loads(sentences)),
        None if leaf is None else Leaf(unit, leaf),
    )


def _pack(sentence: Sentence) -> list[Any]:
    return [
        sentence.span.start,
        sentence.span.end,
        sentence.text,
        sentence.kind.value,
        sentence.label,
        list(sentence.header),
    ]


def _unpack(packed: list[Any]) -> Sentence:
    start, end, text, kind, label, header = packed
    return Sentence(Span(start, end), text, SentenceKind(kind), label, tuple(header))


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=1024)  # neighbouring passages share their headings and subjects
def _names(names: tuple[str, ...]) -> str:
    return _json(names)


def headings(title: str, trail: tuple[str, ...]) -> tuple[str, ...]:
    """The headings by which a passage is found: its document's title, and those above it."""
    return trail if title in trail else (title, *trail)


def entity_tag(slug: str) -> str:
    """Tag of passages about an entity."""
    return f"entity:{slug.casefold()}"


def language_tag(language: str) -> str:
    """Tag of passages about libraries of a programming language."""
    return f"language:{language.casefold()}"


def tags_of(passage: Passage, language: str | None, entities: Mapping[str, Entity]) -> tuple[str, ...]:
    """Tags by which filters select a passage.

    The languages are those of the passage's subjects, since a survey covers libraries in
    several; without subjects, the language of the document.
    """
    known = {entities[slug].language for slug in passage.subjects if slug in entities} - {None}
    languages = sorted(name for name in known or {language} if name)
    return tuple(dict.fromkeys([*map(entity_tag, passage.subjects), *map(language_tag, languages)]))
