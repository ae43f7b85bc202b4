"""The subjects: listed, narrowed, opened and corrected, on this machine and over a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api.conftest import hosted
from tests.conftest import Home
from textual.widgets import Input, Static

from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.found import Evidence, Rank, Subject
from mlsurvey.settings import Settings
from mlsurvey.survey import Edit, Survey
from mlsurvey.types import Span
from mlsurvey_tui.ask.picker import Picker
from mlsurvey_tui.corpus.report import ReportScreen
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.engine import Engine
from mlsurvey_tui.places import line_places
from mlsurvey_tui.remote.engine import RemoteEngine
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.start import connected
from mlsurvey_tui.subjects.naming import DeclareScreen, RenameScreen, listed
from mlsurvey_tui.subjects.rows import column_widths, described, matching, rows_of, totals
from mlsurvey_tui.subjects.screen import SubjectsScreen, choices

from .conftest import play, text_of, typed, until

QUEUES = Path(__file__).parents[1] / "fields" / "queues"
FOUND = (
    Subject("pigeonmq", "PigeonMQ", ("PMQ",), confidence=0.84, classes=("queue",), documents=("pigeonmq.md",)),
    Subject("burn", "Burn", rank=Rank.SECTION, declared=True, documents=("a.md", "b.md")),
    Subject("changelog", "Changelog", documents=("changes.md",), hidden=True),
    Subject("erlang", "Erlang", rank=Rank.MENTION, documents=("pigeonmq.md",)),
)
EDITS = (
    Edit("changelog", hidden=True),
    Edit("pigeonmq", "Pigeon MQ", merged=("burn",)),
    Edit("owlpost", "OwlPost", ("owl",), ("queue",)),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Home:
    root = tmp_path_factory.mktemp("queues")
    shutil.copytree(QUEUES, root / "corpus")
    with Survey(Settings(corpus=root / "corpus", index=root / "index")) as survey:
        survey.refresh()
    return Home(root / "corpus", root / "index")


@pytest.fixture
def queues(built, tmp_path) -> Home:
    """Three documents about message queues and their index, which a test may change."""
    copy = Home(tmp_path / "corpus", tmp_path / "index")
    shutil.copytree(built.corpus, copy.corpus)
    shutil.copytree(built.index, copy.index)
    return copy


@pytest.fixture
def near(queues) -> Iterator[Survey]:
    with Survey(Settings(corpus=queues.corpus, index=queues.index)) as survey:
        yield survey


@pytest.fixture
def served(queues, tmp_path_factory) -> Iterator[str]:
    """Address of a service over the same documents."""
    with hosted(queues, tmp_path_factory.mktemp("server")) as url:
        yield url


async def opened(app, pilot) -> SubjectsScreen:
    """The screen of the subjects, with its rows."""
    await pilot.press("f4", "s")
    await until(pilot, lambda: isinstance(app.screen, SubjectsScreen) and bool(app.screen.rows))
    return app.screen


def names(screen: SubjectsScreen) -> list[str]:
    return [row.subject.name for row in screen.shown]


async def at(pilot, screen: SubjectsScreen, name: str) -> None:
    """Move the cursor to a subject."""
    await pilot.press("ctrl+home")
    for _ in range(names(screen).index(name)):
        await pilot.press("j")
    await until(pilot, lambda: screen.current is not None and screen.current.subject.name == name)


def told_of(screen: SubjectsScreen) -> str:
    return str(screen.query_one("#subject", Static).content)


def test_subjects_are_listed_narrowed_and_opened(make_app, queues) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        assert sorted(names(screen)) == ["CarrierQ", "PigeonMQ", "Tumbleweed"]
        await until(pilot, lambda: "3 found" in text_of(app) and "document" in text_of(app))
        await pilot.press("slash")
        await typed(pilot, "tumble")
        await until(pilot, lambda: names(screen) == ["Tumbleweed"])
        await until(pilot, lambda: "a document is about it; found, 0." in told_of(screen))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        evidence = screen.current.subject.evidence[0]
        assert (app.screen.document.path, app.screen.places.place.line) == (evidence.path, evidence.line)
        marked = [line for line in text_of(app).split("\n") if line.startswith("▌")]
        await pilot.press("n")
        await until(pilot, lambda: [s for s in text_of(app).split("\n") if s.startswith("▌")] != marked)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.shown) == 3)
        await pilot.press("e")
        await until(pilot, lambda: len(screen.shown) > 3)
        await pilot.press("escape")
        assert isinstance(app.screen, CorpusScreen)

    play(make_app(queues), story)


def test_a_filter_that_nothing_matches_says_so(make_app, queues) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("slash")
        await typed(pilot, "zebra")
        await until(pilot, lambda: "no subject matches; e also looks" in told_of(screen))
        assert screen.query_one("#filter", Input).border_subtitle == "no subject matches"
        await pilot.press("enter", "r", "m", "x", "u", "enter")
        assert app.screen is screen and not screen.shown

    play(make_app(queues), story)


def test_without_an_index_it_says_what_to_do(make_app, tmp_path) -> None:
    async def story(app, pilot) -> None:
        await pilot.press("f4", "s")
        await until(pilot, lambda: "no index yet; F6 builds it" in text_of(app))

    (tmp_path / "corpus").mkdir()
    play(make_app(Home(tmp_path / "corpus", tmp_path / "index")), story)


async def correct_all(app, pilot, engine: Engine) -> None:
    """Correct subjects in every way, by keys, and look at what is kept."""
    screen = await opened(app, pilot)

    def kept() -> dict[str, Edit]:
        return {edit.slug: edit for edit in engine.corrections()}

    await at(pilot, screen, "Tumbleweed")
    await pilot.press("r")
    assert isinstance(app.screen, RenameScreen)
    app.screen.query_one(Input).value = "!!"
    await pilot.press("enter")
    await until(pilot, lambda: "is not a valid name" in text_of(app))
    app.screen.query_one(Input).value = "Rolling Weed"
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is screen and "F6 applies it" in text_of(app))
    assert kept() == {"tumbleweed": Edit("tumbleweed", "Rolling Weed")}
    await until(pilot, lambda: "corrected  called Rolling Weed" in told_of(screen))

    await at(pilot, screen, "PigeonMQ")
    await pilot.press("m")
    assert isinstance(app.screen, Picker)
    await typed(pilot, "tumbleweed")
    await pilot.press("enter")
    await until(pilot, lambda: "tumbleweed" in kept() and kept()["tumbleweed"].merged == ("pigeonmq",))
    assert kept()["tumbleweed"].name == "Rolling Weed", "an earlier correction stays"
    await until(pilot, lambda: "merged into tumbleweed" in told_of(screen))

    await at(pilot, screen, "CarrierQ")
    await pilot.press("x")
    await until(pilot, lambda: kept().get("carrierq") == Edit("carrierq", hidden=True))
    await until(pilot, lambda: "corrected  hidden" in told_of(screen))
    await pilot.press("u")
    await until(pilot, lambda: "carrierq" not in kept())
    await until(pilot, lambda: "corrected" not in told_of(screen))
    await pilot.press("u")
    await until(pilot, lambda: "CarrierQ has no corrections" in text_of(app))

    await pilot.press("a")
    assert isinstance(app.screen, DeclareScreen)
    values = {"name": "OwlPost", "aliases": "owl post, OP", "classes": "queue"}
    for key, value in values.items():
        app.screen.query_one(f"#{key}", Input).value = value
    await pilot.press("enter")
    await until(pilot, lambda: kept().get("owlpost") == Edit("owlpost", "OwlPost", ("owl post", "OP"), ("queue",)))
    await until(pilot, lambda: app.screen is screen and "OwlPost" in names(screen))


def test_subjects_are_corrected(make_app, queues, near) -> None:
    play(make_app(queues), lambda app, pilot: correct_all(app, pilot, near), (100, 30))
    assert 'name = "Rolling Weed"' in (queues.corpus / "subjects.toml").read_text("utf-8")


def test_subjects_are_corrected_over_a_server(served, near, tmp_path) -> None:
    app = connected(served, None, state=tmp_path / "state", keys=tmp_path / "keys.toml")
    play(app, lambda app, pilot: correct_all(app, pilot, near), (100, 30))


def test_what_is_only_mentioned_can_be_added_only(make_app, queues) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("e", "ctrl+end")
        await until(pilot, lambda: screen.current is not None and screen.current.is_mention)
        await pilot.press("r")
        await until(pilot, lambda: "only mentioned" in text_of(app))
        assert app.screen is screen
        await pilot.press("a")
        assert app.screen.query_one("#name", Input).value == screen.current.subject.name

    play(make_app(queues), story)


def test_an_error_is_told(make_app, queues) -> None:
    async def story(app, pilot) -> None:
        await opened(app, pilot)
        (queues.corpus / "subjects.toml").write_text("[[subject]]\nslog = 1\n", "utf-8")
        await pilot.press("x")
        await until(pilot, lambda: "Not corrected" in text_of(app))
        assert any("subjects.toml, line 2: unknown key" in told.message for told in app._notifications)

    play(make_app(queues), story, (100, 30))


@pytest.mark.slow
def test_a_refresh_applies_the_corrections(make_app, queues) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("a")
        app.screen.query_one("#name", Input).value = "OwlPost"  # no document mentions it
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        before = app.generation
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, ReportScreen))
        assert app.screen.report.notes
        await pilot.press("enter")
        await until(pilot, lambda: app.generation != before and app.work is None)
        await until(pilot, lambda: any(s.slug == "owlpost" for s in app.engine().subjects()[1].subjects))

    play(make_app(queues), story)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (140, 45)])
@pytest.mark.parametrize("color", ["", "1"])
def test_subjects_fit_at_any_size(make_app, queues, monkeypatch, size, color) -> None:
    monkeypatch.setenv("NO_COLOR", color)

    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await until(pilot, lambda: "Tumbleweed" in text_of(app) and "document" in text_of(app))
        assert all(len(line) <= size[0] for line in text_of(app).split("\n"))
        table = screen.query_one("#subjects")
        assert table.size.height >= 6 and table.virtual_size.width <= size[0]

    play(make_app(queues), story, size)


def test_a_server_and_this_machine_agree(served, near) -> None:
    engine = RemoteEngine(served, None)
    far: Engine = engine  # lets mypy check the protocol
    (there, told), (here, known) = far.subjects(), near.subjects()
    assert (there, told.subjects) == (here, known.subjects)
    assert [aspect.name for aspect in told.aspects] == [aspect.name for aspect in known.aspects]
    near.merge_subjects(["Tumbleweed"], "pigeonmq")
    far.rename_subject("PigeonMQ", "Pigeon")
    far.merge_subjects(["carrierq"], "pigeonmq")
    assert far.corrections() == near.corrections() == (Edit("pigeonmq", "Pigeon", merged=("tumbleweed", "carrierq")),)
    assert far.add_subject("Owl", ["O"]) == far.add_subject("Owl", ["P"], ["queue"]) == "owl"
    assert near.corrections()[-1] == Edit("owl", "Owl", ("O", "P"), ("queue",))
    far.hide_subject("owl")
    assert near.corrections()[-1].hidden
    assert (far.restore_subject("owl"), far.restore_subject("tumbleweed")) == (True, False)
    for wrong, error in (
        (lambda one: one.rename_subject("zebra", "Z"), NotFoundError),
        (lambda one: one.rename_subject("tumbleweed", "!!"), UsageError),
        (lambda one: one.merge_subjects(["tumbleweed"], "tumbleweed"), UsageError),
        (lambda one: one.merge_subjects([], "tumbleweed"), UsageError),
        (lambda one: one.add_subject("!!"), UsageError),
    ):
        messages = []
        for one in (far, near):
            with pytest.raises(error) as caught:
                wrong(one)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
    engine.close()


def test_rows_say_what_is_corrected() -> None:
    rows = rows_of(FOUND, EDITS)
    assert [row.subject.slug for row in rows] == ["pigeonmq", "burn", "changelog", "erlang", "owlpost"]
    assert [row.sure for row in rows] == ["0.84", "declared", "hidden", "", "declared"]
    assert [row.cell("rank", 9) for row in rows] == ["document", "section", "document", "mentioned", "none"]
    assert totals(rows) == "1 found, 2 declared, 1 only mentioned, 1 hidden, 4 corrected (*)"
    assert "called Pigeon MQ; burn merged into it" in str(described(rows[0]))
    assert rows[1].cell("name", 20) == "* Burn" and "merged into pigeonmq" in str(described(rows[1]))
    assert choices(rows, "pigeonmq") == [("owlpost", "OwlPost  [owlpost]")]


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("", ["pigeonmq", "burn", "owlpost"]),
        ("pmq", ["pigeonmq"]),
        ("b.md", ["burn"]),
        ("class:queue", ["pigeonmq", "owlpost"]),
        ("about:section", ["burn"]),
        ("state:declared owl", ["owlpost"]),
        ("state:found", ["pigeonmq"]),
        ("state:corrected", ["pigeonmq", "burn", "owlpost"]),
        ("state:hidden", []),
    ],
)
def test_words_narrow(words, slugs) -> None:
    rows = rows_of(FOUND, EDITS)
    assert [row.subject.slug for row in matching(rows, words, everything=False)] == slugs
    assert len(matching(rows, "state:hidden", everything=True)) == 1


def test_unsafe_names_are_written_out() -> None:
    evil = Subject("x", "a\x1b[2J", ("b\x07",), said="c\u202e", evidence=(Evidence("d\x1b.md", 1, "title", "a"),))
    (row,) = rows_of([evil], [])
    shown = [str(described(row)), *(row.cell(column, 40) for column in column_widths(200))]
    assert not any(char in text for text in shown for char in "\x1b\x07\u202e")


def test_columns_fit() -> None:
    for width in (60, 80, 100, 140, 300):
        widths = column_widths(width)
        assert sum(widths.values()) + 2 * len(widths) <= width
    assert [*column_widths(60)] == ["name", "rank", "sure", "documents"]
    assert [*column_widths(140)][-2:] == ["place", "aliases"]


def test_a_line_is_a_place() -> None:
    first, second, beyond = line_places([("a.md", 1), ("a.md", 2), ("a.md", 1), ("a.md", 9)]).listed
    text = "one\ntwo \nthree"
    assert [place.within(text).span.of(text) for place in (first, second, beyond)] == ["one", "two", ""]
    assert second.within(text).span == Span(4, 7)


def test_names_are_separated_by_commas() -> None:
    assert listed(" a b, ,c,") == ("a b", "c")
