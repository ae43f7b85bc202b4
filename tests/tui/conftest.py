from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from mlsurvey.settings import Settings
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.start import application

from .canned import Canned

Story = Callable[[MlsurveyApp, Pilot[None]], Awaitable[None]]
PATIENCE = 120.0


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., MlsurveyApp]:
    """An application over a corpus and its index, with its own history."""

    def make(home: Any, **options: Any) -> MlsurveyApp:
        settings = Settings(corpus=home.corpus, index=home.index)
        options.setdefault("state", tmp_path / "state")
        return application(settings, keys=tmp_path / "keys.toml", **options)

    return make


@pytest.fixture
def canned_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., MlsurveyApp]:
    """An application with fixed answers, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def make(theme: str = "textual-dark") -> MlsurveyApp:
        keys = tmp_path / "keys.toml"
        return MlsurveyApp(Canned, corpus=Path("corpus"), state=tmp_path / "state", keys=keys, theme=theme)

    return make


def play(app: MlsurveyApp, story: Story, size: tuple[int, int] = (80, 24)) -> None:
    """Run an application headless, driven by a story."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.about != "")
            await story(app, pilot)

    asyncio.run(run())


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; the workers take some time."""
    end = time.monotonic() + PATIENCE
    while True:
        await pilot.pause(0.02)
        if holds():
            return
        assert time.monotonic() < end, "it never came about"


async def typed(pilot: Pilot[None], text: str) -> None:
    """Type text."""
    await pilot.press(*("space" if letter == " " else letter for letter in text))


async def asked(app: MlsurveyApp, pilot: Pilot[None], question: str) -> None:
    """Ask a question, and wait for its answer."""
    from mlsurvey_tui.ask.request import Request
    from mlsurvey_tui.ask.screen import AskScreen

    screen = app.screen_stack[0]
    assert isinstance(screen, AskScreen)
    screen.ask(Request(question))
    await until(pilot, lambda: screen.shown is not None and screen.shown.answer.question == question)
    await pilot.pause(0.05)


def text_of(app: MlsurveyApp) -> str:
    """The contents of the screen, row by row."""
    screen = app.screen
    return "\n".join("".join(s.text for s in strip).rstrip() for strip in screen._compositor.render_strips())
