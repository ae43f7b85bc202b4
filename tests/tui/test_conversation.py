"""Earlier questions: rows above the answer, which unfold, and to which one can go back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.filter import Monochrome

from mlsurvey.rendering.layout import Names
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey_tui.answer.body import AnswerBody
from mlsurvey_tui.answer.earlier import Earlier, GoBack, Head
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.view import AnswerView
from mlsurvey_tui.ask.chips import Chips
from mlsurvey_tui.ask.conversation import KEPT, Conversation, Turn, followed
from mlsurvey_tui.ask.question import QuestionInput
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.export.screen import ExportScreen
from mlsurvey_tui.shown import Shown
from mlsurvey_tui.source.screen import SourceScreen

from .canned import abstention, answer, listing
from .conftest import play, text_of, typed, until

SIZES = [(60, 20), (80, 24), (140, 45)]
NAMES = Names({"burn": "Burn", "candle": "Candle", "linfa": "Linfa"}, {"gpu": "GPU support", "licence": "Licence"})
LIST, CHEESE, COMPARE = "Which libraries support GPUs?", "Which cheese goes with Burn?", answer().question


@pytest.fixture(scope="module")
def survey(indexed) -> Iterator[Survey]:
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


def turn(question: str, *after: str) -> Turn:
    given = answer(question=question)
    return Turn(Request(question, after=after), Shown(given, NAMES))


def questions(conversation: Conversation) -> list[str]:
    return [one.request.question for one in (*conversation.earlier, conversation.current) if one]


def of(*asked: str) -> Conversation:
    conversation = Conversation()
    for question in asked:
        conversation = conversation.with_turn(turn(question))
    return conversation


def test_a_new_answer_comes_below_and_the_same_question_replaces_its_answer() -> None:
    conversation = of("a", "b", "c")
    assert questions(conversation) == ["a", "b", "c"]
    again = turn("c", "b")
    replaced = conversation.with_turn(again)
    assert replaced.current is again and questions(replaced) == ["a", "b", "c"]


def test_going_back_moves_a_question_to_the_end_and_loses_nothing() -> None:
    conversation = of("a", "b", "c")
    assert questions(conversation.back(0)) == ["b", "c", "a"]
    assert questions(conversation.back(0).back(1)) == ["b", "a", "c"]
    earlier = conversation.earlier[1]
    assert conversation.place(earlier.shown) == 1
    assert conversation.place(replace(earlier.shown)) is None
    with pytest.raises(IndexError):
        conversation.back(2)


def test_a_conversation_keeps_so_many_answers_and_no_more() -> None:
    conversation = of(*(str(number) for number in range(KEPT + 9)))
    assert len(conversation.earlier) == KEPT and questions(conversation)[0] == "8"


def test_a_follow_up_takes_only_the_last_questions() -> None:
    assert followed(Request("c", after=("a", "b")), NAMES) == ("a", "b", "c")
    assert followed(Request("9", after=tuple("012345678")), NAMES) == tuple("456789")


@pytest.mark.parametrize(
    ("sides", "aspects", "words"),
    [
        (("burn", "linfa"), ("gpu",), "How do Burn and Linfa compare in GPU support?"),
        (("burn", "linfa", "candle"), (), "How do Burn, Linfa and Candle compare?"),
        (("burn", "linfa"), ("gpu", "licence"), "How do Burn and Linfa compare in GPU support and in Licence?"),
        (("linfa",), ("gpu", "licence"), "Linfa: GPU support, Licence?"),
        (("linfa",), (), "Linfa?"),
    ],
)
def test_a_follow_up_is_about_the_sides_that_the_user_set(sides, aspects, words, survey) -> None:
    request = Request(COMPARE, entities=sides, aspects=aspects)
    assert followed(request, NAMES) == (words,)
    understood = survey.understand("and on training?", after=followed(request, NAMES))
    assert set(understood.entities) == set(sides)
    assert set(survey.understand(words).entities) == set(sides)
    assert {asked.aspect.slug for asked in survey.understand(words).aspects} == set(aspects)


def test_without_sides_a_follow_up_is_about_the_question() -> None:
    assert followed(Request(COMPARE, entities=(), aspects=("gpu",)), NAMES) == (COMPARE,)


async def three_asked(app, pilot) -> None:
    """Three answers, as if asked one after another; the third is a follow-up on the second."""
    for given, after in ((listing(), ()), (abstention(), ()), (answer(), (CHEESE,))):
        app.screen.show_answer(Request(given.question, after=after), Shown(given, app.names))
        await until(pilot, lambda given=given: app.screen.query_one(AnswerBody).shown is not None)
        await until(pilot, lambda given=given: current(app).shown.answer is given)
    await until(pilot, lambda: isinstance(app.focused, Cited))


def current(app) -> AnswerBody:
    return app.screen.query_one(AnswerView).body


def rows(app) -> list[str]:
    return [str(head.render()) for head in app.screen.query(Head)]


@pytest.mark.parametrize("size", SIZES)
def test_the_last_question_stands_above_the_answer_and_the_others_above_it(canned_app, size) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        assert rows(app) == [f"▸ {LIST}  Answered in part", f"▸ {CHEESE}  No answer"]
        view = app.screen.query_one(AnswerView)
        await until(pilot, lambda: current(app).region.y - view.region.y <= 2)
        assert f"▸ {CHEESE}" in text_of(app)
        assert all(len(line) <= size[0] for line in text_of(app).split("\n"))
        await pilot.press("up", *["up"] * 4)
        await until(pilot, lambda: app.focused is next(iter(app.screen.query(Head))))
        assert f"▸ {LIST}" in text_of(app)

    play(canned_app(), story, size)


@pytest.mark.parametrize("size", SIZES)
def test_a_row_unfolds_folds_and_leads_back_to_the_answer(canned_app, size) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        await pilot.press("left_square_bracket", "left_square_bracket")
        earlier = next(iter(app.screen.query(Earlier)))
        assert app.focused is earlier.head
        await pilot.press("enter")
        await until(pilot, lambda: "▾" in text_of(app) and len(earlier.query(Cited)) > 2)
        assert "Yes (1): Burn" in text_of(app)
        await pilot.press("down")
        assert app.focused in earlier.query(Cited)
        await pilot.press("M")
        assert LIST in app.clipboard
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        assert app.screen.shown.answer.question == LIST
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, SourceScreen))
        await pilot.press("escape")
        assert app.focused is earlier.head
        await until(pilot, lambda: not earlier.query(AnswerBody) and "▾" not in text_of(app))
        await pilot.press("escape")
        assert app.focused in current(app).query(Cited)
        await until(pilot, lambda: app.screen.query_one(AnswerView).scroll_y > 0 or size[1] > 30)

    play(canned_app(), story, size)


def test_at_most_two_answers_are_built(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        first, second = app.screen.query(Earlier)
        first.unfold()
        await until(pilot, lambda: len(app.screen.query(AnswerBody)) == 2)
        second.unfold()
        await until(pilot, lambda: not first.query(AnswerBody) and len(app.screen.query(AnswerBody)) == 2)
        assert [head.unfolded for head in app.screen.query(Head)] == [False, True]

    play(canned_app(), story)


def test_after_going_back_the_next_question_follows_up_on_that_one(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        await pilot.press("left_square_bracket", "left_square_bracket", "b")
        screen = app.screen
        await until(pilot, lambda: screen.shown.answer.question == LIST and isinstance(app.focused, Cited))
        assert screen.query_one(QuestionInput).value == LIST
        assert screen.query_one(Chips).chips[0].label == "list:"
        assert rows(app) == [f"▸ {CHEESE}  No answer", f"▸ {COMPARE}  Answered in part"]
        await pilot.press("slash")
        await typed(pilot, "and their licence")
        await pilot.press("enter")
        await until(pilot, lambda: screen.shown.answer.question == "and their licence")
        assert screen.request.after == (LIST,)
        await until(pilot, lambda: len(rows(app)) == 3)
        assert rows(app)[-1] == f"▸ {LIST}  Answered in part"
        await pilot.press("left_square_bracket", "left_square_bracket", "b")
        await until(pilot, lambda: screen.shown.answer.question == COMPARE)
        assert screen.request.after == (CHEESE,)

    play(canned_app(), story, (100, 30))


def test_a_key_pressed_twice_goes_back_once(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        last = app.screen.query(Earlier).last()
        last.action_back()
        last.action_back()
        await until(pilot, lambda: app.screen.shown.answer.question == CHEESE)
        await pilot.pause()
        assert questions(app.screen.conversation) == [LIST, COMPARE, CHEESE]

    play(canned_app(), story)


def test_an_earlier_question_is_asked_again(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        app.generation = "another"
        earlier = app.screen.query(Earlier).last()
        app.screen.set_focus(earlier.head)
        await pilot.press("enter")
        await until(pilot, lambda: "has changed since; r asks again" in text_of(app))
        await pilot.press("r")
        await until(pilot, lambda: app.screen.shown.answer.question == CHEESE and not app.screen.shown.answer.abstained)
        assert questions(app.screen.conversation) == [LIST, COMPARE, CHEESE]

    play(canned_app(), story, (120, 30))


def test_the_mouse_alone_unfolds_and_goes_back(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        await pilot.click(app.screen.query(Head).last())
        await until(pilot, lambda: bool(app.screen.query(GoBack)))
        await pilot.pause(0.1)
        await pilot.click(GoBack)
        await until(pilot, lambda: app.screen.shown.answer.question == CHEESE)

    play(canned_app(), story)


def test_an_answer_that_is_marked_anew_leaves_what_is_unfolded_alone(canned_app) -> None:
    async def story(app, pilot) -> None:
        await three_asked(app, pilot)
        earlier = app.screen.query(Earlier).last()
        earlier.unfold()
        await until(pilot, lambda: len(earlier.query(Cited)) > 1)
        line = earlier.query(Cited).first()
        line.focus()
        await pilot.pause()
        before = app.screen.shown
        app.screen._mark(replace(before, older=True))
        await until(
            pilot, lambda: "the index has changed since" in str(current(app).query(".verdict").first().render())
        )
        assert app.focused is line and app.screen.shown.older
        app.screen.query_one(AnswerView).come_back()
        app.screen._mark(before)
        await until(pilot, lambda: not app.screen.shown.older)
        await until(pilot, lambda: app.focused in current(app).query(Cited))

    play(canned_app(), story, (100, 30))


def test_without_colours_all_can_be_told_apart(canned_app, monkeypatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def story(app, pilot) -> None:
        assert any(isinstance(one, Monochrome) for one in app._filters)
        await three_asked(app, pilot)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: f"▌ ▸ {CHEESE}  No answer" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: f"▌ ▾ {CHEESE}  No answer" in text_of(app))

    play(canned_app(), story)
