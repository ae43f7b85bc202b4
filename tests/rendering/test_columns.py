from __future__ import annotations

import io

from rich.console import Console

from mlsurvey.rendering.columns import columns_view


def printed(width: int, *, soft_wrap: bool, rows: list[tuple[str, ...]]) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False, highlight=False)
    console.print(columns_view("Figures: 2", ("figure", "value"), rows), soft_wrap=soft_wrap)
    return console.file.getvalue()


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    out = printed(80, soft_wrap=True, rows=[("recall", "0.900"), ("abstain_right", "1.000")])
    assert out == ("Figures: 2\n  figure         value\n  recall         0.900\n  abstain_right  1.000\n")


def test_only_the_last_column_wraps() -> None:
    out = printed(24, soft_wrap=False, rows=[("recall", "one two three four five")])
    first, *rest = out.splitlines()[2:]
    assert first.startswith("  recall  one") and rest
    assert all(line.startswith(" " * 10) for line in rest)


def test_a_table_without_rows_is_its_title_and_nothing_raw_is_printed() -> None:
    assert printed(80, soft_wrap=True, rows=[]) == "Figures: 2\n"
    assert "\x1b" not in printed(80, soft_wrap=True, rows=[("a\x1b[31m", "b\n")])
