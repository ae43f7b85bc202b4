"""Kill refreshes at random moments, and check that nothing is lost.

    python bench/kills.py --count 1000 [--seed 0]

Before each refresh some documents of a small corpus are changed, added and removed. A process refreshes the index
and is killed (SIGKILL) after a random time, at most what a whole refresh takes. Then the index has to open, to pass
its own checks, to answer, and to hold exactly the passages and vectors of the corpus before or after the change; and
the next refresh has to finish with what a new index of the same corpus holds. Kills after the end are not counted.
Embedding is done by a stand-in that takes a millisecond a passage, so that kills fall into every step.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import faiss  # noqa: F401 (loaded once here, not in each process)
import numpy as np
import tantivy  # noqa: F401
from measuring import say
from numpy.typing import NDArray

import mlsurvey.index.embed
import mlsurvey.index.publish
import mlsurvey.index.vectors  # noqa: F401
from mlsurvey.errors import NoIndexError
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.index.refresh import refresh
from mlsurvey.state import RefreshReport
from mlsurvey.types import Entity, Filters
from mlsurvey.vocabulary.load import Vocabulary

DIMENSION = 16
VOCABULARY = Vocabulary((Entity("ember", "Ember", plain_words=("ember",)), Entity("wax-rs", "wax-rs")), ())
SECONDS_A_PASSAGE = 0.001
WORDS = tuple("wax-rs graph device kernel licence browser memory training model backend".split(" "))  # noqa: SIM905
NOTHING = "nothing"
EVERY_DOCUMENT = Filters(paths=("*",))


class StandIn:
    """Embeds by counting words into buckets; takes the time of a fast model."""

    dimension, device, portion, id = DIMENSION, "cpu", 4, "stand-in"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(SECONDS_A_PASSAGE * len(texts))
        rows = np.full((len(texts), DIMENSION), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text):
                row[hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % DIMENSION] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


MODEL = ModelInfo(StandIn.id, DIMENSION, 128, count_words)


def update(corpus: Path, index: Path, embedder: Callable[[], Any] = StandIn, **options: Any) -> RefreshReport:
    return refresh(corpus, index, vocabulary=VOCABULARY, embedder=lambda count: embedder(), model=MODEL, **options)


def contents(index: Path) -> str:
    """Digest of what an index folder holds, see :func:`digest`."""
    return digest(lambda: LocalSnapshot(index, MODEL.id))


def digest(opened: Callable[[], Any]) -> str:
    """Digest of all passages and vectors, whatever their ids; checks that the index is whole and answers."""
    try:
        snapshot = opened()
    except NoIndexError:
        return NOTHING
    with snapshot:
        snapshot.verify()
        every = snapshot.select(EVERY_DOCUMENT)
        ids = [] if every is None else every.tolist()
        assert len(ids) == snapshot.count(), "passages that no search can reach"
        if ids:
            assert snapshot.keyword("Ember tensors", 3), "no passage with a word that all of them hold"
            assert snapshot.dense(StandIn().embed(["Ember"])[0], 3), "no neighbours"
        found = sorted(
            (passage.path, passage.ordinal, repr(passage), vector.tobytes())
            for passage, vector in zip(snapshot.passages(ids), snapshot.vectors(ids), strict=True)
        )
    return hashlib.sha256(pickle.dumps(found)).hexdigest()


def apart(work: Callable[[], Any]) -> Any:
    """What ``work`` returns in a process of its own, so that this one opens no file and starts no thread."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.close(reading)
        try:
            answer: tuple[bool, Any] = True, work()
        except BaseException:
            answer = False, traceback.format_exc()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    is_done, answer = pickle.loads(data)
    if not is_done:
        raise AssertionError(answer)
    return answer


def document(chance: random.Random, sections: int) -> str:
    """A document of random words, with a passage for each section."""
    lines = [f"# Part {chance.randrange(99)}\n"]
    for number in range(sections):
        words = " ".join(chance.choices(WORDS, k=chance.randint(20, 60)))
        lines.append(f"## Section {number}\n\nEmber has tensors and {words}.\n")
    return "\n".join(lines)


def change(corpus: Path, chance: random.Random, most: int) -> None:
    """Write some documents anew, and remove some if there are too many."""
    for _ in range(chance.randint(1, 4)):
        text = document(chance, chance.randint(1, 6))
        (corpus / f"d{chance.randrange(most)}.md").write_text(text, "utf-8")
    there = sorted(corpus.iterdir())
    for path in chance.sample(there, max(0, min(len(there) - 2, chance.randint(0, 2)))):
        path.unlink()


def started(work: Callable[[], Any]) -> int:
    """Start a process that does some work; its id."""
    if not (child := os.fork()):
        try:
            work()
        finally:
            os._exit(0)
    return child


def killed(child: int, seconds: float) -> bool:
    """Kill a process after that time; whether it had not ended by then."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run(count: int, seconds: float, seed: int, most: int, home: Path) -> Counter[str]:
    """Kill refreshes until ``count`` were killed in their midst, or time is up. Raises AssertionError at a loss."""
    chance, until = random.Random(seed), time.monotonic() + seconds
    corpus, index, clean = home / "corpus", home / "index", home / "clean"
    corpus.mkdir()
    change(corpus, chance, most)
    before = NOTHING
    took = [apart(lambda: timed(lambda: update(corpus, home / "first")))]
    counts: Counter[str] = Counter()
    while counts["killed"] < count and time.monotonic() < until:
        is_killed = killed(started(lambda: update(corpus, index)), chance.random() * median(took[-20:]))
        counts["killed" if is_killed else "ended before"] += 1
        shutil.rmtree(clean, ignore_errors=True)
        apart(lambda: update(corpus, clean))
        wanted, found = apart(lambda: contents(clean)), apart(lambda: contents(index))
        assert found in (before, wanted), f"after kill {counts['killed']}: neither the old nor the new contents"
        counts["published"] += is_killed and found == wanted
        took.append(apart(lambda: timed(lambda: update(corpus, index))))
        assert apart(lambda: contents(index)) == wanted, f"refresh after kill {counts['killed']}: not the clean build"
        before = wanted
        change(corpus, chance, most)
        if is_killed and counts["killed"] % 50 == 0:
            say(f"{counts['killed']} killed, index {sum(1 for _ in index.rglob('*'))} files")
    return counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--minutes", type=float, default=120.0, help="at most")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--documents", type=int, default=12, help="at most")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as home:
        began = time.perf_counter()
        counts = run(arguments.count, 60 * arguments.minutes, arguments.seed, arguments.documents, Path(home))
    print(
        f"{counts['killed']} refreshes killed in their midst, {counts['published']} of them after publishing;"
        f" {counts['ended before']} had ended before. Every index opened, was whole, answered, and the next refresh"
        f" made it equal to a new one. {time.perf_counter() - began:,.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
