"""The screen that people spend their time on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Input, OptionList, Static
from textual.worker import get_current_worker

from mlsurvey.errors import Interrupted, MlsurveyError
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Hit
from mlsurvey_tui.answer.lines import Cited
from mlsurvey_tui.answer.view import AnswerView, Shown
from mlsurvey_tui.ask.chips import Adder, Chip, Chips, ChipView
from mlsurvey_tui.ask.hits import Hits
from mlsurvey_tui.ask.picker import Picker
from mlsurvey_tui.ask.question import QuestionInput
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.history.screen import HistoryScreen
from mlsurvey_tui.places import Places, cited_places, hit_places

if TYPE_CHECKING:
    from mlsurvey.answering.understood import Understood
    from mlsurvey_tui.program import Program

LIVE_HITS = 20
WELCOME = """\
Ask which library fits: every line of the answer is a quote that you can open.

    How do Burn and Candle differ in GPU support?
    Which Rust libraries run in the browser?
    Is Brain.js still maintained?

Enter asks · ? or F1 helps · Ctrl+P has every action"""


class AskScreen(Screen[None]):
    """Question above, answer below; between them what was understood."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+l", "question", "Question", id="ask.question"),
        Binding("escape", "back", "Answer", id="ask.back", show=False),
        Binding("r,f5", "again", "Ask again", id="ask.again"),
        Binding("ctrl+r,f3", "history", "History", id="ask.history"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.request: Request | None = None
        self.shown: Shown | None = None

    @property
    def program(self) -> Program:
        """The application, by its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """From the question down to the keys."""
        yield Static("", id="banner", markup=False)
        yield QuestionInput()
        yield Chips(id="chips")
        yield Static("", id="progress", markup=False)
        with ContentSwitcher(initial="welcome", id="main"):
            yield Static(WELCOME, id="welcome", markup=False)
            yield Hits()
            yield AnswerView(id="answer")
        yield Footer()

    def on_mount(self) -> None:
        """The first frame stands; now the rest is opened."""
        self.query_one(QuestionInput).remember(self.program.history.questions())
        self.query_one(AnswerView).cards = self.program.preferences.cards
        self._open()

    @work(thread=True, group="open")
    def _open(self) -> None:
        """Open the index behind the first frame, and warm the question encoder."""
        try:
            engine = self.program.engine()
            names = [entity.name for entity in engine.entities()]
            aspects = list(engine.aspects().values())
            self.app.call_from_thread(self.query_one(QuestionInput).know, [*names, *aspects])
            self.app.call_from_thread(self.program.look_at_index)
            engine.search("warm", limit=1)
        except MlsurveyError as error:
            self.app.call_from_thread(self._fail, str(error))

    # Typing

    @on(Input.Changed, "#question")
    def _typed(self, event: Input.Changed) -> None:
        if self.request is not None and event.value == self.request.question:
            return
        if event.value.strip():
            self._live(event.value)
        elif self.shown is not None:
            self._switch("answer")

    @work(thread=True, exclusive=True, group="live")
    def _live(self, typed: str) -> None:
        """Keyword hits: no model is needed for them."""
        worker = get_current_worker()
        try:
            found = self.program.engine().search(typed, limit=LIVE_HITS, mode="keyword")
        except MlsurveyError:
            return  # said when the question is asked; while typing it would only flicker
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_hits, typed, found.hits)

    def _show_hits(self, typed: str, hits: Sequence[Hit]) -> None:
        if self.query_one(QuestionInput).value == typed:
            self.query_one(Hits).show_hits(typed, hits)
            self._switch("hits")

    @on(OptionList.OptionSelected, "#hits")
    def _open_hit(self, event: OptionList.OptionSelected) -> None:
        hits = self.query_one(Hits)
        self.program.open_source(hit_places(hits.hits, event.option_index))

    def action_explain(self) -> None:
        """Tell why the highlighted passage was found."""
        hits = self.query_one(Hits)
        if hits.current is not None:
            self.program.explain(hits.query_text, hits.current, "keyword")

    # Asking

    @on(Input.Submitted, "#question")
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.ask(Request(event.value.strip()))

    def ask(self, request: Request) -> None:
        """Ask; a question that is still being answered is given up."""
        self.request = request
        self.workers.cancel_group(self, "live")
        self._progress("reading the question …")
        self._answer(request)

    @work(thread=True, exclusive=True, group="ask")
    def _answer(self, request: Request) -> None:
        from mlsurvey.answering.parts import Passages
        from mlsurvey.answering.understood import Understood

        worker, engine = get_current_worker(), self.program.engine
        try:
            if request.is_given:
                self._finish(request, self._compared(request))
                return
            filters = request.effective_filters
            for part in engine().parts(request.question, filters=filters, cancelled=lambda: worker.is_cancelled):
                if isinstance(part, Understood):
                    self.app.call_from_thread(self._understood, request, part)
                elif isinstance(part, Passages):
                    self.app.call_from_thread(self._progress, f"{part.read} passages read …")
                elif isinstance(part, Answer):
                    self._finish(request, part)
        except Interrupted:
            return
        except MlsurveyError as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._fail, str(error))

    def _compared(self, request: Request) -> Answer:
        worker = get_current_worker()
        return self.program.engine().compare(
            request.entities or (),
            request.aspects or (),
            question=request.question,
            filters=request.filters,
            cancelled=lambda: worker.is_cancelled,
        )

    def _finish(self, request: Request, answer: Answer) -> None:
        """In the worker: everything that takes time; then the screen."""
        shown = self.program.shown(answer)
        if not get_current_worker().is_cancelled:
            self.program.history.add(answer)
            self.app.call_from_thread(self.show_answer, request, shown)

    def show_answer(self, request: Request, shown: Shown) -> None:
        """Put an answer on the screen, a new one or one of the history."""
        self.request, self.shown = request, shown
        question = self.query_one(QuestionInput)
        with question.prevent(Input.Changed):
            question.value = request.question
        question.remember(self.program.history.questions())
        self.query_one(AnswerView).shown = shown
        self._show_chips(request, shown)
        total = shown.answer.timings_ms.get("total", 0.0)
        self._progress(f"{len(shown.answer.citations)} quotes · {total:.0f} ms · index {shown.answer.index}")
        self._switch("answer")
        self.query_one(AnswerView).focus()

    def _fail(self, message: str) -> None:
        self._progress("")
        self.notify(one_line(message), title="Not answered", severity="error", timeout=12, markup=False)

    def _progress(self, text: str) -> None:
        self.query_one("#progress", Static).update(one_line(text))

    # What was understood

    def _understood(self, request: Request, understood: Understood) -> None:
        chips = [Chip("note", "", f"{understood.kind.value}:")]
        chips += [Chip("entity", slug, self.program.names.entity(slug)) for slug in understood.entities]
        chips += [Chip("language", slug, slug) for slug in understood.languages]
        chips += [Chip("aspect", asked.aspect.slug, asked.aspect.name) for asked in understood.aspects]
        chips += [Chip("note", "", f"not known: {name}") for name in understood.unknown]
        self.query_one(Chips).chips = tuple(chips)

    def _show_chips(self, request: Request, shown: Shown) -> None:
        answer, names = shown.answer, shown.names
        sides = request.entities if request.entities is not None else answer.entities
        if answer.kind.value in ("list", "recommend") and request.entities is None:
            sides = ()
        chips = [Chip("note", "", f"{answer.kind.value}:")]
        chips += [Chip("entity", slug, names.entity(slug)) for slug in sides]
        chips += [Chip("aspect", slug, names.aspect(slug)) for slug in answer.aspects]
        self.query_one(Chips).chips = tuple(chips)

    @on(ChipView.Dropped)
    def _drop(self, event: ChipView.Dropped) -> None:
        kept = tuple(c for c in self.query_one(Chips).chips if c != event.chip)
        self._edit(kept)

    @on(Adder.Asked)
    def _add(self, event: Adder.Asked) -> None:
        names = self.program.names
        known = names.entities if event.part == "entity" else names.aspects
        present = {chip.slug for chip in self.query_one(Chips).chips if chip.part == event.part}
        choices = sorted(((s, n) for s, n in known.items() if s not in present), key=lambda pair: pair[1].casefold())
        title = "Add a library" if event.part == "entity" else "Add an aspect"

        def added(slug: str | None) -> None:
            if slug is not None:
                self._edit((*self.query_one(Chips).chips, Chip(event.part, slug, known[slug])))

        self.app.push_screen(Picker(title, choices), added)

    def _edit(self, chips: Sequence[Chip]) -> None:
        """Ask again with what the chips say."""
        self.query_one(Chips).chips = tuple(chips)
        if self.request is not None:
            entities = tuple(chip.slug for chip in chips if chip.part == "entity")
            aspects = tuple(chip.slug for chip in chips if chip.part == "aspect")
            known = tuple(slug for slug in aspects if slug in self.program.names.aspects)
            self.ask(replace(self.request, entities=entities, aspects=known))

    # Moving

    @on(Cited.Opened)
    def _cited(self, event: Cited.Opened) -> None:
        if self.shown is not None:
            listed = self.shown.answer.nearest if event.nearest else self.shown.answer.citations
            self.open_places(cited_places(listed, event.number))

    def open_places(self, places: Places) -> None:
        """Show the source of a quote."""
        self.program.open_source(places)

    def action_question(self) -> None:
        """Go to the question."""
        self.query_one(QuestionInput).focus()

    def action_back(self) -> None:
        """From typing back to the answer; the question says again what was asked."""
        if self.shown is not None and self.request is not None:
            self.query_one(QuestionInput).value = self.request.question
            self._switch("answer")
            self.query_one(AnswerView).focus()

    def action_again(self) -> None:
        """Ask the same again, over the index as it is now."""
        if self.request is not None:
            self.ask(self.request)

    def action_history(self) -> None:
        """Go to the questions of before."""
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
        """Show an answer as it was, with what is stale of it by now."""
        try:
            shown = self.program.shown(answer, older=answer.index != self.program.generation)
        except MlsurveyError as error:
            self.app.call_from_thread(self._fail, str(error))
            return
        self.app.call_from_thread(self.show_answer, request, shown)

    def _switch(self, name: str) -> None:
        self.query_one("#main", ContentSwitcher).current = name
