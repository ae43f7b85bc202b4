"""Text in columns under a title, plain enough for logs and for processing by other programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import Hanging
from mlsurvey.rendering.plain import one_line

GAP = "  "


def columns_view(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> RenderableType:
    """Return rows under their column names; the last column wraps, the others keep their width."""
    cells = [tuple(one_line(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in (names, *cells)) for column in range(len(names))]
    lines = [tuple(names), *cells] if cells else []
    return Group(Text(one_line(title), style="bold"), *(_line(row, widths) for row in lines))


def _line(row: Sequence[str], widths: Sequence[int]) -> Hanging:
    margin = "".join(cell.ljust(width) + GAP for cell, width in zip(row[:-1], widths[:-1], strict=True))
    return Hanging(f"{GAP}{margin}", Text(row[-1]))
