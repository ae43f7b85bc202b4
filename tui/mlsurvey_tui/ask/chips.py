"""What was understood, as chips that can be taken away or added to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from mlsurvey.rendering.plain import one_line

Part = Literal["entity", "aspect", "language", "note"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of what was understood."""

    part: Part
    slug: str
    label: str


class ChipView(Static, can_focus=True):
    """One chip. Delete, x or a click on its cross takes it away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x,delete,backspace", "drop", "Take away", id="chips.drop")]
    HELP = """
    ## What was understood

    Each chip is a library, an aspect or a filter. `x` takes it away, `+` adds one; the answer follows at once.
    """

    class Dropped(Message):
        """A chip is to go."""

        def __init__(self, chip: Chip) -> None:
            self.chip = chip
            super().__init__()

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        super().__init__(f"{one_line(chip.label)} ✕", classes=f"chip -{chip.part}", markup=False)

    def action_drop(self) -> None:
        """Ask for the chip to go."""
        self.post_message(self.Dropped(self.chip))

    def on_click(self) -> None:
        """The whole chip is the cross: it is small enough."""
        self.action_drop()


class Adder(Static, can_focus=True):
    """Opens the list of what may be added."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "add", "Add", id="chips.add")]

    class Asked(Message):
        """Something is to be added."""

        def __init__(self, part: Part) -> None:
            self.part = part
            super().__init__()

    def __init__(self, part: Part, label: str) -> None:
        self.part: Part = part
        super().__init__(f"+ {label}", classes="chip -add", markup=False)

    def action_add(self) -> None:
        """Ask for the list."""
        self.post_message(self.Asked(self.part))

    def on_click(self) -> None:
        """As with Enter."""
        self.action_add()


class Chips(HorizontalScroll):
    """The row of chips; nothing where nothing was asked yet."""

    chips: reactive[Sequence[Chip]] = reactive((), recompose=True)
    can_focus = False

    def compose(self) -> ComposeResult:
        """Notes first, then what can be taken away, then what adds."""
        for chip in self.chips:
            if chip.part == "note":
                yield Static(one_line(chip.label), classes="chip -note", markup=False)
            else:
                yield ChipView(chip)
        if self.chips:
            yield Adder("entity", "library")
            yield Adder("aspect", "aspect")

    @on(ChipView.Dropped)
    def _keep_focus_near(self) -> None:
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        first = next(iter(self.query(ChipView)), None)
        if first is not None:
            first.focus()
