from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from mlsurvey.types import Statement
from mlsurvey_tui.answer.body import Row
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.view import AnswerView
from mlsurvey_tui.ask.chips import Chips
from mlsurvey_tui.ask.hits import Hits
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.shown import Shown
from mlsurvey_tui.source.screen import SourceScreen

from .conftest import asked, play, text_of, typed, until
from .samples import comparison

COMPARE = "How do Burn and Candle differ in GPU support?"


def test_columns_become_cards_where_they_are_too_narrow(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        rows = app.screen.query(Row)
        assert rows and not any(row.has_class("-cards") for row in rows)
        await pilot.resize_terminal(50, 24)
        await until(pilot, lambda: all(row.has_class("-cards") for row in app.screen.query(Row)))
        await pilot.resize_terminal(200, 60)
        await until(pilot, lambda: not any(row.has_class("-cards") for row in app.screen.query(Row)))
        await pilot.press("m")
        assert all(row.has_class("-cards") for row in app.screen.query(Row))

    play(make_app(indexed), story, (100, 30))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 45), (200, 60)])
def test_nothing_breaks_at_any_size(make_app, indexed, size) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, "How do Burn, Candle, Gorgonia and Linfa differ in GPU support and licence?")
        await pilot.press("G", "enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        await pilot.press("escape", "f4")
        await pilot.pause(0.2)
        assert all(len(line) <= size[0] for line in text_of(app).split("\n"))

    play(make_app(indexed), story, size)


@pytest.mark.slow
def test_a_resize_storm_breaks_nothing(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        for number in range(60):
            await pilot.resize_terminal(20 + number * 37 % 180, 6 + number * 13 % 60)
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.2)
        assert "GPU support" in text_of(app)

    play(make_app(indexed), story)


def test_options_of_the_hits_have_three_rows_at_most(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await typed(pilot, "gpu supports cuda")
        hits = app.screen.query_one(Hits)
        await until(pilot, lambda: bool(hits.hits))
        await pilot.pause(0.1)
        assert isinstance(hits, OptionList)
        rows = [str(hits.get_option_at_index(i).prompt).count("\n") + 1 for i in range(hits.option_count)]
        assert max(rows) <= 3

    play(make_app(indexed), story)


@pytest.mark.parametrize(("size", "beside"), [((80, 24), 2), ((140, 45), 5)])
def test_a_comparison_of_many_sides_can_be_read(make_app, indexed, size, beside) -> None:
    async def story(app, pilot) -> None:
        for sides in (5, 6, 7, 8):
            names = tuple(f"side{number}" for number in range(sides))
            said = tuple(Statement(name, "gpu", f"Here {name} is told.", (1,)) for name in names)
            given = replace(comparison(), question=f"{sides}?", entities=names, statements=said, missing=())
            app.screen.show_answer(Request(given.question), Shown(given, app.names))
            await until(pilot, lambda count=sides: [row.sides for row in app.screen.query(Row)][:1] == [count])
            row = app.screen.query(Row).first()
            await until(pilot, lambda row=row, count=sides: row.has_class("-cards") == (count > beside))
            lines = app.screen.query(f"#{row.parent.id} Row Cited")
            assert all(line.size.width >= 18 and line.size.height <= 2 for line in lines)
            chips = app.screen.query_one(Chips)
            app.screen.query("Chips Adder").last().focus()  # chips that do not fit are reachable
            await until(pilot, lambda chips=chips: app.focused.region in chips.region)
            app.screen.query_one(AnswerView).focus()
            await pilot.press("end", "k")
            assert isinstance(app.focused, Cited)

    play(make_app(indexed), story, size)
