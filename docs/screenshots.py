"""Make the pictures of the documentation anew, from the shipped corpus: ``python docs/screenshots.py [INDEX]``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey_tui.answer.earlier import Earlier
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.ask.screen import AskScreen
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.start import application

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = (110, 34)
QUESTION = "How do Burn and Candle differ in GPU support and licence?"
CONVERSATION = ("Does Burn support CUDA?", "And Candle?")


def main() -> None:
    """Refresh the index, then take one picture after another."""
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "index"
        settings = Settings(corpus=ROOT / "corpus", index=index)
        with Survey(settings) as survey:
            survey.refresh()
        PICTURES.mkdir(exist_ok=True)
        asyncio.run(_take_all(application(settings, state=Path(scratch), keys=Path(scratch) / "keys.toml")))


async def _take_all(app: MlsurveyApp) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: app.generation is not None)
        await _comparison(app, pilot)
        await _source(app, pilot)
        await _documents(app, pilot)
        await _conversation(app, pilot)


async def _comparison(app: MlsurveyApp, pilot: Pilot[None]) -> None:
    screen = app.screen
    assert isinstance(screen, AskScreen)
    screen.ask(Request(QUESTION))
    await _until(pilot, lambda: screen.shown is not None)
    await _take(app, pilot, "comparison")


async def _source(app: MlsurveyApp, pilot: Pilot[None]) -> None:
    await pilot.press("enter")
    await _until(pilot, lambda: isinstance(app.screen, SourceScreen) and bool(app.screen.query(".cited")))
    await _take(app, pilot, "source")
    await pilot.press("escape")


async def _documents(app: MlsurveyApp, pilot: Pilot[None]) -> None:
    await pilot.press("f4")
    await _until(pilot, lambda: isinstance(app.screen, CorpusScreen) and bool(app.screen.shown))
    app.screen.query_one("#facets").display = True
    app.screen.query_one("#state").display = False  # names a folder of this machine
    await _take(app, pilot, "documents")
    await pilot.press("escape")


async def _conversation(app: MlsurveyApp, pilot: Pilot[None]) -> None:
    screen = app.screen
    assert isinstance(screen, AskScreen)
    for number, question in enumerate(CONVERSATION, start=1):
        screen.ask(Request(question, after=CONVERSATION[: number - 1]))
        await _until(pilot, lambda rows=number: len(screen.query(Earlier)) == rows)  # type: ignore[misc]
    await _until(pilot, lambda: app.focused in screen.query("#current Cited"))
    await pilot.press("left_square_bracket", "enter")
    await _take(app, pilot, "conversation")


async def _take(app: MlsurveyApp, pilot: Pilot[None], name: str) -> None:
    await pilot.pause(0.5)
    (PICTURES / f"{name}.svg").write_text(app.export_screenshot(title="mlsurvey"), "utf-8")


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    while not holds():
        await pilot.pause(0.05)


if __name__ == "__main__":
    main()
