from __future__ import annotations

import io

import pytest
from rich.console import Console

from mlsurvey.rendering.terminal import answer_view, explanation_view
from mlsurvey.types import Answer, Conflict, Filters

from .samples import LONG, NAMES, abstention, comparison, listing


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
    console.print(answer_view(answer, names=NAMES, stale=stale or {}, width=width), soft_wrap=width is None)
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


def test_a_narrow_terminal_gets_cards() -> None:
    text = shown(comparison(), 50)
    assert "┃" not in text
    assert text.index("Burn\n") < text.index("Candle\n")


def test_wrapped_lines_stand_under_their_text() -> None:
    lines = shown(comparison(), 50).split("\n")
    first = next(number for number, line in enumerate(lines) if "• Burn supports" in line)
    assert lines[first + 1].startswith("    ") and lines[first + 1].strip()


def test_in_a_pipe_each_statement_and_each_source_is_one_line() -> None:
    lines = shown(comparison(), None).split("\n")
    assert f"  • {LONG} [1]" in lines
    assert "  [3] notes [x].md:4  Burn > Hardware" in lines


def test_a_cell_without_evidence_says_so_in_words() -> None:
    assert "no evidence in 16 passages" in " ".join(shown(comparison(), None).split())
    assert "Candle · Licence (16 passages searched)" in shown(comparison(), None)


def test_conflicts_are_named_with_their_sources() -> None:
    text = shown(comparison(conflicts=(Conflict("candle", "gpu", (2, 3), "negation"),)), None)
    assert "Sources disagree\n  ≠ Candle · GPU support (negation) [2][3]" in text


def test_a_stale_source_is_marked_at_the_statement_and_in_the_list() -> None:
    text = shown(comparison(), None, {1: "source changed since it was indexed"})
    assert text.count("(source changed since it was indexed)") == 2


def test_a_list_stands_in_its_three_groups() -> None:
    lines = [line for line in shown(listing(), None).split("\n") if line]
    assert lines[0] == "Yes: Burn" and "No: Candle" in lines and "Not stated: linfa, tch-rs" in lines
    assert "Missing" not in lines
    assert lines.index("No: Candle") > lines.index(f"  • {LONG} [1]")


def test_an_abstention_gives_its_reason() -> None:
    assert shown(abstention(), None).startswith("No answer: No passage states this.\n")


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


def test_an_explanation_names_what_was_understood() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(explanation_view(comparison(), names=NAMES, filters=Filters(languages=("rust",))))
    assert isinstance(console.file, io.StringIO)
    words = console.file.getvalue()
    assert all(word in words for word in ("compare", "Burn, Candle", "GPU support, Licence", "language rust", "abc123"))
