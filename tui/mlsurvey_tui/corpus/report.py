"""What a refresh did, or would do."""

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
from mlsurvey.types import RefreshReport


class ReportScreen(ModalScreen[bool]):
    """Each document by what happened to it; for a preview, Enter does it."""

    AUTO_FOCUS = "#lines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(False)", "Close", id="report.close"),
        Binding("enter", "go", "Refresh now", id="report.go", priority=True),
        Binding("j", "move('down')", "Down", show=False, id="report.down"),
        Binding("k", "move('up')", "Up", show=False, id="report.up"),
    ]
    HELP = """
    ## Refresh

    What is added, changed, moved and removed, and every file that cannot be read, with the reason.
    """

    def __init__(self, report: RefreshReport) -> None:
        super().__init__()
        self.report = report

    def compose(self) -> ComposeResult:
        """The sums, then the list."""
        with Vertical(id="report", classes="dialog") as box:
            box.border_title = "What a refresh would do" if self.report.dry_run else "Refreshed"
            box.border_subtitle = "enter refreshes now, escape closes" if self.report.dry_run else "escape closes"
            yield Static(one_line(summary(self.report)), id="sums", markup=False)
            yield OptionList(*(Option(line) for line in report_lines(self.report)), id="lines")

    def action_go(self) -> None:
        """Do what the preview tells; of a report, close it."""
        self.dismiss(self.report.dry_run)

    def action_move(self, way: str) -> None:
        """Go along the list."""
        lines = self.query_one(OptionList)
        lines.action_cursor_down() if way == "down" else lines.action_cursor_up()


def report_lines(report: RefreshReport) -> list[Content]:
    """A line for each document; what went wrong comes first."""
    return [
        *_group("not read", "!", [f"{file.path}: {file.reason}" for file in report.unreadable]),
        *_group("note", "·", report.notes),
        *_group("added", "+", report.added),
        *_group("changed", "~", report.changed),
        *_group("moved", ">", [f"{old} → {new}" for old, new in report.moved]),
        *_group("removed", "−", report.removed),
        *_group("same bytes as another", "=", [f"{path} = {first}" for path, first in report.duplicate]),
    ]


def _group(title: str, sign: str, lines: Sequence[str]) -> Iterator[Content]:
    if lines:
        yield Content.assemble((f"{title}: {len(lines):,}", "bold"))
    yield from (Content(f"  {sign} {one_line(line)}") for line in lines)
