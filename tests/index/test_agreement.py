"""However a corpus evolved, its index equals a fresh build, and its sides agree."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from index_doubles import World, assert_sides_agree, page

from mlsurvey.index import segments

NAMES = st.sampled_from(["a.md", "b.txt", "lib/README.md", "tch-rs/README.md", "x y/[z].rst"])
WORDS = st.lists(st.sampled_from(["burn", "tch-rs", "TorchSharp", "gpu", "speed", "data"]), min_size=1, max_size=3)


class Corpus(RuleBasedStateMachine):
    """Edits a corpus at random, refreshing after each step."""

    @initialize()
    def start(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.world = World(self.home / "corpus", self.home / "index")
        self.world.corpus.mkdir()
        self.former: dict[str, bytes] = {}

    @rule(name=NAMES, words=WORDS)
    def write(self, name: str, words: list[str]) -> None:
        file = self.world.corpus / name
        if file.exists():
            self.former[name] = file.read_bytes()
        self.world.write(name, page(*words))
        self.check()

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        if (self.world.corpus / old).exists():
            (self.world.corpus / new).parent.mkdir(parents=True, exist_ok=True)
            (self.world.corpus / old).rename(self.world.corpus / new)
            self.check(embeds_nothing=Path(old).suffix == Path(new).suffix)

    @rule(old=NAMES, new=NAMES)
    def copy(self, old: str, new: str) -> None:
        if old != new and (self.world.corpus / old).exists():
            self.world.write(new, (self.world.corpus / old).read_bytes())
            self.check(embeds_nothing=Path(old).suffix == Path(new).suffix)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.world.corpus / name).unlink(missing_ok=True)
        self.check(embeds_nothing=True)

    @rule(name=NAMES)
    def revert(self, name: str) -> None:
        if name in self.former:
            self.world.write(name, self.former[name])
            self.check(embeds_nothing=True)

    def check(self, *, embeds_nothing: bool = False) -> None:
        report = self.world.refresh()
        assert not (embeds_nothing and report.embedded)
        fresh = World(self.world.corpus, self.home / "fresh")
        shutil.rmtree(fresh.index, ignore_errors=True)
        scratch = fresh.refresh()
        assert self.world.contents() == fresh.contents()
        assert (report.generation, report.passages) == (scratch.generation, scratch.passages)
        with self.world.snapshot() as snapshot:
            assert_sides_agree(snapshot)

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)


Corpus.TestCase.settings = settings(
    max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
TestCorpus = pytest.mark.slow(Corpus.TestCase)


def test_cost_of_a_publication_follows_the_change(world: World) -> None:
    for number in range(60):
        world.write(f"d{number}.md", page(f"word{number}", f"other{number}"))
    world.refresh()
    with world.snapshot() as snapshot:
        first, rows = snapshot.generation, count_rows(snapshot)
    world.write("d7.md", page("novelty"))
    report = world.refresh()
    folder = world.index / "keywords"
    old = {f.stat().st_ino for f in (folder / str(first.number)).glob("*.idx")}
    assert old <= {f.stat().st_ino for f in (folder / str(first.number + 1)).glob("*.idx")}
    with world.snapshot() as snapshot:
        assert count_rows(snapshot) - rows == report.embedded + report.reused == 1
    segments_now = sorted(f.stat().st_size for f in world.index.glob("vectors/*.faiss"))
    assert len(segments_now) == 2
    assert segments_now[0] < segments_now[1] / 10


def count_rows(snapshot: object) -> int:
    return int(snapshot._catalogue.rows("SELECT COUNT(*) FROM passages")[0][0])  # type: ignore[attr-defined]


def test_segments_stay_few_over_many_refreshes(world: World) -> None:
    for number in range(3 * segments.MAX_SEGMENTS):
        world.write(f"d{number}.md", page(f"word{number}"))
        assert world.refresh().embedded == 1
    world.refresh()
    assert len(list(world.index.glob("vectors/*.faiss"))) <= segments.MAX_SEGMENTS + 2 * (
        segments.MAX_SEGMENTS // 2 + 1
    )
    with world.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        assert len(snapshot._published.segments) <= segments.MAX_SEGMENTS


def test_unused_vectors_are_dropped_once_there_are_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MIN_UNUSED", 10)
    for number in range(30):
        world.write(f"d{number}.md", page(f"word{number}"))
    world.refresh()
    for number in range(20):
        (world.corpus / f"d{number}.md").unlink()
    for word in ("three", "refreshes", "later"):  # removed passages are kept for readers this long
        world.write("e.md", page(word))
        world.refresh()
    with world.snapshot() as snapshot:
        assert_sides_agree(snapshot)
        assert len(snapshot._vectors) < 20
