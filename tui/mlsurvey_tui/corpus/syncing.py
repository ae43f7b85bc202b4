"""Fetch documents of libraries from upstream: the choice and the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from mlsurvey.rendering.plain import one_line
from mlsurvey_tui.corpus.report import ListedScreen, group

if TYPE_CHECKING:
    from mlsurvey.syncing.sync import SyncReport

_FETCHED = (("added", "+"), ("updated", "~"))
_TROUBLE = ("failed", "refused", "gone")
_STATES = ("added", "updated", "unchanged", *_TROUBLE)


class SyncScreen(ModalScreen[tuple[str, ...] | None]):
    """Asks which libraries to fetch. Returns their names, empty for all, or None if cancelled."""

    AUTO_FOCUS = "#libraries"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", id="sync.close"),
        Binding("ctrl+s", "go", "Fetch", id="sync.go"),
    ]
    HELP = """
    ## Sync upstream

    Type libraries, separated by commas, or none for all in `sources.toml`. `enter` fetches newer versions of their
    documents; if a host does not answer, the earlier copies are kept.
    """

    def compose(self) -> ComposeResult:
        """Yield the input and the two buttons."""
        with Vertical(id="sync", classes="dialog") as box:
            box.border_title = "Sync upstream"
            box.border_subtitle = "enter fetches, escape closes"
            yield Input(placeholder="libraries, separated by commas; empty for all", id="libraries")
            yield Static("Fetches newer documents from the hosts in sources.toml.", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Fetch", id="fetch", variant="primary")
                yield Button("Close", id="close")

    @on(Input.Submitted)
    @on(Button.Pressed, "#fetch")
    def action_go(self) -> None:
        """Fetch the named libraries."""
        self.dismiss(named(self.query_one(Input).value))

    @on(Button.Pressed, "#close")
    def _leave(self) -> None:
        self.dismiss(None)


class SyncedScreen(ListedScreen):
    """What was fetched and what failed, with reasons; Enter refreshes the index if anything is new."""

    HELP = """
    ## Synced

    What is new, and every document that could not be fetched, with the reason. `enter` refreshes the index.
    """

    def __init__(self, report: SyncReport) -> None:
        super().__init__("Synced", synced(report), synced_lines(report), offers_refresh=report.is_change)


def named(typed: str) -> tuple[str, ...]:
    """Split comma-separated library names."""
    return tuple(name for name in (part.strip() for part in typed.split(",")) if name)


def synced(report: SyncReport) -> str:
    """Return the totals, such as ``2 added, 30 unchanged, 1 failed``."""
    counts = Counter(outcome.state for outcome in report.outcomes)
    return ", ".join(f"{counts[state]:,} {state}" for state in _STATES if counts[state]) or "nothing to fetch"


def synced_lines(report: SyncReport) -> list[Content]:
    """Return a line for each document that is new or failed, problems first."""
    troubled = [
        line
        for state in _TROUBLE
        for line in group(
            state, "!", [f"{one.path} ({one.host}): {one.reason}" for one in report.outcomes if one.state == state]
        )
    ]
    fetched = [line for state, sign in _FETCHED for line in group(state, sign, report.paths(state))]
    unchanged = len(report.paths("unchanged"))
    same = [Content(one_line(f"unchanged: {unchanged:,}"))] if unchanged else []
    return [*troubled, *group("note", "·", report.notes), *fetched, *same]
