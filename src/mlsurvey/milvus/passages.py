"""Rows of passages, written as their vectors are made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlsurvey.index.drafts import Draft
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.records import headings, passage_row, tags_of
from mlsurvey.milvus import terms
from mlsurvey.milvus.engine import Row
from mlsurvey.milvus.lease import Lease
from mlsurvey.milvus.schema import MOST_TAGS, parts_of, passages_of
from mlsurvey.milvus.store import BATCH, SHIFT, Store, batches
from mlsurvey.types import Entity, Passage

_KEYS = 100
"""Keys asked for at once: equal texts may stand in many passages."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A passage with its ids."""

    id: int
    document: int
    draft: Draft
    passage: Passage
    tags: tuple[str, ...]


def numbered(drafts: Sequence[Draft], number: int, entities: Mapping[str, Entity]) -> dict[str, list[Numbered]]:
    """The passages of drafts by key, with ids of a generation in the order of the drafts."""
    found: dict[str, list[Numbered]] = {}
    passage = 0
    for place, draft in enumerate(drafts):
        language = draft.document.language
        for one, key in zip(draft.passages, draft.keys, strict=True):
            tags = tags_of(one, language, entities)
            numbers = ((number << SHIFT) + passage, document_id(number, place))
            found.setdefault(key, []).append(Numbered(*numbers, draft, one, tags))
            passage += 1
    return found


def document_id(number: int, place: int) -> int:
    """Id of a document version: of a generation, and of its place among the new ones."""
    return (number << SHIFT) + place


def known_keys(store: Store, model: ModelInfo, keys: Collection[str]) -> set[str]:
    """Those of the keys that have a vector, whether or not any generation uses it."""
    collection = passages_of(store.engine, model.id)
    if not store.engine.call("has_collection", collection):
        return set()
    store.engine.call("load_collection", collection)
    return {key for key, _ in _known(store, collection, keys, ["id", "key"])}


def _known(
    store: Store, collection: str, keys: Collection[str], fields: Sequence[str]
) -> Iterator[tuple[str, list[float]]]:
    """Pairs (key, vector) of those keys that have one, each once; the vector is empty if it is not asked for."""
    for batch in batches(sorted(keys), _KEYS):
        seen: dict[str, list[float]] = {}
        for page in store.engine.pages(collection, f"key in {json.dumps(batch)}", fields, consistency_level="Strong"):
            for row in page:
                seen.setdefault(row["key"], row.get("vector", []))
        yield from seen.items()


@dataclass
class PassageShelf:
    """Writes the passages that wait for a vector; see :class:`mlsurvey.index.embed.Shelf`."""

    held: Lease
    collection: str
    waiting: Mapping[str, list[Numbered]]
    rows: list[Row] = field(default_factory=list)
    pieces: list[Row] = field(default_factory=list)

    def put(self, keys: list[str], rows: NDArray[np.float32]) -> None:
        """Take the vectors of keys, shape (n, dimension)."""
        for key, vector in zip(keys, rows, strict=True):
            unit = vector.tolist()
            for one in self.waiting[key]:
                self._add(one, key, unit)
        if len(self.rows) >= BATCH:
            self.flush()

    def reuse(self) -> set[str]:
        """Write the passages whose text has a vector already; returns their keys."""
        known: set[str] = set()
        for batch in batches(sorted(self.waiting), BATCH):
            pairs = [*_known(self.held.store, self.collection, batch, ["id", "key", "vector"])]
            if pairs:
                keys = [key for key, _ in pairs]
                self.put(keys, np.array([vector for _, vector in pairs], dtype=np.float32))
                known.update(keys)
        self.flush()
        return known

    def flush(self) -> None:
        """Write what was put; the pieces first, since a row refers to them."""
        self.held.check()
        self.held.has_written = True
        self.held.store.put(parts_of(self.held.store.engine), self.pieces)
        self.held.store.put(self.collection, self.rows)
        self.rows, self.pieces = [], []

    def _add(self, one: Numbered, key: str, vector: list[float]) -> None:
        document, passage, born = one.draft.document, one.passage, self.held.number
        *columns, leaf = passage_row(passage)
        unit = document.leaves.unit if document.leaves else None
        values = [passage.path, *columns, unit, leaf]
        payload, pieces = self.held.store.fitting(f"passage/{one.id}", one.document, born, values)
        title = headings(document.title, passage.trail)
        self.pieces += pieces
        self.rows.append(
            {
                "id": one.id,
                "document": one.document,
                "born": born,
                "key": key,
                "vector": vector,
                "tags": list(one.tags[:MOST_TAGS]),
                "payload": payload,
                **terms.fields_of(title, passage.text, passage.trail),
            }
        )
