"""What retrieval, answering and the faces read of an index, wherever it is kept.

:class:`mlsurvey.index.local.LocalSnapshot` reads a folder, :class:`mlsurvey.milvus.snapshot.MilvusSnapshot` collections
of Milvus.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mlsurvey.found import Found
from mlsurvey.index.changes import Known
from mlsurvey.index.keywords import KeywordQuery
from mlsurvey.index.ledger import Published
from mlsurvey.state import DocumentRow, Generation
from mlsurvey.subjects.traces import Traces
from mlsurvey.types import Document, Entity, Filters, Passage

ALL = Filters()


@dataclass(frozen=True, slots=True)
class Holding:
    """All that an index holds of one document."""

    known: Known
    document: Document
    traces: Traces
    passages: tuple[Passage, ...]
    ids: tuple[int, ...]
    """Ids of the passages."""


class Snapshot(Protocol):
    """An opened generation. Thread-safe; close it, or use it in a ``with`` statement.

    It remains usable while later generations are published, until it has been replaced twice; then
    :class:`mlsurvey.errors.ReplacedError` is raised.
    """

    def close(self) -> None:
        """Let go of what is open."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    @property
    def generation(self) -> Generation:
        """The opened generation."""
        ...

    @property
    def published(self) -> Published:
        """The opened generation with what a refresh needs of it."""
        ...

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Entities of this generation: the vocabulary and those that documents introduce."""
        ...

    @property
    def found(self) -> Found:
        """Subjects, points of comparison and classes that were found in the documents of this generation."""
        ...

    def verify(self) -> None:
        """Read the whole generation and check it.

        Raises:
            DamagedIndexError: a part is broken; the message names it.
        """
        ...

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Ids of the passages that satisfy the filters, ascending; None without filters."""
        ...

    def count(self, filters: Filters = ALL) -> int:
        """Number of passages that satisfy the filters."""
        ...

    def keyword(self, query: KeywordQuery | str, k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 score, best first. Operators in the query are ignored."""
        ...

    def explain_keyword(self, query: KeywordQuery | str, passage: int) -> list[tuple[str, str, float]]:
        """Return triples (term, field, contribution to the BM25 score of the passage), highest first."""
        ...

    def dense(self, vector: NDArray[np.float32], k: int, among: Filters = ALL) -> list[tuple[int, float]]:
        """Return passage ids with their cosine, best first, then by id.

        Args:
            vector: unit vector, shape (dimension,).
            k: maximum number of hits.
            among: restricts the passages.

        Raises:
            ValueError: the vector's dimension differs from the index's.
        """
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of their ids.

        Raises:
            IndexingError: an id is not in this generation.
        """
        ...

    def stream(self, filters: Filters = ALL) -> Iterator[Passage]:
        """Yield the passages that satisfy the filters, by id; none is kept in memory."""
        ...

    def frequency(self, word: str) -> int:
        """Number of passages with a word in their headings or text, in any inflection."""
        ...

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Unit vectors of passages, shape (n, dimension), in the order of their ids."""
        ...

    def document(self, path: str) -> Document:
        """Return a document as indexed, from the index's own copy.

        Raises:
            NotFoundError: this generation has no document at that path; the message suggests similar ones.
        """
        ...

    def paths(self) -> list[str]:
        """Paths of all documents; cheaper than their rows."""
        ...

    def known(self, paths: Iterable[str]) -> list[Known]:
        """The indexed versions of the documents at these paths, to be compared with the files."""
        ...

    def documents(self, filters: Filters = ALL) -> list[DocumentRow]:
        """Documents in path order; with entity or language filters, those with at least one matching passage."""
        ...

    def rows(self, paths: Iterable[str]) -> list[DocumentRow]:
        """The documents at these paths, as :meth:`documents` gives them, in no order."""
        ...

    def holdings(self) -> Iterator[Holding]:
        """Yield everything that is held of each document, in path order, to be copied elsewhere."""
        ...
