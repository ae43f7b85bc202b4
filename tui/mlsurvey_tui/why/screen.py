"""Why a passage is a hit: its keywords, its similarity in meaning, and the share of each ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from mlsurvey.errors import MlsurveyError
from mlsurvey.rendering.explanation import terms_of, words_of
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Explanation, Hit
from mlsurvey_tui.places import hit_places

if TYPE_CHECKING:
    from mlsurvey_tui.program import Program

BAR = 20
"""Width of the longest bar in columns."""


class WhyScreen(ModalScreen[None]):
    """The explanation of one hit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "dismiss", "Close", id="why.close"),
        Binding("enter", "open", "Open source", id="why.open"),
    ]

    def __init__(self, query: str, hit: Hit, mode: str) -> None:
        super().__init__()
        self.query_text, self.hit, self.mode = query, hit, mode

    @property
    def program(self) -> Program:
        """The application, with its own type."""
        return cast("Program", self.app)

    def compose(self) -> ComposeResult:
        """Yield the scores, the table of contributing words, and the passage."""
        passage = self.hit.passage
        with VerticalScroll(id="why") as box:
            box.border_title = one_line(f"Why {passage.path}:{passage.line_start}")
            box.border_subtitle = "enter opens it, escape closes"
            yield Static(one_line(f"for “{self.query_text}”"), classes="silent", markup=False)
            yield Static("…", id="sides", markup=False)
            yield DataTable(id="words", cursor_type="none", zebra_stripes=True)
            yield Static(visible(passage.text), classes="passage", markup=False)

    def on_mount(self) -> None:
        """Load the explanation in the background."""
        self.query_one(DataTable).add_columns("side", "word", "adds", "")
        self._explain()

    @work(thread=True)
    def _explain(self) -> None:
        try:
            (explanation,) = self.program.engine().explain(self.query_text, [self.hit], mode=self.mode)
        except MlsurveyError as error:
            self.app.call_from_thread(self.query_one("#sides", Static).update, one_line(str(error)))
            return
        self.app.call_from_thread(self._show, explanation)

    def _show(self, explanation: Explanation) -> None:
        self.query_one("#sides", Static).update("\n".join(sides(explanation)))
        table = self.query_one(DataTable)
        for row in rows(explanation):
            table.add_row(*row)

    def action_open(self) -> None:
        """Open the passage in its document."""
        self.dismiss()
        self.program.open_source(hit_places([self.hit], 0))


def sides(explanation: Explanation) -> list[str]:
    """Return a line for each ranking: its rank, its own score, and its share of the total score."""
    hit, names = explanation.hit, {"keyword": "keywords, BM25", "dense": "meaning, cosine"}
    scores, shares = hit.scores, hit.shares
    lines = [
        f"{names.get(voter, voter)} {scores.get(voter, 0.0):.3f}, rank {rank}, share {shares.get(voter, 0.0):.3f}"
        for voter, rank in hit.ranks.items()
    ]
    if explanation.cosine is not None and "dense" not in hit.ranks:
        lines.append(f"meaning, cosine {explanation.cosine:.3f}, not among the nearest")
    return [*lines, f"together {hit.score:.3f}"]


def rows(explanation: Explanation) -> list[tuple[str, str, str, str]]:
    """Return the words of both rankings with their weight and a bar of that length, heaviest first."""
    terms = [("keywords", one_line(word), weight) for word, weight in terms_of(explanation)]
    words = [("meaning", one_line(word), share) for word, share in words_of(explanation) if any(map(str.isalnum, word))]
    return [
        (side, word, f"{weight:.3f}", _bar(weight, group)) for group in (terms, words) for side, word, weight in group
    ]


def _bar(weight: float, group: list[tuple[str, str, float]]) -> str:
    most = max((abs(w) for _, _, w in group), default=0.0) or 1.0
    return ("█" if weight >= 0 else "░") * round(BAR * abs(weight) / most)
