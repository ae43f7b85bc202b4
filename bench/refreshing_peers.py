"""Other systems that update a changed document. refreshing.py runs it with the Python of the peers' environment.

    python bench/refreshing_peers.py SYSTEM       # answers calls on its stdin; see worker.py

Each follows its documentation for a changed document, and has the change on disk at the end: txtai upserts and saves,
LanceDB merges rows and updates its indexes, Haystack's own store overwrites and saves.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from peers import LanceDb, Txtai
from worker import Message, answer

Row = tuple[str, str]
"""Id and text."""


class ChangingTxtai(Txtai):
    """https://neuml.github.io/txtai/embeddings/methods: ``upsert``, and ``save``, which writes everything."""

    def open(self, folder: Path) -> None:
        super().open(folder)
        self._folder = folder

    def change(self, rows: Sequence[Row], vectors: Any) -> None:
        self._known = {text: vector for (_, text), vector in zip(rows, vectors, strict=True)}
        self._embeddings.upsert(rows)
        self._embeddings.save(str(self._folder))


class ChangingLanceDb(LanceDb):
    """https://lancedb.github.io/lancedb: ``merge_insert``, and ``optimize``, without which the index lacks the rows."""

    def change(self, rows: Sequence[Row], vectors: Any) -> None:
        given = [{"id": i, "text": text, "vector": v} for (i, text), v in zip(rows, vectors, strict=True)]
        merge = self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        merge.execute(given)
        self._table.optimize()


class Haystack:
    """https://docs.haystack.deepset.ai/docs/inmemorydocumentstore: its own store, in memory and saved as JSON."""

    package = "haystack-ai"
    modules = ("haystack.document_stores.in_memory",)

    def build(self, folder: Path, rows: Sequence[Row], vectors: Any) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        folder.mkdir(parents=True)
        self._store = InMemoryDocumentStore()
        self._file = folder / "store.json"
        self.change(rows, vectors)

    def open(self, folder: Path) -> None:
        """Does nothing: the store is already in memory."""

    def change(self, rows: Sequence[Row], vectors: Any) -> None:
        from haystack import Document
        from haystack.document_stores.types import DuplicatePolicy

        documents = [Document(id=i, content=t, embedding=v.tolist()) for (i, t), v in zip(rows, vectors, strict=True)]
        self._store.write_documents(documents, policy=DuplicatePolicy.OVERWRITE)
        self._store.save_to_disk(str(self._file))


SYSTEMS: dict[str, Any] = {"txtai": ChangingTxtai, "LanceDB": ChangingLanceDb, "Haystack": Haystack}


def written() -> int:
    """Bytes that this process has written to disk so far; 0 if the system does not report them."""
    file = Path("/proc/self/io")
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("write_bytes")), 0)


def serve(name: str) -> None:
    """Answer calls for one system."""
    system = SYSTEMS[name]()
    kept: list[Row] = []
    width = [0]

    def build(folder: str, texts: str, vectors: str) -> Message:
        """Build the index from scratch, from the files of chunks.py."""
        import numpy as np

        with Path(texts).open(encoding="utf-8") as lines:
            kept[:] = [(row["id"], row["text"]) for row in map(json.loads, lines)]
        shutil.rmtree(folder, ignore_errors=True)
        given = np.load(vectors)
        width[:] = given.shape[1:]
        for module in system.modules:
            import_module(module)
        started = time.perf_counter()
        system.build(Path(folder), kept, given)
        seconds = time.perf_counter() - started
        system.open(Path(folder))
        return {"seconds": seconds}

    def change(first: int, count: int) -> Message:
        """Give each passage of one document an additional sentence and a new vector."""
        import numpy as np

        rows = [(i, f"{text} There is a change here.") for i, text in kept[first : first + count]]
        vectors = np.random.default_rng(first).standard_normal((len(rows), *width), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        before, started = written(), time.perf_counter()
        system.change(rows, vectors)
        return {"seconds": time.perf_counter() - started, "megabytes": (written() - before) / 1e6}

    answer({"build": build, "change": change})


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in SYSTEMS:
        serve(sys.argv[1])
    else:
        print(__doc__)
