"""Cut documents into passages: in this process, or in several worker processes if there is much to cut."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain

from mlsurvey.embedding.cores import cores
from mlsurvey.index.engine import ModelInfo, TokenCounter
from mlsurvey.index.sources import Content
from mlsurvey.index.workers import Pool, can_travel
from mlsurvey.reading.documents import document
from mlsurvey.reading.formats import left_out
from mlsurvey.reading.passages import passages
from mlsurvey.types import Document, Entity, Passage
from mlsurvey.vocabulary.gazetteer import Gazetteer

MUCH = 3_000_000
"""Bytes from which worker processes pay off: less is cut before they have started."""
_BATCH = 100_000  # bytes per batch: about 0.1 s of work


@dataclass(frozen=True, slots=True)
class Draft:
    """A document version to be written."""

    content: Content
    document: Document
    passages: tuple[Passage, ...]
    """Passages with readable content; noise is dropped."""
    keys: tuple[str, ...]
    """Keys of the passages, under which their vectors are stored."""
    left_out: str | None = None
    """What of the document is not indexed though a reader sees it."""


class Cutter:
    """Cuts documents into passages."""

    def __init__(self, entities: tuple[Entity, ...], counter: TokenCounter, limit: int) -> None:
        self._entities, self._counter, self._limit = entities, counter, limit
        self._gazetteer = Gazetteer(entities)

    def __reduce__(self) -> tuple[type[Cutter], tuple[tuple[Entity, ...], TokenCounter, int]]:
        """Pickle the arguments only: rebuilding in the other process is faster than sending all names."""
        return Cutter, (self._entities, self._counter, self._limit)

    def __call__(self, batch: Sequence[tuple[str, Content]]) -> list[Draft]:
        """Return drafts of documents given as pairs (path, content)."""
        return [self._draft(path, content) for path, content in batch]

    def _draft(self, path: str, content: Content) -> Draft:
        read = document(path, content.data, content.sha256, self._gazetteer)
        cut = passages(read, self._gazetteer, self._counter, self._limit)
        kept = tuple(passage for passage in cut if passage.sentences)
        return Draft(content, read, kept, tuple(passage.key for passage in kept), left_out(read))


def drafts(
    fresh: Mapping[str, Content], entities: tuple[Entity, ...], model: ModelInfo, progress: Callable[[int, int], None]
) -> tuple[Draft, ...]:
    """Return drafts of all documents, in path order; ``progress`` receives the number done and the total."""
    if not fresh:
        return ()
    cut = Cutter(entities, model.counter, model.limit)
    made: list[Draft] = []
    with closing(_cut(cut, list(_batches(sorted(fresh.items()))))) as batches:  # ends the processes on interruption
        for draft in chain.from_iterable(batches):
            made.append(draft)
            progress(len(made), len(fresh))
    return tuple(made)


def _cut(cut: Cutter, batches: list[list[tuple[str, Content]]]) -> Generator[list[Draft], None, None]:
    size = sum(len(content.data) for _, content in chain.from_iterable(batches))
    if size < MUCH or cores() < 2 or not can_travel(cut):
        yield from map(cut, batches)
        return
    with Pool(cut, min(cores(), len(batches))) as pool:
        yield from pool.map(batches)


def _batches(documents: Sequence[tuple[str, Content]]) -> Iterator[list[tuple[str, Content]]]:
    batch: list[tuple[str, Content]] = []
    size = 0
    for path, content in documents:
        batch.append((path, content))
        size += len(content.data)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
