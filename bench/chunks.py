"""Exports the passages and vectors of an index to files, so that every system uses the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlsurvey.survey import Survey
    from mlsurvey.survey.reader import Reading

BLOCK = 20_000
"""Passages read from the index at a time."""


@dataclass(frozen=True)
class Chunks:
    """Files of one generation: a line of ``texts`` and a row of ``vectors`` per passage, in the same order."""

    folder: Path
    size: int

    @property
    def texts(self) -> Path:
        """JSON Lines of ``id`` and ``text``: the text that is embedded and searched."""
        return self.folder / "texts.jsonl"

    @property
    def vectors(self) -> Path:
        """Unit rows, float32, in NumPy's file format."""
        return self.folder / "vectors.npy"

    def rows(self) -> NDArray[np.float32]:
        """The vectors, memory-mapped."""
        import numpy as np

        return np.load(self.vectors, mmap_mode="r")

    def ids(self) -> list[str]:
        """Ids of the passages."""
        with self.texts.open(encoding="utf-8") as lines:
            return [json.loads(line)["id"] for line in lines]

    def read(self) -> list[tuple[str, str]]:
        """Pairs (id, text)."""
        with self.texts.open(encoding="utf-8") as lines:
            return [(row["id"], row["text"]) for row in map(json.loads, lines)]


@contextmanager
def opened(index: Path, corpus: Path | None = None) -> Iterator[tuple[Survey, Reading]]:
    """An index, and a reading of its newest generation. A corpus is needed only to compare citations with it."""
    from mlsurvey.settings import Settings
    from mlsurvey.survey import Survey

    settings = Settings(corpus=(corpus or index).resolve(), index=index.resolve())
    with Survey(settings, lasting=True) as survey, survey._reader.reading() as reading:
        yield survey, reading


def exported(reading: Reading, cache: Path) -> Chunks:
    """The passages of a generation, exported on the first call."""
    generation = reading.snapshot.generation
    chunks = Chunks(cache / f"chunks-{generation.passages}-{generation.id[:12]}", generation.passages)
    if not chunks.vectors.exists():
        say(f"writing {generation.passages:,} passages and vectors for all systems")
        chunks.folder.mkdir(parents=True, exist_ok=True)
        _export(reading, chunks)
    return chunks


def _export(reading: Reading, chunks: Chunks) -> None:
    import numpy as np

    from mlsurvey.types import Filters

    ids = reading.snapshot.select(Filters(paths=("*",)))
    assert ids is not None
    rows = None
    partial = chunks.vectors.with_suffix(".partial.npy")
    with chunks.texts.open("w", encoding="utf-8") as file:
        for start in range(0, len(ids), BLOCK):
            block = ids[start : start + BLOCK].tolist()
            for number, passage in zip(block, reading.snapshot.passages(block), strict=True):
                file.write(json.dumps({"id": str(number), "text": passage.embedding_text}) + "\n")
            vectors = reading.snapshot.vectors(block)
            if rows is None:
                shape = (len(ids), vectors.shape[1])
                rows = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float32, shape=shape)
            rows[start : start + len(block)] = vectors
    assert rows is not None
    rows.flush()
    partial.rename(chunks.vectors)
