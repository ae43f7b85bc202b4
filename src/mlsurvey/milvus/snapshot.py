"""The read side of an index in Milvus: one generation."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mlsurvey.address import Address
from mlsurvey.errors import (
    DamagedIndexError,
    IndexingError,
    MismatchError,
    NoIndexError,
    NotFoundError,
    ReplacedError,
    similar,
)
from mlsurvey.found import Found
from mlsurvey.index.changes import Known
from mlsurvey.index.filtering import is_document, names_documents, tag_groups
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.ledger import Published
from mlsurvey.index.records import passage_of, unpack_leaves
from mlsurvey.index.snapshot import ALL, Holding
from mlsurvey.milvus import terms
from mlsurvey.milvus.engine import MOST, PAGE, Engine, Row
from mlsurvey.milvus.schema import BM25, load
from mlsurvey.milvus.store import State, Store, Version, numbers_in
from mlsurvey.remembered import Remembered
from mlsurvey.state import DocumentRow, Generation
from mlsurvey.subjects.traces import load as load_traces
from mlsurvey.types import Document, Entity, Filters, Passage

CHECK_SECONDS = 5.0
"""How long a reader takes for granted that its generation is kept: rows are removed much later, see ``cleaning``."""
FRESH_SECONDS = 30.0
"""How long a new reader asks for strongly consistent results: a replica may lag behind the publication."""
_DEEPER = 2
_SPARE = 50
_SELECTIONS = 64
_REMEMBERED_PASSAGES = 4096
_REMEMBERED_WORDS = 20_000


class MilvusSnapshot:
    """An opened generation, see :class:`mlsurvey.index.snapshot.Snapshot`."""

    def __init__(self, address: Address, model: str | None = None, *, engine: Engine | None = None) -> None:
        """Open the newest generation.

        Args:
            address: of the index.
            model: id of the model that questions will be embedded with; None if they will not be embedded.
            engine: an open one, which is then not closed with the snapshot.

        Raises:
            NoIndexError: nothing has been published there yet.
            MismatchError: the vectors were made with another model, or the collections by another version.
            UnreachableError: the engine does not answer.
            IndexingError: it refuses the credentials.
        """
        self._engine, self._owned = engine or Engine(address), engine is None
        self._store = Store(self._engine)
        self._passages = Remembered[int, Passage](_REMEMBERED_PASSAGES)
        self._frequencies = Remembered[str, int](_REMEMBERED_WORDS)
        self._conditions = Remembered[Filters, str | None](_SELECTIONS)
        self._opened = self._checked = time.monotonic()
        try:
            self._state = _newest(self._store, address)
            load(self._engine, self._state.passages)
        except BaseException:
            self.close()
            raise
        if model is not None and self.generation.model != model:
            self.close()
            raise MismatchError(
                f"the index at {address} was made with model {self.generation.model}, but {model} is set;"
                " type: mlsurvey refresh (embeds everything again), or set the previous model"
            )

    def close(self) -> None:
        """Close the connection, unless it was given."""
        if self._owned:
            self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """The opened generation."""
        return self._state.published.generation

    @property
    def published(self) -> Published:
        """The opened generation with what a refresh needs of it."""
        return self._state.published

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Entities of this generation."""
        return self._state.published.entities

    @cached_property
    def found(self) -> Found:
        """Subjects, points of comparison and classes that were found in its documents."""
        self._check()
        return self._store.found(self._state.number)

    def verify(self) -> None:
        """Count the rows of the generation, and read each text and passage.

        Raises:
            DamagedIndexError: some are missing or cannot be read; the message names the document.
        """
        counts: dict[int, int] = {}
        for page in self._pages(self._state.condition("document"), ["id", "document", "payload"]):
            for row in page:
                counts[row["document"]] = counts.get(row["document"], 0) + 1
            self._unpacked(page)
        for number, version in self._versions.items():
            if counts.pop(number, 0) != version.row.passages:
                raise DamagedIndexError(f"{version.row.path} lacks passages in {self._engine.address}; {_REBUILD}")
            self.document(version.row.path)
        if counts or len(self._versions) != self.generation.documents:
            raise DamagedIndexError(f"documents are missing in {self._engine.address}; {_REBUILD}")

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the passages that satisfy the filters, ascending; None without filters."""
        return np.array(self._ids(filters), dtype=np.int64) if filters else None

    def count(self, filters: Filters = ALL) -> int:
        """Number of passages that satisfy the filters."""
        if not filters:
            return self.generation.passages
        where = self._condition(filters)
        return 0 if where is None else self._count(where)

    def keyword(self, query: KeywordQuery | str, k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 score, best first.

        The engine scores each field by itself. Their sums are right for all that any field has among its best.
        """
        where = self._condition(among)
        if k < 1 or where is None:
            return []
        texts, step = terms.queries_of(_query(query))
        depth = min(_DEEPER * k + _SPARE, MOST)
        found = {field: dict(self._best(field, text, depth, where)) for field, text in texts.items()}
        everywhere = {one for scores in found.values() for one in scores}
        for field, text in texts.items():
            missing = everywhere - found[field].keys()
            if missing and len(found[field]) == depth:
                found[field] |= self._best(field, text, len(missing), f"id in {numbers_in(missing)}")
        if among.phrases and len(everywhere) < k:  # the words are then optional
            everywhere |= set(self._ids(among))
        sums = [(one, step * sum(scores.get(one, 0.0) for scores in found.values())) for one in everywhere]
        return sorted(sums, key=lambda hit: (-hit[1], hit[0]))[:k]

    def explain_keyword(self, query: KeywordQuery | str, passage: int) -> list[tuple[str, str, float]]:
        """Return triples (term, field, contribution to the BM25 score of the passage), highest first."""
        where, parts = f"id == {int(passage)}", []
        for term, field, weight in terms.weighted_terms(_query(query)):
            for _, score in self._best(terms.field_of(field), terms.spelt(term), 1, where):
                parts.append((term, field, weight * score))
        return sorted(parts, key=lambda part: (-part[2], part[0]))

    def dense(self, vector: NDArray[np.float32], k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their cosine, best first, then by id. Raises ValueError for another dimension."""
        if vector.shape != (self._state.published.dimension,):
            dimension = self._state.published.dimension
            raise ValueError(f"a query of shape {vector.shape}, but the index has {dimension} dimensions")
        where = self._condition(among)
        if k < 1 or where is None:
            return []
        self._check()
        return self._engine.search(self._state.passages, "vector", vector.tolist(), k, where, "IP", **self._level())

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids. Raises IndexingError if one is not in this generation."""
        return self._passages.get_all([int(i) for i in ids], self._read)

    def stream(self, filters: Filters = ALL) -> Iterator[Passage]:
        """Yield the passages that satisfy the filters, by id; none is kept in memory."""
        where = self._condition(filters)
        if where is None:
            return
        for page in self._pages(where, ["id", "payload"]):
            found = self._unpacked(page)
            yield from (found[one] for one in sorted(found))

    def frequency(self, word: str) -> int:
        """Number of passages with a word in their headings or text, in any inflection."""
        return self._frequencies.get(word, self._frequency)

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Unit vectors of passages, shape (n, dimension), in the order of their ids."""
        found = {row["id"]: row["vector"] for row in self._rows(ids, ["id", "vector"])}
        self._check_known(ids, found)
        rows = np.array([found[int(one)] for one in ids], dtype=np.float32)
        return rows.reshape(len(ids), self._state.published.dimension)

    def document(self, path: str) -> Document:
        """Return a document as indexed. Raises NotFoundError if there is none; the message suggests similar paths."""
        version = self._by_path.get(path)
        if version is None:
            raise NotFoundError(f"no document {path!r} in the index{similar(path, self.paths())}")
        self._check()
        name = f"text/{version.known.id}"
        text, leaves = self._store.values([name])[name]
        row = version.row
        places = unpack_leaves(version.unit, leaves)  # type: ignore[arg-type]  # a unit by name, as stored
        return Document(row.path, text, row.sha256, row.title, row.subject, row.language, row.date, places)

    def paths(self) -> list[str]:
        """Paths of all documents."""
        return [*self._by_path]

    def known(self, paths: Iterable[str]) -> list[Known]:
        """The indexed versions of the documents at these paths."""
        return [version.known._replace(declared=None) for path in paths if (version := self._by_path.get(path))]

    def documents(self, filters: Filters = ALL) -> list[DocumentRow]:
        """Documents in path order; with entity or language filters, those with at least one matching passage."""
        if not filters:
            return [version.row for version in self._by_path.values()]
        where = self._condition(filters)
        kept = set() if where is None else {r["document"] for p in self._pages(where, ["id", "document"]) for r in p}
        return [version.row for version in self._by_path.values() if version.known.id in kept]

    def rows(self, paths: Iterable[str]) -> list[DocumentRow]:
        """The documents at these paths, as :meth:`documents` gives them, in no order."""
        return [self._by_path[path].row for path in paths if path in self._by_path]

    def holdings(self) -> Iterator[Holding]:
        """Yield everything that is held of each document, in path order."""
        for version in self._by_path.values():
            number = version.known.id
            traces = self._store.values([f"traces/{number}"])[f"traces/{number}"]
            found: dict[int, Passage] = {}
            for page in self._pages(f"document == {number}", ["id", "payload"]):
                found |= self._unpacked(page)
            ids = tuple(sorted(found))
            passages = tuple(found[one] for one in ids)
            yield Holding(version.known, self.document(version.row.path), load_traces(traces), passages, ids)

    @cached_property
    def _versions(self) -> Mapping[int, Version]:
        self._check()
        return self._store.versions(self._state)

    @cached_property
    def _by_path(self) -> Mapping[str, Version]:
        return {version.row.path: version for version in sorted(self._versions.values(), key=lambda v: v.row.path)}

    def _condition(self, filters: Filters) -> str | None:
        """The condition on passages; None if none can satisfy it."""
        return self._conditions.get(filters, self._conditioned)

    def _conditioned(self, filters: Filters) -> str | None:
        parts = [self._state.condition("document")]
        parts += [f"array_contains_any(tags, {_listed(group)})" for group in tag_groups(filters)]
        if names_documents(filters):
            wanted = [
                number
                for number, version in self._versions.items()
                if is_document(filters, version.row.path, version.row.date, version.known.mtime_ns)
            ]
            if not wanted:
                return None
            parts.append(f"document in {numbers_in(wanted)}")
        if filters.headings:
            either = (f"headings like {_pattern(terms.heading(one))}" for one in filters.headings)
            parts.append(f"({' or '.join(either)})")
        phrases = filter(None, map(terms.phrase, filters.phrases))
        parts += [f"exact like {_pattern(one)}" for one in phrases]
        return " and ".join(parts)

    def _frequency(self, word: str) -> int:
        pairs, phrase = terms.frequency_terms(word)
        holds = [self._holds(field, term) for field, term in pairs]
        if phrase:
            holds.append(f"exact like {_pattern(phrase)}")
        return self._count(f"{self._state.condition('document')} and ({' or '.join(holds)})") if holds else 0

    def _holds(self, field: str, term: str) -> str:
        """The condition that a field holds a term; Milvus Lite has no index for that, and a pattern is faster there."""
        pattern = f"{field} like {_pattern(f' {term} ')}"
        return pattern if self._engine.is_lite else f"text_match({field}, {json.dumps(term, ensure_ascii=False)})"

    def _best(self, field: str, text: str, k: int, where: str) -> list[tuple[int, float]]:
        self._check()
        return self._engine.search(self._state.passages, field + BM25, text, k, where, "BM25", **self._level())

    def _count(self, where: str) -> int:
        self._check()
        return self._engine.count(self._state.passages, where, **self._level())

    def _ids(self, filters: Filters) -> list[int]:
        where = self._condition(filters)
        return [] if where is None else sorted(row["id"] for page in self._pages(where, ["id"]) for row in page)

    def _pages(self, where: str, fields: Sequence[str]) -> Iterator[list[Row]]:
        for page in self._engine.pages(self._state.passages, where, fields, **self._level()):
            self._check()
            yield page

    def _rows(self, ids: Sequence[int], fields: Sequence[str]) -> Iterator[Row]:
        for begin in range(0, len(ids), PAGE):
            self._check()
            some = numbers_in({int(one) for one in ids[begin : begin + PAGE]})
            where = f"id in {some} and {self._state.condition('document')}"
            yield from self._engine.query(self._state.passages, where, fields, **self._level())

    def _read(self, ids: Sequence[int]) -> dict[int, Passage]:
        found = self._unpacked([*self._rows(ids, ["id", "payload"])])
        self._check_known(ids, found)
        return found

    def _unpacked(self, rows: Sequence[Row]) -> dict[int, Passage]:
        values = self._store.fitted({f"passage/{row['id']}": row["payload"] for row in rows})
        return {row["id"]: passage_of((0, *values[f"passage/{row['id']}"])) for row in rows}

    def _check_known(self, ids: Iterable[int], found: Mapping[int, Any]) -> None:
        if unknown := [one for one in ids if int(one) not in found]:
            raise IndexingError(f"passage {unknown[0]} is not in generation {self._state.number}")

    def _check(self) -> None:
        """Raise ReplacedError if the generation has been removed."""
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS:
            return
        if self._state.number not in self._store.generations():
            raise ReplacedError(f"generation {self._state.number} was replaced and deleted; open the index again")
        self._checked = now

    def _level(self) -> dict[str, Any]:
        is_fresh = time.monotonic() - self._opened < FRESH_SECONDS
        return {"consistency_level": "Strong" if is_fresh else "Bounded"}


_REBUILD = "type: mlsurvey refresh --rebuild"


def newest_of(address: Address) -> State:
    """The newest generation of an index; keeps nothing open. Raises like :class:`MilvusSnapshot`."""
    engine = Engine(address)
    try:
        return _newest(Store(engine), address)
    finally:
        engine.close()


def _newest(store: Store, address: Address) -> State:
    state = store.newest()
    if state is None:
        raise NoIndexError(f"no index in {address} yet; type: mlsurvey refresh")
    return state


def _query(query: KeywordQuery | str) -> KeywordQuery:
    return KeywordQuery(query) if isinstance(query, str) else query


def _listed(texts: Iterable[str]) -> str:
    return json.dumps([*texts], ensure_ascii=False)


def _pattern(text: str) -> str:
    return json.dumps(f"%{text}%", ensure_ascii=False)
