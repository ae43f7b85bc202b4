"""Compares pictures of the main screens with the stored ones; `pytest tests/tui --snapshot-update` updates them."""

from __future__ import annotations

import re

import pytest
from pytest_textual_snapshot import SVGImageExtension
from textual.pilot import Pilot
from textual.widgets import Input, Static

from mlsurvey_tui import archive
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.places import cited_places
from mlsurvey_tui.shown import Shown
from mlsurvey_tui.work import Work

from .canned import CITED, GENERATION, Canned, abstention, answer, hit, listing
from .conftest import play, typed, until

SIZES = [(80, 24), (140, 45)]
THEMES = ["textual-dark", "textual-light"]


class Svg(SVGImageExtension):
    """An SVG file that any browser can show."""

    file_extension = "svg"


class Album:
    """Compares pictures one after another."""

    def __init__(self, app: MlsurveyApp, pilot: Pilot[None], snapshot) -> None:
        self.app, self.pilot, self.snapshot = app, pilot, snapshot
        self.wrong: list[str] = []

    async def take(self, name: str) -> None:
        for line in self.app.screen.query(Input):
            line.cursor_blink = False
            line._cursor_visible = True
        self.app.clear_notifications()
        if await self._settled() != self.snapshot(name=name):
            self.wrong.append(name)

    async def _settled(self) -> str:
        """The screen once it stops changing: a busy machine draws late."""
        before = ""
        for _ in range(40):
            await self.pilot.pause(0.05)
            now = self.app.export_screenshot()
            if now == before:
                break
            before = now
        return now


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.slow
def test_the_screens_look_as_before(canned_app, snapshot, size, theme) -> None:
    pictures = snapshot.use_extension(Svg)

    async def story(app, pilot) -> None:
        album = Album(app, pilot, pictures)
        for part in (asking, answers, sources, documents, subjects, history):
            await part(app, pilot, album)
        assert album.wrong == []

    play(canned_app(theme), story, size)


async def asking(app, pilot, album) -> None:
    await album.take("welcome")
    await typed(pilot, "webgpu")
    await until(pilot, lambda: app.screen.query_one("#main").current == "hits")
    await album.take("hits")
    app.explain("webgpu", hit(0), "keyword")
    await until(pilot, lambda: "BM25" in str(app.screen.query_one("#sides", Static).content))
    await album.take("why")
    await pilot.press("escape")


async def answers(app, pilot, album) -> None:
    for name, given in (("list", listing()), ("abstention", abstention()), ("comparison", answer())):
        app.screen.show_answer(Request(given.question), Shown(given, app.names, app.engine().stale(given)))
        await pilot.pause(0.1)
        await album.take(name)
    await pilot.press("left_square_bracket", "enter")
    await album.take("unfolded")
    await pilot.press("escape", "escape", "x")
    app.screen.query_one("#file", Input).value = "answer.md"
    await album.take("export")
    await pilot.press("escape")
    await pilot.press("ctrl+o")
    await album.take("jump")
    await pilot.press("escape")


async def sources(app, pilot, album) -> None:
    app.open_source(cited_places(CITED, 1))
    await until(pilot, lambda: bool(app.screen.query(".cited")))
    await album.take("source")
    await pilot.press("s", "t")
    await pilot.pause(0.1)
    await album.take("raw")
    await pilot.press("n")
    await until(pilot, lambda: app.screen.document.path == "rust/candle.md")
    await album.take("stale")
    await pilot.press("escape", "escape")  # the contents, then the document


async def documents(app, pilot, album) -> None:
    await pilot.press("f4")
    await until(pilot, lambda: len(app.screen.shown) == 3)
    await until(pilot, lambda: "1 new" in str(app.screen.query_one("#state", Static).content))
    await album.take("documents")
    app.work = Work(False, "embed", 120, 400, 4.0)
    await until(pilot, lambda: "120 of 400" in str(app.screen.query_one("#step", Static).content))
    await album.take("refreshing")
    app.work = None
    await pilot.press("f6")
    await until(pilot, lambda: bool(app.screen.query("#report")))
    await album.take("preview")
    await pilot.press("escape", "x")
    await album.take("remove")
    await pilot.press("escape", "escape")


async def subjects(app, pilot, album) -> None:
    await pilot.press("f4", "s")
    await until(pilot, lambda: len(getattr(app.screen, "rows", ())) == 3 and app.screen.current is not None)
    await pilot.press("j")
    await until(pilot, lambda: "Candle" in str(app.screen.query_one("#subject", Static).content))
    await album.take("subjects")
    await pilot.press("m")
    await album.take("merge")
    await pilot.press("escape", "a")
    await album.take("declare")
    await pilot.press("escape", "escape", "escape")


async def history(app, pilot, album) -> None:
    app.history._run("UPDATE answers SET asked = '2026-01-02T03:04:05+00:00'")
    for given in (abstention(), answer(), answer(question="Which is older?", index="another")):
        app.history.add(given)
    app.history._run("UPDATE answers SET asked = '2026-01-02T03:04:05+00:00'")
    await pilot.press("f3")
    await album.take("history")
    assert re.search("changed since", app.export_screenshot().replace("&#160;", " "))
    await pilot.press("escape")


def test_the_canned_engine_quotes_verbatim() -> None:
    engine = Canned()
    for citation in CITED:
        assert engine.document(citation.document).text[citation.start : citation.end] == citation.quote
    assert engine.generation() is GENERATION and archive.FILE
