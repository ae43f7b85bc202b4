"""Pastes into the question, and a home folder that cannot be written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual.events import Paste

from mlsurvey_tui.ask.question import QuestionInput, completed

from .conftest import asked, play


def pasted(field: QuestionInput, text: str) -> None:
    field.post_message(Paste(text))


def test_all_lines_of_a_paste_are_kept_as_one(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        field = app.screen.query_one(QuestionInput)
        field.value = "[]"
        field.cursor_position = 1
        pasted(field, "How do Burn and Candle\r\ndiffer in\n\n  GPU support?\n")
        await pilot.pause()
        assert field.value == "[How do Burn and Candle differ in GPU support?]"
        field.select_all()
        pasted(field, "Burn\nor Candle?")
        await pilot.pause()
        assert field.value == "Burn or Candle?"

    play(make_app(indexed), story)


def test_a_paste_is_cut_where_a_question_ends_and_says_so(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        field = app.screen.query_one(QuestionInput)
        pasted(field, "x" * 100_000)
        await pilot.pause()
        assert len(field.value) == 20_000
        assert ["80,000 were not pasted" in notice.message for notice in app._notifications] == [True]

    play(make_app(indexed), story)


def test_only_the_last_word_is_completed() -> None:
    assert completed("is can", ["Candle"]) == "is candle"
    assert completed("x" * 20_000 + " ", ["Candle"]) is None


def test_without_a_folder_for_it_nothing_is_kept_and_that_is_said_once(
    make_app, indexed, tmp_path, monkeypatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    app, told = make_app(indexed, state=tmp_path / "file" / "state"), []
    monkeypatch.setattr(app, "notify", lambda message, **_: told.append(message))

    async def story(app, pilot) -> None:
        await asked(app, pilot, "Does Burn support GPUs?")
        for cards in (True, False):
            app.choose(replace(app.preferences, cards=cards))
        assert [bool(re.search("cannot save the history .* not be saved", message)) for message in told] == [True]
        assert app.history.questions() == ["Does Burn support GPUs?"]

    play(app, story)


@pytest.mark.parametrize("text", ["", "\n", " \r\n "])
def test_a_paste_of_nothing_changes_nothing(text, make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        field = app.screen.query_one(QuestionInput)
        field.value = "Burn"
        pasted(field, text)
        await pilot.pause()
        assert field.value == "Burn"

    play(make_app(indexed), story)
