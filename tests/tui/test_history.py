from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mlsurvey.errors import NotFoundError, StorageError
from mlsurvey_tui.archive import History
from mlsurvey_tui.ask.screen import AskScreen
from mlsurvey_tui.history.screen import HistoryScreen

from .conftest import asked, play, text_of, typed, until
from .samples import abstention, comparison

COMPARE = "How do Burn and Candle differ in GPU support?"
HERE = Path(__file__).parent


def test_an_answer_is_opened_as_it_was_and_asked_again(make_app, home) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await asked(app, pilot, "Does Linfa support GPUs?")
        await pilot.press("f3")
        assert isinstance(app.screen, HistoryScreen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, AskScreen) and app.screen.shown.answer.question == COMPARE)
        assert len(app.history.entries()) == 2
        await pilot.press("f3", "r")
        await until(pilot, lambda: len(app.history.entries()) == 3)

    play(make_app(home), story)


def test_an_answer_of_an_older_index_is_marked(make_app, home) -> None:
    async def story(app, pilot) -> None:
        app.history.add(comparison())
        await until(pilot, lambda: app.generation is not None)
        await pilot.press("f3")
        await pilot.pause(0.1)
        assert "index has changed since" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskScreen) and app.screen.shown is not None)
        assert app.screen.shown.older
        await until(pilot, lambda: "r asks again" in text_of(app))

    play(make_app(home), story, (120, 40))


def test_the_answer_on_the_screen_is_marked_once_the_index_is_another(make_app, home) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        assert not app.screen.shown.older
        app.generation = "another"
        await until(pilot, lambda: app.screen.shown.older)

    play(make_app(home), story)


def test_entries_are_searched_starred_deleted_and_brought_back(make_app, home) -> None:
    async def story(app, pilot) -> None:
        app.history.add(comparison())
        app.history.add(abstention())
        await pilot.press("f3", "s", "f")
        await pilot.pause(0.1)
        assert [entry.question for entry in app.screen.entries] == ["Which cheese is best?"]
        await pilot.press("f", "x")
        assert len(app.history.entries()) == 1
        await pilot.press("u")
        assert len(app.history.entries()) == 2
        await pilot.press("slash")
        await typed(pilot, "licence")
        await until(pilot, lambda: len(app.screen.entries) == 1)

    play(make_app(home), story)


def test_an_answer_that_cannot_be_kept_is_shown(make_app, indexed, monkeypatch) -> None:
    def full(*_: object) -> int:
        raise StorageError("the disk is full")

    async def story(app, pilot) -> None:
        monkeypatch.setattr(app.history, "add", full)
        await asked(app, pilot, COMPARE)
        await until(pilot, lambda: any("disk is full" in told.message for told in app._notifications))
        assert "CUDA" in text_of(app)

    play(make_app(indexed), story)


def test_what_was_added_comes_back_as_it_was(tmp_path) -> None:
    history = History(tmp_path)
    entry = history.add(comparison())
    assert history.answer(entry) == comparison()
    history.delete(entry)
    with pytest.raises(NotFoundError):
        history.answer(entry)
    history.close()


def test_words_with_signs_of_sql_are_words(tmp_path) -> None:
    history = History(tmp_path)
    history.add(comparison())
    assert history.entries("100%") == [] and history.entries("_'\"!") == []
    assert len(history.entries("burn candle")) == 1
    history.close()


def test_two_programs_write_one_history(tmp_path) -> None:
    script = (
        "import sys; from pathlib import Path; from mlsurvey_tui.archive import History;"
        "from samples import comparison;"
        "h = History(Path(sys.argv[1])); [h.add(comparison()) for _ in range(25)]"
    )
    folder = str(tmp_path)
    both = [subprocess.Popen([sys.executable, "-c", script, folder], cwd=HERE) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    history = History(tmp_path)
    assert len(history.entries()) == 50
    history.close()


def test_what_was_written_survives_a_killed_program(tmp_path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from mlsurvey_tui.archive import History;"
        "from samples import comparison;"
        "History(Path(sys.argv[1])).add(comparison()); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=HERE, check=False)
    history = History(tmp_path)
    assert len(history.entries()) == 1
    history.close()
