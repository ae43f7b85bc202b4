"""Short facts in aligned columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import Hanging
from mlsurvey.rendering.plain import one_line


def table_view(rows: Sequence[tuple[str, ...]], indent: int = 0) -> RenderableType:
    """Return rows of name, value and optional remark; rows without a value are omitted."""
    shown = [row for row in rows if row[1]]
    width = max((len(row[0]) for row in shown), default=0) + 2
    return Group(*(Hanging(row[0].ljust(width), _value(row[1:]), indent) for row in shown))


def _value(cells: Sequence[str]) -> Text:
    text = Text(one_line(cells[0]))
    for remark in cells[1:]:
        text.append(f"  ({one_line(remark)})", style="dim")
    return text
