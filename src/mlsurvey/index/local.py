"""The read side of an index folder: one opened generation.

It remains usable while later generations are published, until it has been
replaced twice; then :class:`mlsurvey.errors.ReplacedError` is raised.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import DamagedIndexError, IndexingError, MismatchError, NotFoundError, similar
from mlsurvey.found import Found
from mlsurvey.index.catalogue import live, open_for_reading
from mlsurvey.index.changes import KNOWN_COLUMNS, Known
from mlsurvey.index.filtering import is_document, is_under, names_documents, tag_groups
from mlsurvey.index.keywords import KeywordQuery, Keywords
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published
from mlsurvey.index.records import PASSAGE_COLUMNS, passage_of, unpack_leaves, unpack_text
from mlsurvey.index.selection import Selection
from mlsurvey.index.snapshot import ALL, Holding
from mlsurvey.index.storage import storage_errors
from mlsurvey.index.verify import check_sizes, verify
from mlsurvey.remembered import Remembered
from mlsurvey.state import DocumentRow, Generation
from mlsurvey.subjects.traces import load
from mlsurvey.types import Document, Entity, Filters, Passage

if TYPE_CHECKING:
    from mlsurvey.index.vectors import Mode, Vectors

_ROW = "path, sha256, title, subject, language, date, bytes, passages"
_SPARE = 16  # extra vectors requested at first: some belong to passages of other generations
_GROWTH = 4
_STREAMED = 512  # passages read at once when all are read
REMEMBERED_ROWS = 2_000_000
"""Total rows of cached selections, at 32 bytes each."""
REMEMBERED_PASSAGES = 4096
"""Cached passages: questions on one topic read the same ones."""
REMEMBERED_WORDS = 20_000


class LocalSnapshot:
    """An opened generation of an index folder, see :class:`mlsurvey.index.snapshot.Snapshot`."""

    def __init__(self, index: Path, model: str | None = None, *, vectors: Mode = "auto", lasting: bool = False) -> None:
        """Open the newest generation of the index in a folder.

        Args:
            index: the folder; may be read-only.
            model: id of the model that questions will be embedded with; None if they will not be embedded.
            vectors: search mode, see :class:`mlsurvey.index.vectors.Vectors`.
            lasting: for many searches: keeps more in memory, and on a GPU if FAISS finds one.

        Raises:
            NoIndexError: nothing has been published there yet.
            DamagedIndexError: a part is missing or broken.
            MismatchError: the vectors were made with another model.
        """
        self._layout = Layout(index)
        self._mode: Mode = vectors
        self._lasting = lasting
        self._selections = Remembered[Filters, Selection](REMEMBERED_ROWS, len)
        self._passages = Remembered[int, Passage](REMEMBERED_PASSAGES)
        self._frequencies = Remembered[str, int](REMEMBERED_WORDS)
        with storage_errors(index):
            self._catalogue = open_for_reading(self._layout)
            try:
                self._published = self._catalogue.published()[0]
                check_sizes(self._catalogue, self._layout, self._published)
                _check_model(self.generation, model, index)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Close the files and free the memory, even if something still refers to this snapshot."""
        self._catalogue.close()
        for part in ("_keywords", "_vectors", "_everything"):
            self.__dict__.pop(part, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """The opened generation."""
        return self._published.generation

    @property
    def published(self) -> Published:
        """The opened generation with its parts."""
        return self._published

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Entities of this generation: the vocabulary and those that documents introduce."""
        return self._published.entities

    @cached_property
    def found(self) -> Found:
        """Subjects, points of comparison and classes that were found in the documents of this generation."""
        with storage_errors(self._layout.root), self._catalogue.reading(self.generation.number):
            return self._catalogue.found(self._published) or Found()

    @cached_property
    def _keywords(self) -> Keywords:
        with self._kept():
            return Keywords(self._layout.keyword_folder(self.generation.number))

    @cached_property
    def _vectors(self) -> Vectors:
        from mlsurvey.index.vectors import Vectors  # FAISS takes a third of a second to load; not all uses need it

        card = None
        if self._lasting:
            from mlsurvey.index.gpu import find_card

            card = find_card()
        parts = self._published
        with self._kept():
            return Vectors(self._layout, parts.segments, parts.dimension, self._mode, card)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Distinguish a purged generation from a damaged one: both lack files."""
        try:
            yield
        except DamagedIndexError:
            with self._catalogue.reading(self.generation.number):
                raise

    def verify(self) -> None:
        """Read the whole generation and check it against what was published.

        Raises:
            DamagedIndexError: a part is broken; the message names it.
        """
        with storage_errors(self._layout.root):
            verify(self._catalogue, self._layout, self._published)

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the passages that satisfy the filters, ascending; None without filters."""
        return self._selected(filters).passages if filters else None

    def _selected(self, filters: Filters) -> Selection:
        """Passages that satisfy the filters; cached, since a question reuses the same filters."""
        return self._selections.get(filters, self._select)

    def _select(self, filters: Filters) -> Selection:
        where, parameters = self._condition(filters)
        sql = f"SELECT passages.id, passages.vector FROM passages WHERE {where} ORDER BY passages.id"
        return Selection.of(*_columns(self._rows(sql, **parameters)))

    def count(self, filters: Filters = ALL) -> int:
        """Number of passages that satisfy the filters."""
        if not filters:
            return self.generation.passages
        where, parameters = self._condition(filters)
        return int(self._rows(f"SELECT COUNT(*) FROM passages WHERE {where}", **parameters)[0][0])

    def keyword(self, query: KeywordQuery | str, k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 score, best first. Operators in the query are ignored."""
        wanted = KeywordQuery(query) if isinstance(query, str) else query
        documents = self._document_ids(among) if names_documents(among) else None
        if not among.headings:
            return self._keywords.search(wanted, k, tag_groups(among), documents, among.phrases)
        return self._keyword_under(wanted, k, among, documents)

    def _keyword_under(
        self, query: KeywordQuery, k: int, among: Filters, documents: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        """Like :meth:`keyword`, restricted by headings: requests more hits until enough of them match.

        The keyword index stores headings as single words, so it cannot check this itself.
        """
        kept = self.select(among)
        allowed = set() if kept is None else set(kept.tolist())
        depth = k + _SPARE
        while allowed:
            found = self._keywords.search(query, depth, tag_groups(among), documents, among.phrases)
            hits = [hit for hit in found if hit[0] in allowed]
            if len(hits) >= k or len(found) < depth:
                return hits[:k]
            depth *= _GROWTH
        return []

    def explain_keyword(self, query: KeywordQuery | str, passage: int) -> list[tuple[str, str, float]]:
        """Return triples (term, field, contribution to the BM25 score of the passage), highest first."""
        wanted = KeywordQuery(query) if isinstance(query, str) else query
        return self._keywords.explain(wanted, passage)

    def dense(self, vector: NDArray[np.float32], k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their cosine, best first, then by id.

        Args:
            vector: unit vector, shape (dimension,).
            k: maximum number of hits.
            among: restricts the passages.

        Raises:
            ValueError: the vector's dimension differs from the index's.
        """
        if k < 1:
            return []
        if among:
            selection = self._selected(among)
            return selection.spread(self._vectors.search(vector, k, selection.vectors))[:k]
        return self._dense_in_all(vector, k)

    def _dense_in_all(self, vector: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Request more vectors until enough of them belong to live passages.

        Asking the catalogue which are live avoids a separate list of dead vectors that
        could get out of sync with it.
        """
        depth = k + _SPARE
        while True:
            found = self._vectors.search(vector, depth)
            hits = self._owners([vector for vector, _ in found]).spread(found)
            if len(hits) >= k or depth >= len(self._vectors):
                return hits[:k]
            depth *= _GROWTH

    def _owners(self, vectors: Sequence[int]) -> Selection:
        """Live passages with one of the vectors; all live passages if they are kept in memory for many searches."""
        if self._lasting:
            return self._everything
        sql = (
            "SELECT passages.id, passages.vector FROM passages"
            f" WHERE passages.vector IN (SELECT value FROM json_each(:vectors)) AND {live('passages')}"
            " ORDER BY passages.id"
        )
        return Selection.of(*_columns(self._rows(sql, vectors=json.dumps(vectors))))

    @cached_property
    def _everything(self) -> Selection:
        """All live passages with their vectors: 32 bytes each, a million read in a second."""
        return self._select(ALL)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids.

        Raises:
            IndexingError: an id is not in this generation.
        """
        return self._passages.get_all([int(i) for i in ids], self._read_passages)

    def _read_passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        sql = (
            f"SELECT {PASSAGE_COLUMNS} FROM passages JOIN documents ON documents.id = passages.document"
            f" WHERE passages.id IN (SELECT value FROM json_each(:ids)) AND {live('passages')}"
        )
        found = {row[0]: passage_of(row) for row in self._rows(sql, ids=json.dumps(ids))}
        self._check_known(ids, found)
        return found

    def _check_known(self, ids: Iterable[int], found: Container[int]) -> None:
        if unknown := [i for i in ids if i not in found]:
            raise IndexingError(f"passage {unknown[0]} is not in generation {self.generation.number}")

    def stream(self, filters: Filters = ALL) -> Iterator[Passage]:
        """Yield the passages that satisfy the filters, by id; none is kept in memory."""
        ids: list[int] = self._selected(filters).passages.tolist() if filters else self._everything.passages.tolist()
        for begin in range(0, len(ids), _STREAMED):
            batch = ids[begin : begin + _STREAMED]
            found = self._read_passages(batch)
            yield from (found[one] for one in batch)

    def frequency(self, word: str) -> int:
        """Number of passages with a word in their headings or text, in any inflection."""
        return self._frequencies.get(word, self._keywords.frequency)

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Unit vectors of passages, shape (n, dimension), in the order of their ids."""
        sql = (
            "SELECT passages.id, passages.vector FROM passages"
            f" WHERE passages.id IN (SELECT value FROM json_each(:ids)) AND {live('passages')}"
        )
        vector_of = dict(self._rows(sql, ids=json.dumps([int(i) for i in ids])))
        self._check_known(ids, vector_of)
        return self._vectors.take(np.array([vector_of[int(i)] for i in ids], dtype=np.int64))

    def document(self, path: str) -> Document:
        """Return a document as indexed, from the index's own copy.

        Raises:
            NotFoundError: this generation has no document at that path; the message suggests similar ones.
        """
        columns = "path, text, sha256, title, subject, language, date, unit, leaves"
        sql = f"SELECT {columns} FROM documents JOIN texts ON document = id WHERE path = :path AND "
        rows = self._rows(sql + live("documents"), path=path)
        if not rows:
            raise NotFoundError(f"no document {path!r} in the index{similar(path, self.paths())}")
        name, text, sha256, title, subject, language, date, unit, leaves = rows[0]
        places = unpack_leaves(unit, leaves)
        return Document(name, unpack_text(text), sha256, title, subject, language, date, places)

    def paths(self) -> list[str]:
        """Paths of all documents; cheaper than their rows."""
        return [path for (path,) in self._rows(f"SELECT path FROM documents WHERE {live('documents')}")]

    def known(self, paths: Iterable[str]) -> list[Known]:
        """The indexed versions of the documents at these paths, to be compared with the files."""
        return [Known(*row) for row in self._at(paths, KNOWN_COLUMNS)]

    def documents(self, filters: Filters = ALL) -> list[DocumentRow]:
        """Documents in path order; with entity or language filters, those with at least one matching passage."""
        rows = self._rows(f"SELECT id, {_ROW} FROM documents WHERE {live('documents')} ORDER BY path")
        if filters:
            where, parameters = self._condition(filters)
            kept = {i for (i,) in self._rows(f"SELECT DISTINCT document FROM passages WHERE {where}", **parameters)}
            rows = [row for row in rows if row[0] in kept]
        return [DocumentRow(*row[1:]) for row in rows]

    def rows(self, paths: Iterable[str]) -> list[DocumentRow]:
        """The documents at these paths, as :meth:`documents` gives them, in no order."""
        return [DocumentRow(*row) for row in self._at(paths, _ROW)]

    def _at(self, paths: Iterable[str], columns: str) -> list[tuple[Any, ...]]:
        """Columns of the documents at these paths."""
        where = f"path IN (SELECT value FROM json_each(:paths)) AND {live('documents')}"
        return self._rows(f"SELECT {columns} FROM documents WHERE {where}", paths=json.dumps([*paths]))

    def holdings(self) -> Iterator[Holding]:
        """Yield everything that is held of each document, in path order."""
        with storage_errors(self._layout.root), self._catalogue.reading(self.generation.number):
            known = sorted(self._catalogue.known(), key=lambda one: one.path)
            traces = dict(self._catalogue.traces())
        for one in known:
            sql = f"SELECT id FROM passages WHERE document = :document AND {live('passages')} ORDER BY id"
            ids = [number for (number,) in self._rows(sql, document=one.id)]
            found = self._read_passages(ids)
            passages = tuple(found[number] for number in ids)
            yield Holding(one, self.document(one.path), load(traces[one.path]), passages, tuple(ids))

    def _document_ids(self, filters: Filters) -> list[int]:
        """Ids of the documents that satisfy the document-level filters."""
        rows = self._rows(f"SELECT id, path, date, mtime_ns FROM documents WHERE {live('documents')}")
        return [number for number, *row in rows if is_document(filters, *row)]

    def _trails(self, filters: Filters) -> list[str]:
        """Heading trails, as stored, that satisfy the filters."""
        rows = self._rows(f"SELECT DISTINCT passages.trail FROM passages WHERE {live('passages')}")
        return [trail for (trail,) in rows if is_under(filters, json.loads(trail))]

    def _condition(self, filters: Filters) -> tuple[str, dict[str, Any]]:
        """Return an SQL condition on ``passages``, with its parameters."""
        parts, parameters = [live("passages")], {}
        for number, group in enumerate(tag_groups(filters)):
            parts.append(
                f"passages.id IN (SELECT passage FROM tags WHERE tag IN (SELECT value FROM json_each(:tags{number})))"
            )
            parameters[f"tags{number}"] = json.dumps(group)
        if names_documents(filters):
            parts.append("passages.document IN (SELECT value FROM json_each(:documents))")
            parameters["documents"] = json.dumps(self._document_ids(filters))
        if filters.headings:
            parts.append("passages.trail IN (SELECT value FROM json_each(:trails))")
            parameters["trails"] = json.dumps(self._trails(filters))
        if filters.phrases:
            parts.append("passages.id IN (SELECT value FROM json_each(:held))")
            parameters["held"] = json.dumps(self._keywords.holding(filters.phrases))
        return " AND ".join(parts), parameters

    def _rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Query rows of this generation; ``:at`` in the query is its number."""
        number = self.generation.number
        with storage_errors(self._layout.root), self._catalogue.reading(number):
            named = {**parameters, "at": number} if ":at" in sql else parameters
            return self._catalogue.rows(sql, **named)


def _check_model(generation: Generation, model: str | None, index: Path) -> None:
    if model is not None and generation.model != model:
        raise MismatchError(
            f"the index in {index} was made with model {generation.model}, but {model} is set;"
            " type: mlsurvey refresh (embeds everything again), or set the previous model"
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split rows into two integer columns."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
