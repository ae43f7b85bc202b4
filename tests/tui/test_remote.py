"""The same screens over a server: a real service and the real small index, without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.conftest import serving

from mlsurvey.client import Client
from mlsurvey.errors import MlsurveyError, NotFoundError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.remote.engine import RemoteEngine
from mlsurvey_tui.remote.uploading import files_of
from mlsurvey_tui.source.screen import SourceScreen

from .conftest import asked, play, text_of, typed, until

COMPARE = "How do Burn and Candle differ in GPU support?"


@pytest.fixture
def served(home, tmp_path_factory) -> Iterator[str]:
    """Address of a service over a corpus and index that a test may change."""
    with serving(tmp_path_factory.mktemp("server")) as start:
        yield start(home).url


@pytest.fixture
def survey(home) -> Iterator[Survey]:
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        yield survey


@pytest.fixture
def engine(home, served) -> Iterator[RemoteEngine]:
    """An engine over a service of its own."""
    engine = RemoteEngine(served, None)
    yield engine
    engine.close()


@pytest.fixture
def connect(tmp_path, served):
    def connect() -> MlsurveyApp:
        return MlsurveyApp(
            lambda: RemoteEngine(served, None), corpus=None, state=tmp_path / "state", keys=tmp_path / "keys.toml"
        )

    return connect


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


def test_an_engine_over_a_server_says_what_the_survey_says(engine, survey) -> None:
    (*_, there), (*_, here) = engine.parts(COMPARE), survey.parts(COMPARE)
    assert (there.statements, there.citations, there.missing) == (here.statements, here.citations, here.missing)
    assert engine.entities() == survey.entities() and dict(engine.aspects()) == dict(survey.aspects())
    assert engine.documents().documents == survey.documents().documents
    document = engine.document("rust/burn.md")
    assert document.text == survey.document("rust/burn.md").text and not engine.is_stale(document)
    assert engine.generation() == survey.generation()
    compared = engine.compare(("burn", "candle"), ("gpu",))
    assert compared.statements == survey.compare(("burn", "candle"), ("gpu",)).statements
    hits = engine.search("webgpu", mode="keyword").hits
    assert [hit.passage.path for hit in hits] == [hit.passage.path for hit in survey.search("webgpu").hits][: len(hits)]
    assert engine.explain("webgpu", hits[:1], mode="keyword")[0].terms


def test_a_file_that_went_is_stale(engine, home) -> None:
    (*_, answer) = engine.parts(COMPARE)
    assert engine.stale(answer) == {}
    (home.corpus / "rust/burn.md").unlink()
    (home.corpus / "rust/candle.md").write_text("other\n", "utf-8")
    assert set(engine.stale(answer).values()) == {"source is no longer there", "source changed since it was indexed"}


def test_documents_are_sent_and_deleted(engine, home, tmp_path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "zed.md").write_text("# Zed\n", "utf-8")
    (tmp_path / "notes" / "zed.exe").write_bytes(b"\x00")
    placed = engine.add([tmp_path / "notes"], into="more")
    assert (placed.added, placed.skipped) == (("more/notes/zed.md",), 1)
    assert (home.corpus / "more/notes/zed.md").exists()
    assert engine.remove(["more/notes/zed.md"]) == ("more/notes/zed.md",)
    assert not (home.corpus / "more/notes/zed.md").exists()


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


def test_what_is_sent_is_read_first(tmp_path) -> None:
    (tmp_path / "a.md").write_text("a", "utf-8")
    assert files_of([tmp_path / "a.md"], "x/y") == ({"x/y/a.md": b"a"}, 0)
    with pytest.raises(NotFoundError):
        files_of([tmp_path / "nowhere"], None)
    assert issubclass(NotFoundError, MlsurveyError)
