from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.widgets import DataTable, Input, OptionList, Static

from mlsurvey.errors import BusyError, Interrupted, MlsurveyError, NotFoundError
from mlsurvey.settings import Settings
from mlsurvey_tui.confirm import Confirm
from mlsurvey_tui.corpus.adding import AddScreen
from mlsurvey_tui.corpus.report import ReportScreen
from mlsurvey_tui.corpus.rows import Row, counts, facet, matching, ordered, shortened, size
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.local import LocalEngine
from mlsurvey_tui.reports import error_of
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.work import Work, duration

from .conftest import asked, play, text_of, typed, until

ROWS = [
    Row("rust/burn.md", "Burn", "rust", "Burn", "2026-01-01", 12, 900),
    Row("rust/tch.md", "tch-rs", "rust", "tch-rs", "", 3, 15_000),
    Row("go/gorgonia.md", "Gorgonia", "go", "Gorgonia", "2025-05-05", 1, 5_200_000),
    Row("note.md", "", "", "On my toaster", "", 2, 10),
]


def test_documents_are_listed_narrowed_and_opened(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4")
        screen = app.screen
        assert isinstance(screen, CorpusScreen)
        await until(pilot, lambda: len(screen.shown) == 4)
        await until(pilot, lambda: "up to date" in text_of(app))
        await pilot.press("slash")
        await typed(pilot, "language:rust cand")
        await until(pilot, lambda: [row.path for row in screen.shown] == ["rust/candle.md"])
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        assert app.screen.document.path == "rust/candle.md"
        await pilot.press("escape", "escape")
        await until(pilot, lambda: len(screen.shown) == 4)
        await pilot.press("escape")
        assert app.screen is not screen

    play(make_app(indexed), story, (160, 45))  # wide enough for any path of the corpus


def test_counts_narrow_to_what_they_count(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: len(app.screen.shown) == 4)
        facets = app.screen.query_one("#facets", OptionList)
        assert facets.display
        facets.focus()
        facets.highlighted = 1
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen.shown) == 2)
        assert app.screen.query_one("#filter", Input).value == "language:rust"

    play(make_app(indexed), story, (140, 45))


@pytest.mark.slow
def test_a_document_is_added_refreshed_found_and_removed(make_app, home, tmp_path) -> None:
    new = tmp_path / "zed.md"
    new.write_text("# Zed\n\nZed runs on toasters.\n", "utf-8")
    (home.corpus / "broken.md").write_bytes(b"\x00\x01")

    async def story(app, pilot) -> None:
        await pilot.press("f4")
        await until(pilot, lambda: len(app.screen.shown) == 4)
        await pilot.press("a")
        assert isinstance(app.screen, AddScreen)
        app.screen.query_one("#source", Input).value = str(new)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen))
        assert (home.corpus / "zed.md").exists()
        before = app.generation
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        assert app.screen.report.dry_run and app.screen.report.added == ("zed.md",)
        await until(pilot, lambda: "broken.md" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.work is not None)
        await asked(app, pilot, "Does Burn support CUDA?")  # while the refresh runs
        await until(pilot, lambda: app.generation != before and app.work is None)
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await until(pilot, lambda: "NUL" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen.shown) == 5)
        assert app.engine().search("toasters", mode="keyword").hits[0].passage.path == "zed.md"
        await pilot.press("end")
        await pilot.press("ctrl+end")
        table = app.screen.query_one(DataTable)
        table.move_cursor(row=4)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Confirm) and "zed.md" in text_of(app))
        await pilot.press("enter")  # the focus is on No
        assert (home.corpus / "zed.md").exists()
        await pilot.press("x", "y")
        await until(pilot, lambda: not (home.corpus / "zed.md").exists())

    play(make_app(home), story)


def write_much(home) -> None:
    """Write enough text that a refresh is still embedding when a busy machine gets around to stopping it."""
    for number in range(600):
        (home.corpus / f"n{number}.md").write_text(f"# N{number}\n\nNumber {number} is a number of its own.\n", "utf-8")


@pytest.mark.slow
def test_a_refresh_is_stopped_and_loses_nothing(make_app, home) -> None:
    write_much(home)

    async def story(app, pilot) -> None:
        before = app.generation
        app.refresh_index()
        await until(pilot, lambda: app.work is not None and app.work.phase in ("read", "chunk", "embed"))
        await pilot.press("f4", "c")
        await until(pilot, lambda: app.work is None)
        assert isinstance(app.outcome.error, Interrupted)
        assert app.generation == before
        assert app.engine().search("gpu", mode="keyword").hits

    play(make_app(home), story)


@pytest.mark.slow
def test_whoever_leaves_during_a_refresh_ends_it(make_app, home) -> None:
    write_much(home)

    async def story(app, pilot) -> None:
        app.refresh_index()
        await until(pilot, lambda: app.work is not None and app.work.phase in ("read", "chunk", "embed"))

    began = time.monotonic()
    play(make_app(home), story)
    assert time.monotonic() - began < 40
    with LocalEngine(Settings(corpus=home.corpus, index=home.index)) as engine:
        assert engine.generation().documents == 4
        assert len(engine.refresh(dry_run=True).added) == 600


def test_what_cannot_be_added_is_told_where_it_was_typed(make_app, home) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4", "a")
        app.screen.query_one("#source", Input).value = "/nowhere/at/all.md"
        await pilot.press("enter")
        said = app.screen.query_one("#said", Static)
        await until(pilot, lambda: "no such file" in str(said.content))

    play(make_app(home), story)


def test_two_thousand_documents_are_listed_at_once() -> None:
    rows = [Row(f"f{n % 40}/d{n}.md", f"L{n % 40}", "rust", f"Title {n}", "", n, n) for n in range(2000)]
    assert len(matching(rows, "f7/ library:l7")) == 50
    assert ordered(rows, "bytes", reverse=True)[0].path == "f39/d1999.md"


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ("", ["rust/burn.md", "rust/tch.md", "go/gorgonia.md", "note.md"]),
        ("RUST", ["rust/burn.md", "rust/tch.md"]),
        ("language:go", ["go/gorgonia.md"]),
        ("language:none", ["note.md"]),
        ("my toaster", ["note.md"]),
        ('library:"tch-rs"', ["rust/tch.md"]),
        ("language:rust burn", ["rust/burn.md"]),
        ('"', ["rust/burn.md", "rust/tch.md", "go/gorgonia.md", "note.md"]),
    ],
)
def test_words_narrow(typed, paths) -> None:
    assert [row.path for row in matching(ROWS, typed)] == paths


def test_rows_are_ordered_and_counted() -> None:
    assert [row.path for row in ordered(ROWS, "date", reverse=True)][:2] == ["rust/burn.md", "go/gorgonia.md"]
    assert [row.path for row in ordered(ROWS, "library", reverse=False)][-1] == "note.md"
    assert counts(ROWS, "language") == [("rust", 2), ("go", 1), ("none", 1)]
    assert matching(ROWS, facet("library", "tch-rs"))[0].library == "tch-rs"


def test_sizes_and_paths_are_short() -> None:
    assert [size(count) for count in (812, 14_000, 5_200_000)] == ["812 B", "14 kB", "5.2 MB"]
    assert len(shortened("upstream/rust/burn/burn-book--advanced--no-std.md", 30)) == 30
    assert shortened("a.md", 30) == "a.md"


def test_work_says_how_far_it_is() -> None:
    assert str(Work(False, "embed", 120, 400, 4.0)) == "embedding 120 of 400, 30/s, 9 s left"
    assert str(Work(False, "publish", 0, 1)) == "publishing"
    assert str(Work(False, cancelled=True)) == "stopping …"
    assert [duration(seconds) for seconds in (8, 200, 7500)] == ["8 s", "3 min 20 s", "2 h 5 min"]


def test_an_error_of_another_process_keeps_its_class() -> None:
    assert type(error_of({"type": "BusyError", "message": "it is busy"})) is BusyError
    assert type(error_of({"type": "ValueError", "message": "no"})) is MlsurveyError


def test_a_refresh_in_its_own_process_tells_what_is_wrong(home) -> None:
    with (
        LocalEngine(Settings(corpus=Path("/nowhere/at/all"), index=home.index)) as engine,
        pytest.raises(NotFoundError),
    ):
        engine.refresh(dry_run=True)


def test_a_preview_in_its_own_process_is_that_of_the_survey(home) -> None:
    (home.corpus / "zed.md").write_text("# Zed\n\nZed.\n", "utf-8")
    with LocalEngine(Settings(corpus=home.corpus, index=home.index)) as engine:
        report = engine.refresh(dry_run=True)
    assert (report.dry_run, report.added, report.unchanged) == (True, ("zed.md",), 4)
