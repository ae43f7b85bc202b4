"""Cut documents into passages: in this process, or in several worker processes if there is much to cut."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import UnreadableError
from mlsurvey.index.deadline import SECONDS, WAITING, allowed, can_limit, in_time, too_slow
from mlsurvey.index.engine import ModelInfo, TokenCounter
from mlsurvey.index.sources import Content
from mlsurvey.index.workers import LostError, Pool, can_travel
from mlsurvey.reading.documents import document
from mlsurvey.reading.formats import omitted
from mlsurvey.reading.passages import passages
from mlsurvey.state import Unreadable
from mlsurvey.types import Document, Entity, Passage
from mlsurvey.vocabulary.gazetteer import Gazetteer

MUCH = 3_000_000
"""Bytes from which worker processes pay off: less is cut before they have started."""
_BATCH = 100_000  # bytes per batch: about 0.1 s of work
_LOST = "not read: the process that read it died, perhaps from lack of memory; split it"

Batch = list[tuple[str, Content]]
"""Documents with their paths."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document version to be written."""

    content: Content
    document: Document
    passages: tuple[Passage, ...]
    """Passages with readable content; noise is dropped."""
    keys: tuple[str, ...]
    """Keys of the passages, under which their vectors are stored."""
    omitted: str | None = None
    """What of the document is not indexed though a reader sees it."""


Cut = Draft | Unreadable


class Cutter:
    """Cuts documents into passages."""

    def __init__(
        self,
        entities: tuple[Entity, ...],
        about: Mapping[str, str],
        counter: TokenCounter,
        limit: int,
        seconds: float,
    ) -> None:
        self._entities, self._about = entities, about
        self._counter, self._limit, self._seconds = counter, limit, seconds
        self._gazetteer = Gazetteer(entities)

    def __reduce__(
        self,
    ) -> tuple[type[Cutter], tuple[tuple[Entity, ...], Mapping[str, str], TokenCounter, int, float]]:
        """Pickle the arguments only: rebuilding in the other process is faster than sending all names."""
        return type(self), (self._entities, self._about, self._counter, self._limit, self._seconds)

    def __call__(self, batch: Batch) -> list[Cut]:
        """Return drafts of documents given as pairs (path, content)."""
        return [self._cut(path, content) for path, content in batch]

    def patience(self, batch: Batch) -> float:
        """Seconds after which a process that cuts these documents is taken to hang."""
        return WAITING * sum(allowed(len(content.data), self._seconds) for _, content in batch)

    def _cut(self, path: str, content: Content) -> Cut:
        try:
            return in_time(partial(self._draft, path, content), len(content.data), self._seconds)
        except UnreadableError as error:
            return Unreadable(path, str(error))

    def _draft(self, path: str, content: Content) -> Draft:
        read = document(path, content.data, content.sha256, self._gazetteer, content.leaves, self._about.get(path))
        cut = passages(read, self._gazetteer, self._counter, self._limit)
        kept = tuple(passage for passage in cut if passage.sentences)
        left_out = ", ".join(filter(None, (content.omitted, omitted(read)))) or None
        return Draft(content, read, kept, tuple(passage.key for passage in kept), left_out)


def drafts(
    fresh: Mapping[str, Content],
    entities: tuple[Entity, ...],
    about: Mapping[str, str],
    model: ModelInfo,
    progress: Callable[[int, int], None],
    seconds: float = SECONDS,
) -> tuple[Cut, ...]:
    """Return drafts of all documents, in path order; ``progress`` receives the number done and the total.

    ``about`` maps a document to the slug of the one entity that it is about, where its path and fields do not say so.

    A document that takes more time than allowed for ``seconds`` (see :mod:`mlsurvey.index.deadline`), or that ends
    the process that cuts it, is reported as unreadable.
    """
    if not fresh:
        return ()
    cut = Cutter(entities, about, model.counter, model.limit, seconds)
    made: list[Cut] = []
    with closing(_cut(cut, list(_batches(sorted(fresh.items()))))) as batches:  # ends the processes on interruption
        for draft in chain.from_iterable(batches):
            made.append(draft)
            progress(len(made), len(fresh))
    return tuple(made)


def _cut(cut: Cutter, batches: list[Batch]) -> Generator[list[Cut], None, None]:
    size = sum(len(content.data) for _, content in chain.from_iterable(batches))
    is_enough = can_limit() and (size < MUCH or cores() < 2)  # a thread that cannot be stopped needs a process
    if is_enough or not can_travel(cut):
        yield from map(cut, batches)
        return
    with Pool(cut, min(cores(), len(batches)), cut.patience) as pool:
        yield from pool.map(batches, partial(_alone, pool))


def _alone(pool: Pool[Batch, list[Cut]], batch: Batch, error: LostError) -> list[Cut]:
    """Cut the documents of a batch whose process was lost one by one, to leave out only the one that lost it."""
    if len(batch) > 1:
        return [made for one in batch for made in pool.call([one], partial(_alone, pool))]
    return [Unreadable(path, too_slow(error.waited) if error.waited else _LOST) for path, _ in batch]


def _batches(documents: Sequence[tuple[str, Content]]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for path, content in documents:
        batch.append((path, content))
        size += len(content.data)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
