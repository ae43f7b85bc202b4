from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import ContentSwitcher, Static

from mlsurvey.errors import NotFoundError
from mlsurvey.settings import Settings
from mlsurvey_tui.answer.body import Row
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.view import AnswerView
from mlsurvey_tui.ask.chips import Chips, ChipView
from mlsurvey_tui.ask.hits import Hits
from mlsurvey_tui.ask.notice import Examples
from mlsurvey_tui.ask.picker import Picker
from mlsurvey_tui.ask.question import QuestionInput, completed, searched
from mlsurvey_tui.ask.request import Request, command, curl
from mlsurvey_tui.ask.screen import AskScreen
from mlsurvey_tui.local import LocalEngine
from mlsurvey_tui.source.screen import SourceScreen
from mlsurvey_tui.why.finding import cited_hit
from mlsurvey_tui.why.screen import WhyScreen

from .conftest import asked, play, text_of, typed, until

COMPARE = "How do Burn and Candle differ in GPU support?"
NAMES = ("Burn", "Burn-import", "Candle", "GPU support")


def test_a_question_to_begin_with_is_asked_by_keys(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await until(pilot, lambda: bool(app.examples))
        await pilot.press("down")
        await until(pilot, lambda: isinstance(app.focused, Examples))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.shown is not None)
        assert app.screen.shown.answer.question == app.examples[0].question

    play(make_app(indexed), story)


def test_buttons_to_add_stay_in_sight_beside_many_chips(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, "How do Burn, Candle, Gorgonia and Linfa differ in GPU support and licence?")
        await until(pilot, lambda: len(app.screen.query("Chips Adder")) == 2)
        await pilot.pause(0.1)
        assert "+ library   + aspect" in text_of(app).split("\n")[2]

    play(make_app(indexed), story, (60, 20))


def test_a_question_typed_and_entered_is_answered_and_kept(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await typed(pilot, COMPARE)
        await until(pilot, lambda: app.screen.query_one(ContentSwitcher).current == "hits")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.shown is not None)
        await until(pilot, lambda: isinstance(app.focused, Cited))
        shown = text_of(app)
        assert "Burn" in shown and "Candle" in shown and "CUDA" in shown
        assert [chip.label for chip in app.screen.query_one(Chips).chips] == [
            "compare:",
            "Burn",
            "Candle",
            "GPU support",
        ]
        assert app.history.questions() == [COMPARE]

    play(make_app(indexed), story)


def test_what_members_must_be_stays_in_sight_and_cannot_be_removed(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, "Which native Rust libraries support CUDA?")
        chips = app.screen.query_one(Chips)
        assert [chip.label for chip in chips.chips if chip.part == "condition"] == ["Rust", "native"]
        assert not any(view.chip.part == "condition" for view in chips.query(ChipView))

    play(make_app(indexed), story)


def test_statements_of_a_cell_stand_apart(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        for row in app.screen.query(Row):
            for cell in row.query(".cell"):
                best, *others = cell.query(Cited)
                assert best.styles.margin.top == 0 and best.styles.text_style.bold
                assert all(line.styles.margin.top == 1 and not line.styles.text_style.bold for line in others)

    play(make_app(indexed), story)


def test_a_short_screen_gives_its_rows_to_the_answer(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        assert app.screen.query_one(QuestionInput).size.height == 1
        await asked(app, pilot, COMPARE)
        assert app.screen.query_one(AnswerView).size.height >= 19
        await pilot.resize_terminal(140, 45)
        await until(pilot, lambda: app.screen.query_one(QuestionInput).outer_size.height == 3)

    play(make_app(indexed), story)


def test_hits_come_while_typing_and_open_and_explain_themselves(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await typed(pilot, "webgp")
        hits = app.screen.query_one(Hits)
        await until(pilot, lambda: app.screen.query_one(QuestionInput).value == "webgp")
        await typed(pilot, "u")
        await until(pilot, lambda: bool(hits.hits) and hits.query_text.startswith("webgpu"))
        assert hits.hits[0].passage.path == "rust/burn.md"
        await pilot.press("tab")
        assert app.focused is hits
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyScreen))
        await until(pilot, lambda: "BM25" in str(app.screen.query_one("#sides", Static).content))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        assert app.screen.document.path == "rust/burn.md"

    play(make_app(indexed), story)


def test_a_new_question_gives_the_old_one_up(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        from mlsurvey_tui.ask.request import Request

        for number in range(8):
            app.screen.ask(Request(f"Is Linfa maintained {number}?"))
        await asked(app, pilot, COMPARE)
        assert app.screen.shown.answer.question == COMPARE
        assert app.history.questions()[0] == COMPARE

    play(make_app(indexed), story)


def test_chips_are_taken_away_and_added(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        chips = app.screen.query_one(Chips)
        next(iter(chips.query(ChipView))).focus()
        await pilot.press("x")
        await until(pilot, lambda: app.screen.request.entities == ("candle",))
        await until(pilot, lambda: not app.workers._workers or app.screen.shown.answer.entities == ("candle",))
        chips.query("Adder").first().focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Picker))
        await typed(pilot, "burn")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        await until(pilot, lambda: app.screen.shown.answer.entities == ("candle", "burn"))

    play(make_app(indexed), story)


def test_the_only_aspect_stays_away_once_it_is_taken_away(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        app.screen.query(ChipView).last().focus()
        await pilot.press("x")
        await until(pilot, lambda: app.screen.shown.answer.question == "How do Burn and Candle compare?")
        assert len(app.screen.shown.answer.aspects) != 1

    play(make_app(indexed), story)


def test_an_abstention_shows_its_reason_and_the_nearest_passages(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, "Which cheese goes with Burn?")
        assert app.screen.shown.answer.abstained
        shown = text_of(app)
        assert "No answer" in shown
        if app.screen.shown.answer.nearest:
            assert "Nearest passages" in shown

    play(make_app(indexed), story)


def test_quotes_are_copied_with_and_without_their_source(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await until(pilot, lambda: isinstance(app.focused, Cited))
        number = app.focused.numbers[0]
        quote = app.screen.shown.citation(number).quote
        await pilot.press("y")
        assert app.clipboard == quote
        await pilot.press("Y")
        assert app.clipboard.startswith(f"“{quote}”\n— Burn") and "rust/burn.md:" in app.clipboard
        await pilot.press("M")
        assert "| **GPU support** |" in app.clipboard

    play(make_app(indexed), story)


def test_arrows_go_from_cell_to_cell(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        view = app.screen.query_one(AnswerView)
        await pilot.press("g")
        first = app.focused
        await pilot.press("l")
        assert app.focused is not first and app.focused.region.y == first.region.y
        await pilot.press("h")
        assert app.focused is first
        await pilot.press("G")
        assert app.focused is list(view.query(Cited))[-1]

    play(make_app(indexed), story, (120, 40))


def test_up_and_down_bring_back_earlier_questions(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await asked(app, pilot, "Is Linfa maintained?")
        await pilot.press("slash")
        line = app.screen.query_one(QuestionInput)
        line.value = "a draft"
        await pilot.press("up")
        assert line.value == "Is Linfa maintained?"
        await pilot.press("up")
        assert line.value == COMPARE
        await pilot.press("down", "down")
        assert line.value == "a draft"

    play(make_app(indexed), story)


def test_tab_takes_a_name_once_and_then_leaves(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await until(pilot, lambda: app.generation is not None)
        await pilot.pause(0.1)
        line = app.screen.query_one(QuestionInput)
        await typed(pilot, "Compare Cand")
        await until(pilot, lambda: line._suggestion == "Compare Candle")
        await pilot.press("tab")
        assert (line.value, app.focused) == ("Compare Candle", line)
        await pilot.press("tab")
        assert app.focused is not line

    play(make_app(indexed), story)


def test_a_question_of_any_length_is_answered_or_refused_in_words(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, ("Does Burn support CUDA? " * 500)[:10_000].strip())
        app.screen.ask(Request("x" * 30_000))
        await until(pilot, lambda: app.screen.query_one(ContentSwitcher).current == "notice")
        assert "Not answered" in text_of(app)

    play(make_app(indexed), story)


def test_no_screen_shows_a_control_character_of_a_document(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, "Does Linfa support GPUs?")
        pictures = [text_of(app)]
        from mlsurvey_tui.places import document_place

        app.open_source(document_place("hostile.md"))
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        await pilot.pause(0.2)
        pictures.append(text_of(app))
        await pilot.press("s")
        await pilot.pause(0.2)
        pictures.append(text_of(app))
        assert not [letter for letter in "\x1b\x07\u202e" for picture in pictures if letter in picture]
        assert any("\\x1b" in picture for picture in pictures)

    play(make_app(indexed), story)


def test_the_palette_has_every_action_of_the_screen(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert {"Save", "History", "Docs", "Copy as command", "Copy as curl", "Cards", "Theme"} <= titles

    play(make_app(indexed), story)


def test_without_an_index_it_says_what_makes_one(make_app, tmp_path) -> None:
    class Home:
        corpus, index = tmp_path / "corpus", tmp_path / "index"

    Home.corpus.mkdir()
    (Home.corpus / "a.md").write_text("# A\n", "utf-8")

    async def story(app, pilot) -> None:
        await until(pilot, lambda: "There is no index yet" in text_of(app))
        assert "documents to index" in text_of(app) and "F6" in text_of(app)
        assert app.about == "no index yet"
        await pilot.press("f4")
        await until(pilot, lambda: "F6 builds it" in text_of(app))

    play(make_app(Home), story)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bur", "burn"),
        ("I like can", "I like candle"),
        ("b", None),
        ("Burn", "Burn-import"),
        ("gpu s", None),
        ("", None),
    ],
)
def test_the_last_word_is_completed(value, expected) -> None:
    assert completed(value, NAMES) == expected


def test_a_word_that_is_not_finished_is_looked_for_as_what_it_may_become() -> None:
    assert searched("webgpu on cand", NAMES) == "webgpu on cand candle"
    assert searched("webgpu on", NAMES) == "webgpu on"
    assert searched("", NAMES) == ""


def test_a_hit_whose_file_is_gone_is_marked(make_app, home) -> None:
    (home.corpus / "rust" / "burn.md").unlink()

    async def story(app, pilot) -> None:
        await typed(pilot, "webgpu")
        hits = app.screen.query_one(Hits)
        await until(pilot, lambda: bool(hits.hits) and hits.option_count > 0)
        assert hits.hits[0].passage.path == "rust/burn.md"
        assert "(source is no longer there)" in str(hits.get_option_at_index(0).prompt)

    play(make_app(home), story, (120, 30))


def test_a_citation_of_an_answer_is_explained(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await until(pilot, lambda: isinstance(app.focused, Cited))
        cited = app.screen.shown.citation(app.focused.numbers[0])
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyScreen))
        passage = app.screen.hit.passage
        assert passage.path == cited.document and cited.quote in passage.text
        await until(pilot, lambda: "together" in str(app.screen.query_one("#sides", Static).content))
        assert COMPARE in " ".join(text_of(app).split()).replace("│ ", "").replace(" │", "")
        await pilot.press("escape")
        assert isinstance(app.focused, Cited)

    play(make_app(indexed), story, (120, 40))


def test_a_passage_that_the_question_does_not_find_is_told(indexed) -> None:
    with LocalEngine(Settings(corpus=indexed.corpus, index=indexed.index)) as engine:
        cited = engine.ask(COMPARE).citations[0]
        assert cited_hit(engine, COMPARE, cited).passage.path == cited.document
        with pytest.raises(NotFoundError, match="index has changed"):
            cited_hit(engine, COMPARE, replace(cited, start=9_000, end=9_009))
        with pytest.raises(NotFoundError):
            cited_hit(engine, COMPARE, replace(cited, document="rust/[a-z]*.md"))


def test_a_question_may_follow_the_one_before_and_be_taken_out_of_the_conversation(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        screen = app.screen
        await pilot.press("slash")
        await typed(pilot, "and what about its licence")
        assert screen.query_one(QuestionInput).value == "and what about its licence"
        await pilot.press("enter")
        await until(pilot, lambda: screen.shown.answer.question != COMPARE)
        assert screen.request.after == (COMPARE,)
        assert screen.shown.answer.entities == ("burn", "candle")
        assert screen.query_one(Chips).chips[0].label == "follows the previous question"
        assert "Taken from the previous question" in text_of(app)
        first = screen.query(ChipView).first()
        first.focus()
        await pilot.press("x")
        await until(pilot, lambda: screen.shown.answer.carried == ())
        assert screen.request.after == ()

    play(make_app(indexed), story, (120, 40))


def test_whoever_goes_to_the_question_while_the_answer_is_marked_anew_stays_there(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        view = app.screen.query_one(AnswerView)
        app.screen.set_focus(view)  # as while its lines are rebuilt
        await until(pilot, lambda: view.has_focus)
        app.screen.action_question()
        view._enter_again()  # runs before the key has moved the focus
        await pilot.pause()
        assert isinstance(app.focused, QuestionInput)

    play(make_app(indexed), story, (120, 40))


def test_a_follow_up_can_be_asked_elsewhere() -> None:
    request = Request("and licences?", after=("Burn or Candle?",))
    assert "--after 'Burn or Candle?'" in command(request)
    assert '"after": ["Burn or Candle?"]' in curl(request)
