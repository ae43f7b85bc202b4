from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from mlsurvey.rendering.terminal import Look, answer_view
from mlsurvey.types import Answer, Conflict, Missing

from .samples import LONG, NAMES, abstention, comparison, listing, recommendation


def shown(answer: Answer, width: int | None = 80, stale: dict[int, str] | None = None, *, color: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=width or 80,
        force_terminal=color,
        color_system="standard" if color else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    console.print(answer_view(answer, Look(NAMES, stale or {}, width)), soft_wrap=width is None)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_comparison_has_its_sides_beside_each_other() -> None:
    lines = shown(comparison()).split("\n")
    head = next(line for line in lines if "Burn" in line)
    assert head.index("Burn") < head.index("Candle")
    assert any("GPU support" in line and "Burn supports" in line and "Candle has" in line for line in lines)


@pytest.mark.parametrize("width", [20, 40, 60, 79, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in shown(comparison(), width).split("\n")) <= width


def test_a_narrow_terminal_gets_the_sides_of_an_aspect_below_each_other() -> None:
    lines = [line.strip() for line in shown(comparison(), 50).split("\n")]
    assert "┃" not in "".join(lines)
    aspects = [line for line in lines if line in {"GPU support", "Licence", "Burn", "Candle"}]
    assert aspects == ["GPU support", "Burn", "Candle", "Licence", "Burn", "Candle"]


def test_wrapped_lines_stand_under_their_text() -> None:
    lines = shown(comparison(), 50).split("\n")
    first = next(number for number, line in enumerate(lines) if "• Burn supports" in line)
    assert lines[first + 1].startswith("    ") and lines[first + 1].strip()


def test_in_a_pipe_each_statement_and_each_source_is_one_line() -> None:
    lines = shown(comparison(), None).split("\n")
    assert f"  • {LONG} [1]" in lines
    assert "  [3] notes [x].md:4  Burn > Hardware" in lines


@pytest.mark.parametrize("width", [None, 50, 120])
def test_a_cell_without_evidence_says_so_in_words(width: int | None) -> None:
    text = " ".join(shown(comparison(), width).replace("│", " ").split())
    assert "– not stated in 16 passages searched" in text or "– not stated in 16 passages" in text
    assert "Missing" not in text, "what has a cell is not said twice"


def test_a_side_that_was_not_looked_for_is_not_said_to_be_unstated() -> None:
    answer = replace(comparison(), missing=())
    assert "  – nothing found" in shown(answer, None).split("\n")


def test_conflicts_quote_every_side_and_mark_its_statement() -> None:
    text = shown(comparison(conflicts=(Conflict("candle", "gpu", (1, 3), "negation"),)), None)
    start = text.index("Sources disagree\n")
    assert text[start:].split("\n")[1:4] == [
        "  ≠ Candle · GPU support: one document affirms what another denies",
        f"    [1] “{LONG}”",
        f"    [3] “{LONG}”",
    ]
    assert f"  • {LONG} [1] (disputed, see below)" in text.split("\n")


def test_a_stale_source_is_marked_at_the_statement_and_in_the_list() -> None:
    text = shown(comparison(), None, {1: "source changed since it was indexed"})
    assert text.count("(source changed since it was indexed)") == 2


def test_a_list_names_its_three_groups_then_quotes_for_each_member() -> None:
    lines = [line for line in shown(listing(), None).split("\n") if line]
    assert lines[:4] == [
        "GPU support",
        "Yes (1): Burn",
        "No (1): Candle",
        "Not stated (2): linfa, tch-rs (3 to 9 passages searched for each)",
    ]
    assert lines[4:10] == ["Yes", "Burn", f"  • {LONG} [1]", "No", "Candle", "  • Candle has none. [2]"]
    assert "Missing" not in lines


def test_a_recommendation_is_a_numbered_list_of_what_speaks_for_and_against() -> None:
    lines = [line for line in shown(recommendation(), None).split("\n") if line]
    assert lines[:4] == ["1. Burn", "  GPU support", f"  + {LONG} [1]", "  − against: Burn has no OpenCL. [2]"]
    assert lines.index("2. Candle") > 3 and "  + Candle is MIT. [3]" in lines
    assert lines.count("  – nothing found") == 2


def test_an_abstention_gives_its_reason_and_what_came_nearest() -> None:
    assert shown(abstention(), None).split("\n")[:5] == [
        "No answer: No passage states this.",
        "",
        "Nearest passages, though none of them answers it",
        "  1. food.md:4  Burn > Hardware",
        "     “Burn is no *cheese*.”",
    ]


def test_several_gaps_of_an_abstention_are_told_apart() -> None:
    answer = replace(abstention(), missing=(Missing("burn", "of-its-own", 30), Missing("candle", None, 1)))
    lines = shown(answer, None).split("\n")
    assert "  – Burn · of its own: not stated in 30 passages searched" in lines
    assert "  – Candle: not stated in 1 passage searched" in lines


def test_a_source_is_one_line_of_its_inner_headings() -> None:
    deep = replace(comparison().citations[0], heading_path=("A very long title of a document", "Chapter", "Hardware"))
    answer = replace(comparison(), citations=(deep,))
    assert "  [1] rust/burn.md:4  A very long title of a document > Chapter > Hardware" in shown(answer, None).split(
        "\n"
    )
    assert "  [1] rust/burn.md:4  … > Chapter > Hardware" in shown(answer, 48).split("\n")
    assert "  [1] rust/burn.md:4" in shown(answer, 28).split("\n")


def test_a_block_of_code_keeps_its_lines() -> None:
    lines = shown(comparison(text="first\n\n  second"), None).split("\n")
    start = lines.index("  • first")
    assert lines[start + 1 : start + 3] == ["    ", "      second [1]"]


def test_a_terminal_that_has_links_gets_the_path_of_each_source(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    console.print(answer_view(comparison(), Look(NAMES, corpus=tmp_path)))
    assert isinstance(console.file, io.StringIO)
    assert (tmp_path / "notes%20%5Bx%5D.md").as_uri().replace("%25", "%") in console.file.getvalue()


def test_colour_adds_nothing_that_the_words_do_not_say() -> None:
    from rich.text import Text

    coloured = shown(comparison(), 80, {1: "source is no longer there"}, color=True)
    assert "\x1b[" in coloured
    assert Text.from_ansi(coloured).plain.rstrip() == shown(comparison(), 80, {1: "source is no longer there"}).rstrip()


def test_escape_sequences_in_a_document_do_not_reach_the_terminal() -> None:
    text = shown(comparison(text="now \x1b]0;owned\x07 and \x1b[2J"), 80)
    assert "\x1b" not in text and "\x07" not in text and r"\x1b]0;owned\x07" in text


def test_brackets_in_a_document_are_no_markup() -> None:
    assert "[bold]x[/bold] :smile:" in shown(comparison(text="[bold]x[/bold] :smile:"), None)
