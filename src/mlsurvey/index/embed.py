"""Embed texts that have no vector yet, without losing work on interruption.

Vectors are entered in the catalogue as soon as their segment is on disk,
before any generation uses them; the next refresh finds them there.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mlsurvey.calling import Progress
from mlsurvey.errors import EngineError, Interrupted, MismatchError, MlsurveyError
from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.engine import Embedder, ModelInfo
from mlsurvey.index.layout import Layout
from mlsurvey.index.storage import StoredFile

CHECKPOINT = 65_536  # vectors written together during a long run: 100 MB at 384 dimensions
CHECKPOINT_SECONDS = 10.0  # or as many as are ready by then: at most this much is lost if the process is killed


def known_vectors(catalogue: Catalogue | None, model: str, keys: Collection[str]) -> dict[str, int]:
    """Vector ids by key, for those keys that have one."""
    if catalogue is None:
        return {}
    sql = "SELECT key, id FROM vectors WHERE model = :model AND key IN (SELECT value FROM json_each(:keys))"
    return dict(catalogue.rows(sql, model=model, keys=json.dumps(list(keys))))


@runtime_checkable
class Streaming(Protocol):
    """An embedder that gives vectors as they are made, in an order of its own."""

    def stream(self, items: Sequence[tuple[str, str]]) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Yield the vectors of pairs (key, text) with their keys, shape (n, dimension), each key once."""
        ...


class Shelf(Protocol):
    """Where vectors are put as they are made."""

    def put(self, keys: list[str], rows: NDArray[np.float32]) -> None:
        """Take the vectors of keys, shape (n, dimension)."""
        ...

    def flush(self) -> None:
        """Write what was put."""
        ...


def embed(
    shelf: Shelf,
    texts: Mapping[str, str],
    embedder: Embedder,
    model: ModelInfo,
    progress: Progress,
) -> None:
    """Embed texts (by key) and store their vectors.

    Raises:
        Interrupted: on Ctrl-C; finished embeddings are kept.
        EngineError: the embedder failed; finished embeddings are kept.
        MismatchError: the embedder is not the expected ``model``.
    """
    if embedder.id != model.id:
        raise MismatchError(f"the embedder is {embedder.id}, the index is for {model.id}")
    # Longest first: batches have similar lengths, and the remaining time is not underestimated.
    ordered = sorted(texts.items(), key=lambda item: -len(item[1]))
    done = 0
    progress("embed", done, len(ordered))
    try:
        for keys, rows in _made(embedder, ordered):
            shelf.put(keys, _checked(rows, len(keys), model.dimension))
            done += len(keys)
            progress("embed", done, len(ordered))
    except KeyboardInterrupt as error:
        shelf.flush()
        raise Interrupted(_kept("stopped", done, len(ordered))) from error
    except MlsurveyError:
        shelf.flush()
        raise
    except Exception as error:  # an engine may raise anything; its message is kept
        shelf.flush()
        raise EngineError(_kept(f"embedding failed ({type(error).__name__}: {error})", done, len(ordered))) from error
    shelf.flush()


def _kept(what: str, done: int, total: int) -> str:
    return f"{what} with {done} of {total} passages embedded; they are kept. To continue, type: mlsurvey refresh"


def _made(embedder: Embedder, ordered: Sequence[tuple[str, str]]) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Yield vectors with their keys, as they are made."""
    if isinstance(embedder, Streaming):
        yield from embedder.stream(ordered)
        return
    for start in range(0, len(ordered), embedder.portion):
        batch = ordered[start : start + embedder.portion]
        yield [key for key, _ in batch], embedder.embed([text for _, text in batch])


def _checked(made: NDArray[np.float32], count: int, dimension: int) -> NDArray[np.float32]:
    rows = np.asarray(made, dtype=np.float32)
    if rows.shape != (count, dimension):
        raise EngineError(f"the embedder gave shape {rows.shape} for {count} texts of dimension {dimension}")
    if not np.isfinite(rows).all():
        raise EngineError("the embedder gave numbers that are not finite; try another device or precision")
    return rows


@dataclass
class SegmentShelf:
    """Buffer of vectors not yet written to segments of an index folder."""

    catalogue: Catalogue
    layout: Layout
    model: str
    keys: list[str] = field(default_factory=list)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)

    def put(self, keys: list[str], rows: NDArray[np.float32]) -> None:
        """Take the vectors of keys, shape (n, dimension)."""
        self.keys += keys
        self.rows.append(rows)
        if len(self.keys) >= CHECKPOINT or time.monotonic() - self.written > CHECKPOINT_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write a segment, then update the catalogue: a crash in between leaves garbage, not damage."""
        if not self.keys:
            return
        from mlsurvey.index.segment import write_segment  # faiss loads slowly; not needed if nothing is embedded

        first = self.catalogue.rows("SELECT IFNULL(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'vectors'")[0][0]
        ids = np.arange(first, first + len(self.keys), dtype=np.int64)
        name = segment_name()
        files = write_segment(self.layout, name, ids, self.rows, self.rows[0].shape[1])
        with self.catalogue.transaction():
            register(self.catalogue, name, self.model, len(ids), files)
            rows = [(int(i), self.model, key, name) for i, key in zip(ids, self.keys, strict=True)]
            self.catalogue.write_all("INSERT INTO vectors(id, model, key, segment) VALUES (?, ?, ?, ?)", rows)
        self.keys, self.rows, self.written = [], [], time.monotonic()


def segment_name() -> str:
    """Return a name never used before, so that garbage of a killed process is not mistaken for the segment."""
    return secrets.token_hex(8)


def register(catalogue: Catalogue, name: str, model: str, rows: int, files: Sequence[StoredFile]) -> None:
    """Register a segment and its files, within a transaction."""
    catalogue.write_all("INSERT INTO segments(name, model, rows) VALUES (?, ?, ?)", [(name, model, rows)])
    register_files(catalogue, files)


def register_files(catalogue: Catalogue, files: Sequence[StoredFile]) -> None:
    """Register files with their size and checksum, within a transaction."""
    catalogue.write_all(
        "INSERT INTO files(path, size, sha256) VALUES (?, ?, ?)", [(f.path, f.size, f.sha256) for f in files]
    )
