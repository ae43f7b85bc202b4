"""What a refresh did or would do, as a list over the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.report import summary
from mlsurvey.state import RefreshReport


class ListedScreen(ModalScreen[bool]):
    """Totals above a list; Enter refreshes the index if offered. Returns whether to refresh."""

    AUTO_FOCUS = "#lines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(False)", "Close", id="report.close"),
        Binding("enter", "go", "Refresh now", id="report.go", priority=True),
        Binding("j", "move('down')", "Down", show=False, id="report.down"),
        Binding("k", "move('up')", "Up", show=False, id="report.up"),
    ]

    def __init__(self, heading: str, sums: str, lines: Sequence[Content], *, offers_refresh: bool) -> None:
        super().__init__()
        self.heading, self.sums, self.lines, self.offers_refresh = heading, sums, lines, offers_refresh

    def compose(self) -> ComposeResult:
        """Yield the totals and the list."""
        with Vertical(id="report", classes="dialog") as box:
            box.border_title = self.heading
            box.border_subtitle = "enter refreshes now, escape closes" if self.offers_refresh else "escape closes"
            yield Static(one_line(self.sums), id="sums", markup=False)
            yield OptionList(*(Option(line) for line in self.lines), id="lines")

    def action_go(self) -> None:
        """Refresh if offered, else close."""
        self.dismiss(self.offers_refresh)

    def action_move(self, way: str) -> None:
        """Move in the list."""
        lines = self.query_one(OptionList)
        lines.action_cursor_down() if way == "down" else lines.action_cursor_up()


class ReportScreen(ListedScreen):
    """Documents grouped by change; in a preview, Enter runs the refresh."""

    HELP = """
    ## Refresh

    What is added, changed, moved and removed, and every file that cannot be read or is left out, with the reason.
    """

    def __init__(self, report: RefreshReport) -> None:
        self.report = report
        heading = "What a refresh would do" if report.dry_run else "Refreshed"
        super().__init__(heading, summary(report), report_lines(report), offers_refresh=report.dry_run)


def report_lines(report: RefreshReport) -> list[Content]:
    """Return a line for each document, problems first."""
    return [
        *group("not read", "!", [f"{file.path}: {file.reason}" for file in report.unreadable]),
        *group("encoding", "?", [f"{path}: {remark}" for path, remark in report.decoded]),
        *group("omitted", "?", [f"{path}: {what}" for path, what in report.omitted]),
        *group("note", "·", report.notes),
        *group("new subjects", "+", report.found),
        *group("subjects no longer found", "−", report.lost),
        *group("added", "+", report.added),
        *group("changed", "~", report.changed),
        *group("moved", ">", [f"{old} → {new}" for old, new in report.moved]),
        *group("removed", "−", report.removed),
        *group("left out", "·", [f"{one.path}: {one.reason} ({one.rule})" for one in report.left_out]),
        *group("same bytes as another", "=", [f"{path} = {first}" for path, first in report.duplicate]),
    ]


def group(title: str, sign: str, lines: Sequence[str]) -> Iterator[Content]:
    """Yield a title with the count, then the lines; nothing if ``lines`` is empty."""
    if lines:
        yield Content.assemble((f"{title}: {len(lines):,}", "bold"))
    yield from (Content(f"  {sign} {one_line(line)}") for line in lines)
