"""The same screens over a server: a real service and the real small index, without network access."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.api.conftest import hosted

from mlsurvey.client import Client
from mlsurvey.errors import IndexingError, Interrupted, NotFoundError, UsageError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey, Understood, understanding
from mlsurvey.types import Answer, Filters
from mlsurvey.wire import parts
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.ask.request import Request, Service, curl
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.remote import uploading
from mlsurvey_tui.remote.engine import RemoteEngine
from mlsurvey_tui.remote.uploading import batches, files_of
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.start import connected, own_service

from .conftest import asked, play, text_of, typed, until

COMPARE = "How do Burn and Candle differ in GPU support?"


CHANGED, GONE = "source changed since it was indexed", "source is no longer there"


@pytest.fixture(scope="module")
def reading(indexed, tmp_path_factory) -> Iterator[str]:
    """Address of a service for read-only tests."""
    with hosted(indexed, tmp_path_factory.mktemp("reading")) as url:
        yield url


@pytest.fixture(scope="module")
def far(reading) -> Iterator[RemoteEngine]:
    """An engine for read-only tests, and the same index opened locally."""
    engine = RemoteEngine(reading, None)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def near(indexed) -> Iterator[Survey]:
    settings = Settings(corpus=indexed.corpus, index=indexed.index)
    with Survey(settings, lasting=True) as survey:  # like the service, which embeds questions with the same engine
        yield survey


@pytest.fixture
def engine(home, tmp_path_factory) -> Iterator[RemoteEngine]:
    """An engine over its own service, whose corpus a test may change."""
    with hosted(home, tmp_path_factory.mktemp("server")) as url:
        engine = RemoteEngine(url, None)
        yield engine
        engine.close()


@pytest.fixture
def connect(tmp_path, reading):
    def connect() -> MlsurveyApp:
        return connected(reading, None, state=tmp_path / "state", keys=tmp_path / "keys.toml")

    return connect


def untimed(answer: Answer) -> Answer:
    return replace(answer, timings_ms={})


def test_a_question_is_answered_by_a_server(connect) -> None:
    async def story(app, pilot) -> None:
        assert app.about == "4 documents, 5 passages"
        await typed(pilot, "webgpu")
        await until(pilot, lambda: app.screen.query_one("#main").current == "hits")
        await asked(app, pilot, COMPARE)
        assert "CUDA" in text_of(app)
        await until(pilot, lambda: type(app.focused).__name__ == "Cited")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        assert app.screen.document.path == "rust/burn.md"
        await pilot.press("escape", "f4")
        await until(pilot, lambda: len(app.screen.shown) == 4)

    play(connect(), story)


def as_sent(understood: Understood) -> dict[str, Any]:
    """The understanding as a service sends it, with aspects without their lexicon."""
    told = understanding.value(understood)
    return {name: told[name] for name in parts.Understood.model_fields}


@pytest.mark.parametrize("question", [COMPARE, "Does Zorblatt support GPUs?", "Which libraries support GPUs?"])
def test_an_answer_comes_in_the_same_parts(far, near, question) -> None:
    engine: Engine = far  # lets mypy check the protocol
    there, here = list(engine.parts(question)), list(near.parts(question))
    assert [type(part) for part in there] == [type(part) for part in here]
    assert there[2:-1] == here[2:-1]
    assert untimed(there[-1]) == untimed(here[-1])
    assert as_sent(there[0]) == as_sent(here[0])
    assert there[1].read == here[1].read
    assert engine.stale(there[-1]) == near.stale(here[-1]) == {}


def test_the_rest_is_the_same(far, near) -> None:
    wanted = {"filters": Filters(languages=("rust",)), "max_statements": 1}
    sides = ["burn", "candle"], ["gpu"]
    assert untimed(far.compare(*sides, **wanted)) == untimed(near.compare(*sides, **wanted))
    assert far.entities() == near.entities() and dict(far.aspects()) == dict(near.aspects())
    assert far.documents() == near.documents()
    headed = Filters(headings=("burn",), updated_after="2000-01-01")
    assert far.documents(headed) == near.documents(headed)
    for path in ("rust/burn.md", "hostile.md"):
        assert far.document(path) == near.document(path)  # including subject, language and date
    document = far.document("rust/burn.md")
    assert not far.is_stale(document) and far.is_stale(replace(document, sha256="0" * 64))
    assert far.generation() == near.generation()
    assert far.status().generation == near.status().generation
    with pytest.raises(NotFoundError):
        far.document("nowhere.md")


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_the_hit_that_was_asked_for_is_explained(far, near, mode) -> None:
    there, here = (one.search("GPU support", limit=5, mode=mode) for one in (far, near))
    assert there.generation == here.generation and len(there.hits) > 1
    assert [(h.passage_id, h.score, h.passage.text, h.passage.trail) for h in there.hits] == [
        (h.passage_id, h.score, h.passage.text, h.passage.trail) for h in here.hits
    ]
    wanted = list(zip(there.hits, here.hits, strict=True))[::-1]  # last one first: not only the best is known
    told = far.explain("GPU support", [hit for hit, _ in wanted], mode=mode)
    known = near.explain("GPU support", [hit for _, hit in wanted], mode=mode)
    for (hit, _), explained, expected in zip(wanted, told, known, strict=True):
        assert explained.hit is hit and explained.terms == expected.terms
        assert explained.cosine == pytest.approx(expected.cosine, abs=1e-5)
    with pytest.raises(IndexingError, match="search again"):
        far.explain("GPU support", [replace(there.hits[0], passage_id=10**6)], mode=mode)


def test_it_can_be_stopped(far) -> None:
    with pytest.raises(Interrupted):
        list(far.parts(COMPARE, cancelled=lambda: True))


def test_a_comparison_that_is_no_longer_needed_is_stopped_at_the_server(indexed, tmp_path, monkeypatch) -> None:
    began, stopped = threading.Event(), threading.Event()

    def compare(*_args, cancelled, **_options) -> Answer:
        """Takes until nobody waits for it."""
        began.set()
        while not cancelled():
            time.sleep(0.01)
        stopped.set()
        raise Interrupted("nobody waits")

    monkeypatch.setattr(Survey, "compare", compare)
    with hosted(indexed, tmp_path) as url:
        engine = RemoteEngine(url, None)
        with pytest.raises(Interrupted):
            engine.compare(["burn", "candle"], ["gpu"], cancelled=began.is_set)
        assert stopped.wait(10)
        engine.close()


def test_a_comparison_that_may_be_stopped_is_the_same(far) -> None:
    sides = ["burn", "candle"], ["gpu"]
    assert untimed(far.compare(*sides, cancelled=lambda: False)) == untimed(far.compare(*sides))
    with pytest.raises(NotFoundError):
        far.compare(["burn", "zorblatt"], cancelled=lambda: False)


def test_a_citation_is_stale_where_its_quote_stands_no_longer(engine, home) -> None:
    (*_, answer) = engine.parts(COMPARE)
    burn, candle = home.corpus / "rust/burn.md", home.corpus / "rust/candle.md"
    with burn.open("a", encoding="utf-8") as file:
        file.write("\nOne line more.\n")
    assert engine.stale(answer) == {}, "the quotes stand, though the index has yet to read the file"
    assert engine.stale(replace(answer)) == {}, "nor does it matter where the answer was kept"
    candle.write_text("other\n", "utf-8")
    of_burn = {citation.number for citation in answer.citations if citation.document == "rust/burn.md"}
    stale = engine.stale(answer)
    assert set(stale.values()) == {CHANGED} and of_burn and not of_burn & set(stale)
    engine.refresh()
    assert engine.stale(answer) == stale, "the same once the index has read it"
    burn.unlink()
    assert engine.stale(answer) == stale | dict.fromkeys(of_burn, GONE)


def test_documents_come_and_go(engine, home, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(uploading, "MOST_FILES", 1)  # so that two files are two requests
    notes = tmp_path / "notes"
    (notes / "deep").mkdir(parents=True)
    (notes / "dfdx.md").write_text("# Dfdx\n\nDfdx supports CUDA for GPU acceleration.\n", "utf-8")
    (notes / "deep" / "zed.md").write_text("# Zed\n\nZed runs on toasters.\n", "utf-8")
    (notes / "zed.exe").write_bytes(b"\x00")
    names = ("more/notes/deep/zed.md", "more/notes/dfdx.md")
    placed = engine.add([notes], into="more")
    assert (placed.added, placed.skipped) == (names, 1)
    assert engine.add([notes], into="more", replace=True).unchanged == names
    assert engine.refresh().added == names
    assert engine.add([notes], into="more").unchanged == names, "nothing is in the way of itself"
    (notes / "dfdx.md").write_text("# Dfdx\n\nOther words.\n", "utf-8")
    (notes / "deep" / "new.md").write_text("# New\n", "utf-8")
    with pytest.raises(UsageError, match=r"already in the corpus: more/notes/dfdx\.md; add --replace"):
        engine.add([notes], into="more")
    assert not (home.corpus / "more/notes/deep/new.md").exists(), "all or nothing"
    with pytest.raises(UsageError, match="cannot link"):
        engine.add([notes], link=True)
    with pytest.raises(NotFoundError):
        engine.remove(["more/", "nowhere.md"])
    assert (home.corpus / names[0]).exists(), "all or nothing"
    assert engine.remove(["rust/burn.md", "more"]) == (*names, "rust/burn.md")
    assert not (home.corpus / "more").exists() and (home.corpus / "rust/candle.md").exists()


def test_a_refresh_that_is_stopped_is_stopped_at_the_server(engine) -> None:
    def stop(phase: str, done: int, total: int) -> None:
        raise Interrupted("enough")

    with pytest.raises(Interrupted, match="enough"):
        engine.refresh(rebuild=True, progress=stop)


@pytest.mark.slow
def test_a_refresh_is_the_server_s(engine, home) -> None:
    (home.corpus / "zed.md").write_text("# Zed\n\nZed runs on toasters.\n", "utf-8")
    phases = []
    assert engine.refresh(dry_run=True).added == ("zed.md",)
    report = engine.refresh(progress=lambda phase, done, total: phases.append(phase))
    assert report.added == ("zed.md",) and phases
    assert engine.search("toasters", mode="keyword").hits[0].passage.path == "zed.md"


def test_a_lost_server_is_told_and_nothing_breaks(tmp_path) -> None:
    def opened() -> RemoteEngine:
        return RemoteEngine("http://127.0.0.1:9", None, client=Client("http://127.0.0.1:9", retries=0))

    async def story(app, pilot) -> None:
        await until(pilot, lambda: "Not answered" in text_of(app))
        await typed(pilot, "gpu")
        await pilot.press("enter", "f4")
        await pilot.pause(0.3)
        assert app.is_running

    play(MlsurveyApp(opened, corpus=None, state=tmp_path, keys=tmp_path / "keys.toml"), story)


def test_what_is_sent_is_looked_at_first(tmp_path) -> None:
    (tmp_path / "a.md").write_text("a", "utf-8")
    (tmp_path / "a.exe").write_bytes(b"\x00")
    files, skipped = files_of([tmp_path / "a.md"], "x/y")
    assert (files, skipped) == ({"x/y/a.md": tmp_path / "a.md"}, 0)
    with pytest.raises(NotFoundError):
        files_of([tmp_path / "nowhere"], None)
    with pytest.raises(UsageError, match="unsupported format"):
        files_of([tmp_path / "a.exe"], None)


def test_no_request_is_too_large(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(uploading, "MOST_BYTES", 10)
    files = {}
    for name, size in (("a", 4), ("b", 6), ("c", 1), ("d", 30), ("e", 2)):
        files[name] = tmp_path / name
        files[name].write_bytes(b"x" * size)
    assert [list(batch) for batch in batches(files)] == [["a", "b"], ["c"], ["d"], ["e"]]


def test_a_copied_request_goes_to_the_server_that_is_asked(tmp_path, monkeypatch) -> None:
    words = shlex.split(curl(Request("Why?"), Service("http://there:99/", needs_token=True)))
    assert words[2] == "http://there:99/v1/ask" and "Authorization: Bearer TOKEN" in words
    assert "Authorization" not in curl(Request("Why?"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLSURVEY_SERVE_TOKENS_FILE", str(tmp_path / "tokens"))
    monkeypatch.setenv("MLSURVEY_SERVE_PORT", "9001")
    assert own_service() == Service("http://127.0.0.1:9001")
    monkeypatch.setenv("MLSURVEY_SERVE_HOST", "0.0.0.0")
    assert own_service() == Service("http://127.0.0.1:9001", needs_token=True)
    monkeypatch.setenv("MLSURVEY_SERVE_HOST", "fd00::1")
    assert own_service().url == "http://[fd00::1]:9001"
    monkeypatch.setenv("MLSURVEY_SERVE_PORT", "many")
    assert own_service() == Service()


def test_the_palette_copies_a_request_for_the_server(connect, reading) -> None:
    copied: list[str] = []

    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        app.copy = copied.append
        (found,) = (one for one in app.get_system_commands(app.screen) if one.title == "Copy as curl")
        found.callback()

    play(connect(), story)
    assert shlex.split(copied[0])[2] == f"{reading}/v1/ask"
