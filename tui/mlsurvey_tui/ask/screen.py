"""The main screen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Input, OptionList, Static
from textual.worker import get_current_worker

from mlsurvey.errors import Interrupted, MlsurveyError, NoIndexError
from mlsurvey.rendering.plain import one_line
from mlsurvey.retrieval.quoted import unquoted
from mlsurvey.types import Answer
from mlsurvey_tui.answer.earlier import Earlier
from mlsurvey_tui.answer.view import AnswerView
from mlsurvey_tui.ask.chips import Chip, Chips, answer_chips
from mlsurvey_tui.ask.conversation import Conversation, Turn, followed
from mlsurvey_tui.ask.hits import Hits
from mlsurvey_tui.ask.notice import Examples, Notice
from mlsurvey_tui.ask.question import QuestionInput
from mlsurvey_tui.ask.receiving import Receiving
from mlsurvey_tui.ask.request import Request, stated
from mlsurvey_tui.banner import Banner
from mlsurvey_tui.export.screen import ExportScreen
from mlsurvey_tui.history.screen import HistoryScreen
from mlsurvey_tui.places import hit_places
from mlsurvey_tui.shown import Shown

if TYPE_CHECKING:
    from mlsurvey.survey import Results
    from mlsurvey_tui.program import Program

LIVE_HITS = 20


class AskScreen(Screen[None]):
    """The question at the top, the chips below it, and the answer at the bottom."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+l", "question", "Ask", id="ask.question"),
        Binding("escape", "back", "Answer", id="ask.back", show=False),
        Binding("r,f5", "again", "Ask again", id="ask.again", show=False),
        Binding("x,ctrl+s", "export", "Save", id="ask.export"),
        Binding("ctrl+r,f3", "history", "History", id="ask.history"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.request: Request | None = None
        self.conversation = Conversation()

    @property
    def shown(self) -> Shown | None:
        """The current answer."""
        return self.conversation.current.shown if self.conversation.current else None

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the widgets from the banner to the footer."""
        yield Banner()
        yield QuestionInput()
        yield Chips(id="chips")
        yield Static("", id="progress", markup=False)
        with ContentSwitcher(initial="notice", id="main"):
            yield Notice()
            yield Hits()
            yield AnswerView()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Fill in the saved state and open the engine after the first frame."""
        self.query_one(QuestionInput).remember(self.program.history.questions())
        self.query_one(AnswerView).cards = self.program.preferences.cards
        self.query_one(Notice).welcome(())
        self.watch(self.program, "generation", self._index_changed)
        self._open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enable asking again after a question, saving with an answer, and the question key outside the input."""
        if action in ("again", "export"):
            return self.request is not None if action == "again" else self.shown is not None
        return action != "question" or not isinstance(self.focused, QuestionInput)

    @work(thread=True, group="open")
    def _open(self) -> None:
        """Open the index after the first frame, and warm up the question encoder."""
        try:
            self.program.engine().search("warm", limit=1)
        except MlsurveyError as error:
            self.app.call_from_thread(self._fail, error)
        self.app.call_from_thread(self.program.look_at_index)

    def _index_changed(self) -> None:
        """Update the names to complete, and check the current answer for staleness."""
        if self.program.generation is None:
            return
        names = self.program.names
        self.query_one(QuestionInput).know([*names.entities.values(), *names.aspects.values()])
        if self.query_one("#main", ContentSwitcher).current == "notice" and self.shown is None:
            self.query_one(Notice).welcome(self.program.examples)
        if self.shown is not None and self.program.is_older(self.shown.answer):
            self._look_again(self.shown.answer)

    @work(thread=True, exclusive=True, group="again")
    def _look_again(self, answer: Answer) -> None:
        """Mark stale citations in the current answer, without disturbing the user's typing."""
        with suppress(MlsurveyError):
            shown = self.program.shown(answer)
            self.app.call_from_thread(self._mark, shown)

    def _mark(self, shown: Shown) -> None:
        if self.shown is not None and self.shown.answer is shown.answer:
            self.conversation = self.conversation.marked(shown)
            self.query_one(AnswerView).mark(shown)

    # Typing

    @on(Input.Changed, "#question")
    def _typed(self, event: Input.Changed) -> None:
        if self.request is not None and event.value == self.request.question:
            return
        if event.value.strip():
            self._live(event.value, self.query_one(QuestionInput).searched)
        else:
            self._switch("answer" if self.shown is not None else "notice")

    @work(thread=True, exclusive=True, group="live")
    def _live(self, typed: str, words: str) -> None:
        """Show keyword hits, which need no model."""
        worker = get_current_worker()
        try:
            found = self.program.engine().search(unquoted(words), limit=LIVE_HITS, mode="keyword")
        except MlsurveyError:
            return  # reported when the question is asked; while typing it would only flicker
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_hits, typed, words, found)

    def _show_hits(self, typed: str, words: str, found: Results) -> None:
        if self.query_one(QuestionInput).value == typed:
            self.query_one(Hits).show_hits(words, found)
            self._switch("hits")

    @on(OptionList.OptionSelected, "#hits")
    def _open_hit(self, event: OptionList.OptionSelected) -> None:
        hits = self.query_one(Hits)
        self.program.open_source(hit_places(hits.hits, event.option_index))

    def action_explain(self) -> None:
        """Show why the highlighted passage was found."""
        hits = self.query_one(Hits)
        if hits.current is not None:
            self.program.explain(hits.query_text, hits.current, "keyword")

    @on(Examples.OptionSelected, "#examples")
    def _ask_example(self, event: Examples.OptionSelected) -> None:
        self.ask(Request(self.program.examples[event.option_index].question))

    # Asking

    @on(Input.Submitted, "#question")
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.ask(Request(event.value.strip(), after=self._earlier))

    @property
    def _earlier(self) -> tuple[str, ...]:
        """Conversation up to the current answer, as context for the next typed question."""
        if self.request is None or self.shown is None:
            return ()
        return followed(self.request, self.program.names)

    def ask(self, request: Request) -> None:
        """Ask a question; one still being answered is cancelled."""
        self.request = request
        self.query_one(QuestionInput).settle(request.question)
        self.workers.cancel_group(self, "live")
        self.tell("reading the question …")
        self._answer(request)

    @work(thread=True, exclusive=True, group="ask")
    def _answer(self, request: Request) -> None:
        worker = get_current_worker()
        try:
            if request.is_given:
                self.finish(Turn(request, self.program.shown(self._compared(request))))
            else:
                Receiving(self, request, lambda: worker.is_cancelled).run()
        except Interrupted:
            return
        except MlsurveyError as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._fail, error)

    def _compared(self, request: Request) -> Answer:
        worker = get_current_worker()
        return self.program.engine().compare(
            request.entities or (),
            request.aspects or (),
            question=request.question,
            filters=request.filters,
            cancelled=lambda: worker.is_cancelled,
        )

    def finish(self, turn: Turn, *, has_begun: bool = False) -> None:
        """Save an answer in the history and show it; called by the worker.

        Args:
            turn: the question and its answer.
            has_begun: whether the answer is shown already, but for the end of its summary.
        """
        if not get_current_worker().is_cancelled:
            self.save(turn.shown.answer)
            if has_begun:
                self.app.call_from_thread(self.improve, turn, turn.shown.status_row)
            else:
                self.app.call_from_thread(self.show_turn, turn)

    def save(self, answer: Answer) -> None:
        """Save an answer in the history; called by the worker. One that cannot be saved can still be shown."""
        try:
            self.program.history.add(answer)
        except MlsurveyError as error:
            self.app.call_from_thread(self.program.fail, str(error), "Not saved in the history")

    def show_answer(self, request: Request, shown: Shown) -> None:
        """Show an answer from the history; the one before becomes a row above it."""
        self.show_turn(Turn(request, shown))

    def show_turn(self, turn: Turn, row: str | None = None) -> None:
        """Show a new answer, by default with its status row."""
        self._turn_to(self.conversation.with_turn(turn), row)

    def improve(self, turn: Turn, row: str) -> None:
        """Show more of the summary of the current answer, and leave the focus where it is."""
        current = self.conversation.current
        if current is not None and current.request is turn.request:
            self.conversation = self.conversation.marked(turn.shown)
            self.query_one(AnswerView).mark(turn.shown)
            self.tell(row)

    def _turn_to(self, conversation: Conversation, row: str | None = None) -> None:
        """Show the current turn of a conversation and its earlier ones."""
        turn = conversation.current
        assert turn is not None
        request, shown = turn.request, turn.shown
        self.conversation, self.request = conversation, request
        question = self.query_one(QuestionInput)
        question.settle(request.question)
        question.remember(self.program.history.questions())
        view = self.query_one(AnswerView)
        view.is_awaited = self.focused is None or self.query_one(Chips) not in self.focused.ancestors
        view.show([one.shown for one in conversation.earlier], shown)
        self.show_chips(answer_chips(request, shown.answer, shown.names, turn.conditions))
        self.tell(shown.status_row if row is None else row)
        self._switch("answer")
        self.refresh_bindings()

    def _fail(self, error: MlsurveyError) -> None:
        self.tell("")
        notice = self.query_one(Notice)
        if isinstance(error, NoIndexError):
            self._tell_empty()
        else:
            notice.problem("Not answered", str(error))
        self._switch("notice")

    @work(thread=True, group="empty", exclusive=True)
    def _tell_empty(self) -> None:
        try:
            state = self.program.engine().status()
        except MlsurveyError as error:
            self.app.call_from_thread(self.query_one(Notice).problem, "No index", str(error))
            return
        self.app.call_from_thread(self.query_one(Notice).empty, state.corpus, state.corpus_documents)

    def tell(self, text: str) -> None:
        """Show a row below the question."""
        self.query_one("#progress", Static).update(one_line(text))

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show how the question was understood."""
        self.query_one(Chips).chips = chips

    @on(Chips.Edited)
    def _edited(self, event: Chips.Edited) -> None:
        """Ask again with the edited chips."""
        if self.request is None:
            return
        if self.shown is not None and self.shown.answer.carried and not event.has("after"):
            self.ask(replace(self.request, after=()))
            return
        aspects = tuple(slug for slug in event.slugs("aspect") if slug in self.program.names.aspects)
        filters = replace(self.request.filters, languages=event.slugs("language"))
        edited = replace(self.request, entities=event.slugs("entity"), aspects=aspects, filters=filters)
        if edited.is_given and not event.has("aspect"):  # else the words of the question would bring its aspects back
            edited = replace(edited, question=stated(edited, self.program.names))
        self.ask(edited)

    # Moving

    @on(Earlier.Back)
    def _go_back(self, event: Earlier.Back) -> None:
        """Make an earlier turn the current one; a question still being answered is cancelled."""
        if self._turn_back(event.shown):  # a second key may come before the row is gone
            self._look_again(event.shown.answer)

    def _turn_back(self, shown: Shown | None) -> bool:
        """Make an earlier turn the current one; returns whether the answer is that of one."""
        place = self.conversation.place(shown)
        if place is not None:
            self.workers.cancel_group(self, "ask")
            self._turn_to(self.conversation.back(place))
        return place is not None

    def action_question(self) -> None:
        """Focus the question; one already asked is selected, so that typing replaces it."""
        question = self.query_one(QuestionInput)
        question.focus()
        if self.request is not None and question.value == self.request.question:
            question.select_all()

    def action_back(self) -> None:
        """Return from typing to the answer, and restore the question that was asked."""
        if self.shown is not None and self.request is not None:
            self.query_one(QuestionInput).settle(self.request.question)
            self._switch("answer")
            self.query_one(AnswerView).come_back()

    def action_again(self) -> None:
        """Ask the question with the focus, the current or an earlier one, again over the current index."""
        self._turn_back(self.query_one(AnswerView).pointed)
        if self.request is not None:
            self.ask(self.request)

    def action_export(self) -> None:
        """Write the answer with the focus to a file."""
        pointed = self.query_one(AnswerView).pointed
        if pointed is not None:
            self.app.push_screen(ExportScreen(pointed))

    def action_history(self) -> None:
        """Open the previous questions."""
        self.app.push_screen(HistoryScreen(), self._from_history)

    def _from_history(self, chosen: tuple[Answer, bool] | None) -> None:
        if chosen is None:
            return
        answer, again = chosen
        request = Request(answer.question)
        if again:
            self.ask(request)
        else:
            self._reopen(request, answer)

    @work(thread=True, exclusive=True, group="ask")
    def _reopen(self, request: Request, answer: Answer) -> None:
        """Show a stored answer, with its stale citations marked."""
        try:
            shown = self.program.shown(answer)
        except MlsurveyError:
            shown = Shown(answer, self.program.names, older=True)  # without an index it can still be shown
        self.app.call_from_thread(self.show_answer, request, shown)

    def _switch(self, name: str) -> None:
        self.query_one("#main", ContentSwitcher).current = name
