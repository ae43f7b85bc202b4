"""Grow a corpus and its index to any size for benchmarks, by recombining sentences of real documents.

    python bench/grown.py --index FOLDER --passages 40000 --out FOLDER

Each document has twenty passages of about a hundred words. A passage takes its sentences from one real passage and its
nearest neighbours, so that it has a topic. Library names are replaced, some by invented ones, and some words occur
nowhere else, so that postings look natural. Its vector is the mean of the real passages' vectors, plus a little noise:
no model runs, yet real questions match by meaning. The index is built by the real refresh, a few thousand documents at
a time; an interrupted run resumes. The same arguments produce the same documents.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mlsurvey.embedding import models
from mlsurvey.index.engine import SPECIAL_TOKENS, ModelInfo
from mlsurvey.index.local import LocalSnapshot
from mlsurvey.index.refresh import refresh
from mlsurvey.settings import Settings, vocabulary_folders
from mlsurvey.state import RefreshReport
from mlsurvey.types import Filters, Passage
from mlsurvey.vocabulary.load import Vocabulary, load_vocabulary

SECTIONS = 20
"""Sections per document; nearly each becomes a passage."""
PASSAGES = 19.56
"""Mean passages per document: some sections are too short to be split from the next."""
WORDS = (75, 125)
"""Words per section, below the length that makes a second passage."""
DOCUMENTS_IN_FOLDER = 100
STEP = 5000
"""Documents added per refresh, limited because everything read is held in memory."""
NEIGHBOURS = 24
NOISE = 0.3
"""Length of the noise added to a unit vector: two passages of the same sentences have a cosine of about 0.9."""
INVENTED = 3000
"""Number of library names that are in no vocabulary."""
_TAIL = 40  # characters kept at the end of a sentence when names in it are replaced; they identify its vector
_SENTENCE = re.compile(r"[A-Z][^\n|<>\[\]{}*_`#\\$~]{60,300}[.!?]")
_HEADING = re.compile(r"[A-Za-z][\w ,'-]{3,60}")
_SYLLABLES = (
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qi", "ro",
    "su", "ta", "ve", "wi", "xo", "yu", "zan", "tor", "lin", "mex", "pol", "gra", "tri", "sol",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The material that documents are grown from."""

    model: str
    sentences: tuple[tuple[str, ...], ...]
    """Sentences of each real passage that has any."""
    headings: tuple[str, ...]
    neighbours: NDArray[np.int64]
    """Neighbours of each passage, shape (passages, NEIGHBOURS), starting with the passage itself."""
    vectors: NDArray[np.float32]
    """Unit rows, shape (passages, dimension)."""
    names: tuple[str, ...]
    """Library names."""


def source(index: Path) -> Source:
    """Sentences, headings and vectors from an index of real documents."""
    with LocalSnapshot(index) as snapshot:
        ids = snapshot.select(Filters(paths=("*",)))
        read = zip(ids.tolist(), snapshot.passages(ids.tolist()), strict=True)
        found = {number: (passage, kept) for number, passage in read if len(kept := _sentences(passage)) > 1}
        vectors = snapshot.vectors(list(found))
        names = tuple(entity.name for entity in snapshot.entities if len(entity.name) > 2)
        model = snapshot.generation.model
    headings = tuple(_heading(passage) for passage, _ in found.values())
    near = np.argsort(-(vectors @ vectors.T), axis=1)[:, :NEIGHBOURS]
    return Source(model, tuple(kept for _, kept in found.values()), headings, near, vectors, names)


def _sentences(passage: Passage) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in passage.sentences if _SENTENCE.fullmatch(sentence.text))


def _heading(passage: Passage) -> str:
    fitting = [heading for heading in passage.trail if _HEADING.fullmatch(heading)]
    return fitting[-1] if fitting else "Overview"


class Writer:
    """Writes documents; the text of a document depends only on its number and the source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        chance = random.Random(0)
        self._names = [*source.names, *(_invented(chance).capitalize() for _ in range(INVENTED))]
        known = sorted(map(re.escape, source.names), key=len, reverse=True)
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(known)})(?!\w)")

    def text(self, number: int) -> str:
        """The Markdown text of a document."""
        chance = random.Random(number)
        library = self._name(chance)
        place = chance.randrange(len(self._source.sentences))
        parts = [f"# {library} {_invented(chance)}"]
        for _ in range(SECTIONS):
            parts.append(f"## {self._source.headings[place]}")
            parts.append(self._section(chance, place, library))
            place = int(chance.choice(self._source.neighbours[place]))
        return "\n\n".join(parts) + "\n"

    def _section(self, chance: random.Random, place: int, library: str) -> str:
        target = chance.randint(*WORDS)
        said: list[str] = []
        words = 0
        while True:
            near = self._source.neighbours[place][int(NEIGHBOURS * chance.random() ** 2)]
            sentence = self._renamed(chance, chance.choice(self._source.sentences[near]), library)
            words += len(sentence.split())
            if words > target:
                break
            said.append(sentence)
        said.append(f"Since {chance.randint(0, 9)}.{chance.randint(0, 40)} there is {_invented(chance)}_{target} too.")
        return " ".join(said)

    def _renamed(self, chance: random.Random, sentence: str, library: str) -> str:
        renamed = self._known.sub(lambda found: library if chance.random() < 0.6 else self._name(chance), sentence)
        return renamed[:-_TAIL] + sentence[-_TAIL:]

    def _name(self, chance: random.Random) -> str:
        """A random name: a few are frequent, most are rare."""
        return self._names[int(len(self._names) * chance.random() ** 3)]


def _invented(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))


class Embedder:
    """Gives a grown passage a vector near those of the real passages that its sentences come from."""

    device = "cpu"
    portion = 4096

    def __init__(self, source: Source) -> None:
        self.id = source.model
        self.dimension = source.vectors.shape[1]
        self._vectors = source.vectors
        self._owner = {text[-_TAIL:]: place for place, texts in enumerate(source.sentences) for text in texts}
        noise = np.random.default_rng(0).standard_normal((4096, self.dimension), dtype=np.float32)
        self._noise = noise * np.float32(NOISE / (2 * self.dimension) ** 0.5)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape (n, dimension)."""
        digests = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts]
        chosen = np.frombuffer(b"".join(digests), dtype="<u4").reshape(-1, 2) % 4096
        rows = self._noise[chosen[:, 0]] + self._noise[chosen[:, 1]]
        places = [self._places(text) for text in texts]
        counts = np.array([len(found) for found in places])
        flat = np.array([place for found in places for place in found], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        sums = np.add.reduceat(self._vectors[flat], starts, axis=0)
        rows += sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def _places(self, text: str) -> list[int]:
        found = [self._owner[tail] for line in text.split("\n") if (tail := line[-_TAIL:]) in self._owner]
        return found or [len(text) % len(self._vectors)]


@functools.cache
def model_info(identity: str, name: str = models.DEFAULT_MODEL) -> ModelInfo:
    """The model information that a refresh needs, without loading the model."""
    limit = models.max_tokens(name) + SPECIAL_TOKENS
    return ModelInfo(identity, models.dimension(name), limit, models.token_counter(models.tokenizer_file(name)))


def vocabulary(corpus: Path, index: Path) -> Vocabulary:
    """The vocabulary that mlsurvey loads for a corpus, so that a refresh from the command line changes nothing."""
    return load_vocabulary(vocabulary_folders(Settings(corpus=corpus, index=index)))


def refreshed(corpus: Path, index: Path, embedder: Embedder) -> RefreshReport:
    """Refresh a grown index once."""
    known = vocabulary(corpus, index)
    return refresh(corpus, index, vocabulary=known, embedder=lambda count: embedder, model=model_info(embedder.id))


def place(corpus: Path, number: int) -> Path:
    """Path of a document."""
    return corpus / f"{number // DOCUMENTS_IN_FOLDER:04d}" / f"{number:06d}.md"


def grow(source: Source, out: Path, passages: int) -> None:
    """Write the documents and build their index in steps."""
    corpus, index = out / "corpus", out / "index"
    writer, embedder = Writer(source), Embedder(source)
    count = round(passages / PASSAGES)
    for first in range(0, count, STEP):
        last = min(count, first + STEP)
        if place(corpus, last - 1).exists():
            continue
        for number in range(first, last):
            file = place(corpus, number)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(writer.text(number), "utf-8")
        report(refreshed(corpus, index, embedder), last)


def report(done: RefreshReport, documents: int) -> None:
    stamp = time.strftime("%H:%M:%S")
    print(f"{stamp} {documents:,} documents, {done.passages:,} passages, {done.seconds:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True, help="index of the real documents")
    parser.add_argument("--passages", type=int, required=True, help="how many, about")
    parser.add_argument("--out", type=Path, required=True, help="folder in which corpus and index are made")
    arguments = parser.parse_args()
    grow(source(arguments.index), arguments.out, arguments.passages)


if __name__ == "__main__":
    main()
