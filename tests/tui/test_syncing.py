"""Documents fetched from upstream on the documents screen, from a local host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sync.upstream import Upstream, dripping, running, serve
from textual.widgets import Input

from mlsurvey.errors import Interrupted, NotFoundError
from mlsurvey.settings import Settings
from mlsurvey.syncing.sync import Outcome, SyncReport
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.corpus.syncing import SyncedScreen, SyncScreen, named, synced, synced_lines
from mlsurvey_tui.local import LocalEngine
from mlsurvey_tui.program import Outcome as Ended
from mlsurvey_tui.start import application

from .conftest import play, text_of, typed, until

README = "/tracel-ai/burn/HEAD/README.md"
PLACE = "upstream/rust/burn/README.md"
SOURCES = """[[source]]
slug = "burn"
repository = "tracel-ai/burn"
paths = ["README.md", "gone.md"]
licence = "MIT"
"""
REPORT = SyncReport(
    (
        Outcome("upstream/a.md", "a", "added", "host"),
        Outcome("upstream/b.md", "b", "unchanged", "host"),
        Outcome("upstream/c\x1b[2J.md", "c", "failed", "host", "it took too long"),
    ),
    ("a note",),
)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with running() as server:
        server.replies[README] = serve(b"# Burn\n\nBurn supports toasters.\n")
        yield server


@pytest.fixture
def settings(home, upstream, monkeypatch) -> Settings:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (home.corpus / "sources.toml").write_text(SOURCES, "utf-8")
    return Settings(corpus=home.corpus, index=home.index, github_raw=upstream.base)


@pytest.mark.slow
def test_documents_are_fetched_from_upstream_and_reported(settings, home, tmp_path) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen) and len(app.screen.shown) == 4)
        await pilot.press("u")
        assert isinstance(app.screen, SyncScreen) and isinstance(app.focused, Input)
        await typed(pilot, "Burn")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SyncedScreen) and PLACE in text_of(app))
        shown = text_of(app)
        assert "1 added, 1 gone" in shown and PLACE in shown and "gone.md" in shown
        assert (home.corpus / PLACE).exists()
        await pilot.press("escape")
        await until(pilot, lambda: "1 new" in text_of(app))
        assert app.work is None

    play(application(settings, state=tmp_path / "state", keys=tmp_path / "keys.toml"), story)


@pytest.mark.slow
def test_a_fetch_can_be_stopped(settings, upstream, home) -> None:
    upstream.replies[README] = dripping

    def stop(phase: str, done: int, total: int) -> None:
        raise Interrupted("stopped")

    with LocalEngine(settings) as engine:
        with pytest.raises(Interrupted):
            engine.sync(["burn"], progress=stop)
        with pytest.raises(NotFoundError, match="no source of 'cheese'"):
            engine.sync(["cheese"])
    assert not (home.corpus / PLACE).exists()


def test_what_was_fetched_is_listed_and_offers_a_refresh(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen))
        app.outcome = Ended(False, synced=REPORT)
        await until(pilot, lambda: isinstance(app.screen, SyncedScreen))
        assert "it took too long" in text_of(app) and "enter refreshes now" in text_of(app)
        await pilot.press("escape")

    play(make_app(indexed), story)


def test_over_a_server_nothing_is_fetched(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        app.corpus = None
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen))
        await pilot.press("u")
        assert isinstance(app.screen, CorpusScreen)

    play(make_app(indexed), story)


def test_a_report_says_what_went_wrong_first() -> None:
    assert synced(REPORT) == "1 added, 1 unchanged, 1 failed"
    assert synced(SyncReport(())) == "nothing to fetch"
    lines = [line.plain for line in synced_lines(REPORT)]
    assert lines[0] == "failed: 1" and "(host): it took too long" in lines[1] and "\x1b" not in lines[1]
    assert lines[2:] == ["note: 1", "  · a note", "added: 1", "  + upstream/a.md", "unchanged: 1"]


def test_libraries_are_named_with_commas() -> None:
    assert named(" Burn, ml5.js ,,Deep Java Library") == ("Burn", "ml5.js", "Deep Java Library")
    assert named("  ") == ()
