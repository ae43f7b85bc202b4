"""Embed the texts that no vector is known for, so that an interruption loses nothing.

Vectors are kept in the catalogue as soon as a segment of them is on the disk,
before any generation uses them; the next refresh finds them there.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlsurvey.errors import EngineError, Interrupted, MismatchError, MlsurveyError
from mlsurvey.index.catalogue import Catalogue
from mlsurvey.index.engine import Embedder, ModelInfo, Progress
from mlsurvey.index.layout import Layout
from mlsurvey.index.storage import StoredFile

CHECKPOINT = 65_536  # vectors that are written together during a long run: 100 MB at 384 dimensions
CHECKPOINT_SECONDS = 10.0  # or as many as there are by then: what a killed process loses


def known_vectors(catalogue: Catalogue | None, model: str, keys: Collection[str]) -> dict[str, int]:
    """Vector ids by key, of those keys that have one."""
    if catalogue is None:
        return {}
    sql = "SELECT key, id FROM vectors WHERE model = :model AND key IN (SELECT value FROM json_each(:keys))"
    return dict(catalogue.rows(sql, model=model, keys=json.dumps(list(keys))))


def embed(
    catalogue: Catalogue,
    layout: Layout,
    texts: Mapping[str, str],
    embedder: Embedder,
    model: ModelInfo,
    progress: Progress,
) -> None:
    """Embed texts (by key) and keep their vectors.

    Raises:
        Interrupted: on the person's wish; what was embedded is kept.
        EngineError: the embedder failed; what was embedded is kept.
        MismatchError: it is not the model that was announced.
    """
    if embedder.id != model.id:
        raise MismatchError(f"the embedder is {embedder.id}, the index was to be made with {model.id}")
    shelf = _Shelf(catalogue, layout, model.id)
    ordered = sorted(
        texts.items(), key=lambda item: -len(item[1])
    )  # like lengths together; the time left is not underrated
    done = 0
    try:
        for start in range(0, len(ordered), embedder.portion):
            batch = ordered[start : start + embedder.portion]
            shelf.put([key for key, _ in batch], _rows(embedder, [text for _, text in batch], model.dimension))
            done += len(batch)
            progress("embed", done, len(ordered))
    except KeyboardInterrupt as error:
        shelf.flush()
        raise Interrupted(_kept("stopped", done, len(ordered))) from error
    except MlsurveyError:
        shelf.flush()
        raise
    except Exception as error:  # an engine may fail in any way; its own words are kept
        shelf.flush()
        raise EngineError(_kept(f"embedding failed ({type(error).__name__}: {error})", done, len(ordered))) from error
    shelf.flush()


def _kept(what: str, done: int, total: int) -> str:
    return f"{what} with {done} of {total} passages embedded; they are kept. To go on, type: mlsurvey refresh"


def _rows(embedder: Embedder, texts: Sequence[str], dimension: int) -> NDArray[np.float32]:
    rows = np.asarray(embedder.embed(texts), dtype=np.float32)
    if rows.shape != (len(texts), dimension):
        raise EngineError(f"the embedder gave shape {rows.shape} for {len(texts)} texts of dimension {dimension}")
    if not np.isfinite(rows).all():
        raise EngineError("the embedder gave numbers that are not finite; try another device or precision")
    return rows


@dataclass
class _Shelf:
    """Vectors that wait to be written."""

    catalogue: Catalogue
    layout: Layout
    model: str
    keys: list[str] = field(default_factory=list)
    rows: list[NDArray[np.float32]] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)

    def put(self, keys: list[str], rows: NDArray[np.float32]) -> None:
        self.keys += keys
        self.rows.append(rows)
        if len(self.keys) >= CHECKPOINT or time.monotonic() - self.written > CHECKPOINT_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write a segment, then tell the catalogue: a crash between the two leaves garbage, not damage."""
        if not self.keys:
            return
        from mlsurvey.index.segment import write_segment  # faiss loads slowly; a refresh that embeds nothing needs none

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
    """A name that no segment ever had: garbage of a killed process must not be taken for it."""
    return secrets.token_hex(8)


def register(catalogue: Catalogue, name: str, model: str, rows: int, files: Sequence[StoredFile]) -> None:
    """Enter a segment and its files; inside a transaction."""
    catalogue.write_all("INSERT INTO segments(name, model, rows) VALUES (?, ?, ?)", [(name, model, rows)])
    register_files(catalogue, files)


def register_files(catalogue: Catalogue, files: Sequence[StoredFile]) -> None:
    """Enter files with their size and checksum; inside a transaction."""
    catalogue.write_all(
        "INSERT INTO files(path, size, sha256) VALUES (?, ?, ?)", [(f.path, f.size, f.sha256) for f in files]
    )
