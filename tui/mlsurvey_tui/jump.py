"""Jump mode: shows a letter on every focusable widget; typing the letter focuses it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class JumpScreen(ModalScreen[Widget | None]):
    """Overlay on a screen. Returns the chosen widget, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close", id="jump.close")]

    def __init__(self, targets: Sequence[Widget]) -> None:
        super().__init__()
        self.targets = dict(zip(labels(len(targets)), targets, strict=True))
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Yield a label at the corner of each target."""
        for label, target in self.targets.items():
            tag = Static(label, classes="jump", markup=False)
            tag.absolute_offset = Offset(target.region.x, target.region.y)
            yield tag

    def on_key(self, event: events.Key) -> None:
        """Collect letters until they match a target, or no target can match."""
        if event.key == "escape":
            return
        event.stop()
        self._typed += event.key
        if self._typed in self.targets:
            self.dismiss(self.targets[self._typed])
        elif not any(label.startswith(self._typed) for label in self.targets):
            self.dismiss(None)

    def on_click(self) -> None:
        """Close on a click."""
        self.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        """Close, since the labels no longer match the targets."""
        if self._typed or event.size != event.virtual_size:
            self.dismiss(None)


def targets(screen: Screen[object]) -> list[Widget]:
    """Return the visible focusable widgets, from top to bottom."""
    seen = [widget for widget in screen.focus_chain if _is_seen(widget, screen)]
    return sorted(seen, key=lambda widget: (widget.region.y, widget.region.x))


def _is_seen(widget: Widget, screen: Screen[object]) -> bool:
    """Whether the corner of the widget is on the screen and not scrolled out of view."""
    corner = widget.region.offset
    around = [screen, *(parent for parent in widget.ancestors if isinstance(parent, Widget) and parent.is_scrollable)]
    return bool(widget.region) and all(parent.region.contains_point(corner) for parent in around)


def labels(count: int) -> list[str]:
    """Return ``count`` different labels: single letters, or pairs if there are not enough letters."""
    if count <= len(LETTERS):
        return list(LETTERS[:count])
    return ["".join(pair) for pair in islice(product(LETTERS, repeat=2), count)]
