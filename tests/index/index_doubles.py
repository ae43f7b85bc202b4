"""Shared by the index tests: an embedder that needs no model, and a corpus with its index.

Also run as a script, for tests that need a separate process (see ``main``).
"""

from __future__ import annotations

import hashlib
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlsurvey.address import address_of, is_address
from mlsurvey.errors import MlsurveyError
from mlsurvey.index.drafts import Batch, Cutter, Draft
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.index.refresh import refresh
from mlsurvey.index.snapshot import Snapshot
from mlsurvey.index.sources import Content
from mlsurvey.state import RefreshReport
from mlsurvey.types import Entity, Filters, Passage
from mlsurvey.vocabulary.load import Vocabulary

DIMENSION = 32
NOBODY = 65534
FILE_EVENTS = {
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.chmod",
    "shutil.rmtree",
    "sqlite3.connect",
}
EVERYTHING = 100_000
VOCABULARY = Vocabulary(
    (
        Entity("burn", "Burn", language="rust", plain_words=("burn",)),
        Entity("tch-rs", "tch-rs", language="rust"),
        Entity("torchsharp", "TorchSharp", language="dotnet"),
    ),
    (),
)


class HashEmbedder:
    """Counts words into signed buckets: equal texts have equal vectors, similar texts similar ones."""

    dimension = DIMENSION
    device = "cpu"
    portion = 64

    def __init__(self, identity: str = "hash") -> None:
        self.id = identity
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        rows = np.stack([self.vector(text) for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    @staticmethod
    def vector(text: str) -> NDArray[np.float32]:
        row = np.zeros(DIMENSION, dtype=np.float32)
        row[0] = 0.01
        for word in re.findall(r"\w+", text.lower()):
            number = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "little")
            row[number % DIMENSION] += 1 if number >> 16 & 1 else -1
        return row


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


def model_info(identity: str = "hash") -> ModelInfo:
    return ModelInfo(identity, DIMENSION, 128, count_words)


def query_vector(text: str) -> NDArray[np.float32]:
    return HashEmbedder().embed([text])[0]


class HangingCutter(Cutter):
    """Never comes back from a document named ``hangs``, and ends its process at one named ``ends``."""

    def patience(self, batch: Batch) -> float:
        return 0.2 if batch[0][0].startswith("hangs") else 300.0

    def _draft(self, path: str, content: Content) -> Draft:
        if path.startswith("hangs"):
            time.sleep(600)
        if path.startswith("ends"):
            os._exit(3)
        return super()._draft(path, content)


class FailingEmbedder(HashEmbedder):
    """Raises the given error at its second call."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.texts:
            raise self.error
        return super().embed(texts)


@dataclass
class Gate:
    """Makes an embedder once it is let go: until then, whoever refreshes with it holds the index."""

    seconds: float = 60.0
    """How long it waits at most."""
    entered: threading.Event = field(default_factory=threading.Event)
    leave: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> HashEmbedder:
        self.entered.set()
        self.leave.wait(self.seconds)
        return HashEmbedder()


@dataclass
class World:
    """A corpus folder and its index, with the operations that tests use."""

    corpus: Path
    index: Any
    """A folder, or the address of an engine."""
    vocabulary: Vocabulary = VOCABULARY
    model: str = "hash"
    embedders: list[HashEmbedder] = field(default_factory=list)

    def write(self, path: str, text: str | bytes) -> Path:
        """Write a file that no refresh assumes to be unchanged, like a user's edit."""
        file = self.corpus / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def embedder(self) -> HashEmbedder:
        self.embedders.append(HashEmbedder(self.model))
        return self.embedders[-1]

    def refresh(self, embedder: Callable[[], Any] | None = None, **options: Any) -> RefreshReport:
        return self._refresher()(
            self.corpus,
            self.index,
            vocabulary=self.vocabulary,
            embedder=lambda count: (embedder or self.embedder)(),
            model=model_info(self.model),
            **options,
        )

    def _refresher(self) -> Callable[..., RefreshReport]:
        if isinstance(self.index, Path):
            return refresh
        from mlsurvey.index.job import Job
        from mlsurvey.milvus import refresh as there

        def refreshed(corpus: Path, index: Any, **options: Any) -> RefreshReport:
            how = {name: options.pop(name) for name in ("dry_run", "rebuild", "wait") if name in options}
            return there.refresh(Job(corpus, str(index), **options), index, **how)

        return refreshed

    def snapshot(self, model: str | None = None) -> Snapshot:
        if isinstance(self.index, Path):
            return LocalSnapshot(self.index, model)
        from mlsurvey.milvus.snapshot import MilvusSnapshot

        return MilvusSnapshot(self.index, model)

    def contents(self) -> set[tuple[Any, ...]]:
        """The contents of the newest generation, without ids."""
        with self.snapshot() as snapshot:
            return contents(snapshot)


def page(*words: str) -> str:
    """A document in which every passage contains the word "common"."""
    return f"# {words[0]} common\n\n" + "\n\n".join(f"A common sentence speaks of {word}." for word in words) + "\n"


def live_ids(snapshot: Snapshot) -> list[int]:
    selected = snapshot.select(Filters(paths=("*",)))
    assert selected is not None
    return [int(i) for i in selected]


def assert_sides_agree(snapshot: Snapshot) -> None:
    """Assert that both sides find exactly the catalogue's passages; each document must be a :func:`page`."""
    ids = live_ids(snapshot)
    assert sorted(i for i, _ in snapshot.keyword("common", EVERYTHING)) == ids
    assert sorted(i for i, _ in snapshot.dense(query_vector("common"), EVERYTHING)) == ids
    assert snapshot.count() == len(ids) == snapshot.generation.passages
    snapshot.verify()


def contents(snapshot: Snapshot) -> set[tuple[Any, ...]]:
    passages: list[Passage] = snapshot.passages(live_ids(snapshot))
    documents = {row.path: row for row in snapshot.documents()}
    return {(documents[p.path].sha256, p) for p in passages} | {(row,) for row in documents.values()}


def paths(world: World) -> list[str]:
    with world.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        return [row.path for row in snapshot.documents()]


def run(world: World, *orders: str) -> str:
    command = [sys.executable, __file__, str(world.corpus), str(world.index), *orders]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def generation(world: World) -> int:
    with world.snapshot() as snapshot:
        return snapshot.generation.number


def leftovers(world: World) -> set[str]:
    """Files in the two folders of parts that the catalogue does not list, after the refresh that removes them."""
    world.refresh()
    with world.snapshot() as snapshot:
        named = {path for (path,) in snapshot._catalogue.rows("SELECT path FROM files")}
    parts = [*world.index.glob("keywords/*/*"), *world.index.glob("vectors/*")]
    return {
        path
        for path in (p.relative_to(world.index).as_posix() for p in parts)
        if path not in named and ".lock" not in path
    }


def main(corpus: str, index: str, *orders: str) -> None:
    """Run orders: ``limit=BYTES``, ``lease=SECONDS``, ``nobody``, ``refresh``, ``preview``, ``ask``, ``serve``."""
    world = World(Path(corpus), address_of(index) if is_address(index) else Path(index))
    actions: dict[str, Callable[[], object]] = {
        "nobody": _give_up_rights,
        "refresh": world.refresh,
        "preview": lambda: world.refresh(dry_run=True),
        "ask": lambda: _ask(world),
        "serve": lambda: _serve(world),
    }
    try:
        for order in orders:
            if order.startswith("limit="):
                resource.setrlimit(resource.RLIMIT_FSIZE, (int(order[6:]), resource.RLIM_INFINITY))
            elif order.startswith("lease="):
                from mlsurvey.milvus import lease

                lease.LEASE_SECONDS = float(order[6:])
            else:
                actions[order]()
        print("done")
    except MlsurveyError as error:
        print(f"{type(error).__name__}: {error}")


def _give_up_rights() -> None:
    """Become user nobody after loading all modules, since the checkout may be readable by its owner only."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder) / "corpus", Path(folder) / "index")
        world.write("a.md", page("one"))
        world.refresh()
        _ask(world)
    os.setuid(NOBODY)


def _ask(world: World) -> None:
    with world.snapshot() as snapshot:
        assert_sides_agree(snapshot)


def _serve(world: World) -> None:
    """Refresh in a fresh process per line read, and print its id: starting an interpreter each time is slow.

    If a line contains a number n, the process dies before its n-th step that touches the file system.
    """
    for line in sys.stdin:
        child = os.fork()
        if not child:
            if line.strip():
                _die_at(int(line))
            world.refresh()
            os._exit(0)
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


def _die_at(number: int) -> None:
    steps = iter(range(number))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_step = event in FILE_EVENTS or (
            event == "open" and isinstance(arguments[1], str) and set("wxa") & set(arguments[1])
        )
        if is_step and next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(*sys.argv[1:])
