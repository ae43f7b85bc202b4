"""How a question was understood, as chips; those that change the answer can be removed and added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, HorizontalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from mlsurvey.parsed import Condition
from mlsurvey.rendering.examples import language_name
from mlsurvey.rendering.layout import Names
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer
from mlsurvey_tui.ask.picker import Picker
from mlsurvey_tui.ask.request import Request

if TYPE_CHECKING:
    from mlsurvey.answering.understood import Understood
    from mlsurvey_tui.program import Program

Part = Literal["entity", "aspect", "language", "after", "condition", "note"]


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of how the question was understood."""

    part: Part
    slug: str
    label: str


def understood_chips(understood: Understood, names: Names) -> tuple[Chip, ...]:
    """Return the chips for a question as understood."""
    chips = [*_following(understood.carried), Chip("note", "", f"{understood.kind.value}:")]
    chips += [Chip("entity", slug, names.entity(slug)) for slug in understood.entities]
    chips += condition_chips(understood.conditions)
    chips += [Chip("aspect", asked.aspect.slug, asked.aspect.name) for asked in understood.aspects]
    chips += [Chip("note", "", f"unknown: {name}") for name in understood.unknown]
    return tuple(chips)


def condition_chips(conditions: Iterable[Condition]) -> tuple[Chip, ...]:
    """Return what the members of a set must be; such chips only inform, as the question itself says it."""
    return tuple(
        Chip("condition", c.field, f"{'not ' if c.negated else ''}{' or '.join(_named(c))}") for c in conditions
    )


def _named(condition: Condition) -> Iterable[str]:
    return map(language_name, condition.values) if condition.field == "language" else condition.values


def answer_chips(
    request: Request, answer: Answer, names: Names, conditions: Sequence[Condition] = ()
) -> tuple[Chip, ...]:
    """Return the chips for an answer: the sides set by the user, else those of the answer.

    Args:
        request: the question with the user's changes.
        answer: its answer.
        names: names for the slugs.
        conditions: what the members of a set must be, if the question was parsed for this answer.
    """
    sides = request.entities if request.entities is not None else answer.entities
    if answer.kind.value in ("list", "recommend") and request.entities is None:
        sides = ()  # the members of a class, not the sides asked about
    following = _following(answer.carried) if request.entities is None else ()
    chips = [*following, Chip("note", "", f"{answer.kind.value}:")]
    chips += [Chip("entity", slug, names.entity(slug)) for slug in sides]
    chips += condition_chips(conditions)
    chips += [Chip("language", slug, language_name(slug)) for slug in request.filters.languages]
    chips += [Chip("aspect", slug, names.aspect(slug)) for slug in answer.aspects]
    return tuple(chips)


def _following(carried: Sequence[str]) -> tuple[Chip, ...]:
    """Return a chip that detaches the question from the conversation, if it depends on it."""
    return (Chip("after", "", "follows the previous question"),) if carried else ()


class ChipView(Static, can_focus=True):
    """One chip. Delete, x or a click removes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete,backspace,enter", "drop", "Remove", id="chips.drop"),
        Binding("right,l", "app.focus_next", "Next", show=False, id="chips.next"),
        Binding("left,h", "app.focus_previous", "Previous", show=False, id="chips.previous"),
    ]
    HELP = """
    ## What was understood

    Each chip is a library, an aspect or a filter. `x` removes it, `+` adds one; the answer is updated at once.
    A question may follow up on earlier ones ("and on licences?"); a chip shows this; remove it to ask alone.
    """

    class Dropped(Message):
        """Request to remove a chip."""

        def __init__(self, chip: Chip) -> None:
            self.chip = chip
            super().__init__()

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        super().__init__(f"{one_line(chip.label)} ✕", classes=f"chip -{chip.part}", markup=False)

    def action_drop(self) -> None:
        """Request removal of the chip."""
        self.post_message(self.Dropped(self.chip))

    def on_click(self) -> None:
        """Remove the chip; the cross alone would be too small a target."""
        self.action_drop()


class Adder(Static, can_focus=True):
    """Opens the list of parts to add."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "add", "Add", id="chips.add"),
        Binding("right,l", "app.focus_next", "Next", show=False, id="chips.next"),
        Binding("left,h", "app.focus_previous", "Previous", show=False, id="chips.previous"),
    ]
    HELP = ChipView.HELP

    class Asked(Message):
        """Request to add a part."""

        def __init__(self, part: Part) -> None:
            self.part = part
            super().__init__()

    def __init__(self, part: Part, label: str) -> None:
        self.part: Part = part
        super().__init__(f"+ {label}", classes="chip -add", markup=False)

    def action_add(self) -> None:
        """Request the list."""
        self.post_message(self.Asked(self.part))

    def on_click(self) -> None:
        """Same as Enter."""
        self.action_add()


class Chips(Horizontal):
    """The row of chips; empty before the first question. The chips scroll, the buttons to add more stay in sight."""

    chips: reactive[Sequence[Chip]] = reactive((), recompose=True)
    can_focus = False

    class Edited(Message):
        """The user has edited the chips."""

        def __init__(self, chips: tuple[Chip, ...]) -> None:
            self.chips = chips
            super().__init__()

        def has(self, part: Part) -> bool:
            """Whether a chip of the part is left."""
            return any(chip.part == part for chip in self.chips)

        def slugs(self, part: Part) -> tuple[str, ...]:
            """Return the slugs of the part."""
            return tuple(chip.slug for chip in self.chips if chip.part == part)

    def compose(self) -> ComposeResult:
        """Yield the notes and removable chips, then the buttons to add more."""
        if not self.chips:
            return
        with HorizontalScroll(id="parts", can_focus=False):
            for chip in self.chips:
                if chip.part in ("note", "condition"):
                    yield Static(one_line(chip.label), classes=f"chip -{chip.part}", markup=False)
                else:
                    yield ChipView(chip)
        with Horizontal(id="adders"):
            yield Adder("entity", "library")
            yield Adder("aspect", "aspect")

    @on(ChipView.Dropped)
    def _drop(self, event: ChipView.Dropped) -> None:
        self._edit(tuple(chip for chip in self.chips if chip != event.chip))
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        first = next(iter(self.query(".chip").filter("ChipView, Adder")), None)
        if first is not None:
            first.focus()

    @on(Adder.Asked)
    def _add(self, event: Adder.Asked) -> None:
        names = cast("Program", self.app).names
        known = names.entities if event.part == "entity" else names.aspects
        present = {chip.slug for chip in self.chips if chip.part == event.part}
        choices = sorted(((s, n) for s, n in known.items() if s not in present), key=lambda pair: pair[1].casefold())
        title = "Add a library" if event.part == "entity" else "Add an aspect"

        def added(slug: str | None) -> None:
            if slug is not None:
                self._edit((*self.chips, Chip(event.part, slug, known[slug])))

        self.app.push_screen(Picker(title, choices), added)

    def _edit(self, chips: tuple[Chip, ...]) -> None:
        self.chips = chips
        self.post_message(self.Edited(chips))
