from __future__ import annotations

import pytest

from .checks import check, quotes, texts
from .conftest import Chunk

SURVEY = """2\u00a0 Libraries in other languages

2.4 Rust

Rust is fast.

2.4.1 wax-rs (Rust Bindings for Tensorix)

wax-rs binds to Tensorix. It is thin.

  • Performance: It is as fast as Tensorix.

  • Future: It depends on Tensorix, e.g. on its C API.

2.4.2 Ember

Ember is native.
"""


def test_numbered_headings_nest(chunk: Chunk) -> None:
    document, passages = chunk(SURVEY, "survey.txt")
    check(document, passages)
    assert document.title == "2 Libraries in other languages"
    assert [p.trail[-1] for p in passages] == ["2.4 Rust", "2.4.1 wax-rs (Rust Bindings for Tensorix)", "2.4.2 Ember"]
    assert passages[2].trail[:2] == ("2 Libraries in other languages", "2.4 Rust")


def test_dots_are_bullets_with_labels(chunk: Chunk) -> None:
    document, passages = chunk(SURVEY, "survey.txt")
    assert "• " not in "".join(texts(passages))
    assert [s.label for s in passages[1].sentences][-2:] == ["Performance", "Future"]
    assert "Performance: It is as fast as Tensorix." in quotes(document, passages)


def test_underlined_headings_and_nested_bullets(chunk: Chunk) -> None:
    text = (
        "Wax 2.2 notes\n-------------\n17.07.2013.\n\n"
        "* Fixed:\n  - Issue 1: a crash\n    on start\n  - Issue 2: a leak\n"
    )
    _, passages = chunk(text, "Notes.txt")
    assert passages[0].trail == ("Wax 2.2 notes",)
    assert texts(passages) == ["17.07.2013.", "Fixed:", "Issue 1: a crash on start", "Issue 2: a leak"]


def test_steps_are_items_and_chapters_are_headings(chunk: Chunk) -> None:
    _, passages = chunk("1. Install it.\n\n2. Run it.\n", "a.txt")
    assert passages[0].trail == () and texts(passages) == ["Install it.", "Run it."]
    _, passages = chunk("1. Introduction\n\nWax melts.\n", "a.txt")
    assert passages[0].trail == ("1. Introduction",)


def test_markdown_under_a_plain_suffix_is_read_as_markdown(chunk: Chunk) -> None:
    _, passages = chunk("# Wax\n\nIt **melts**, see [here](https://x).\n", "a.txt")
    assert texts(passages) == ["It melts, see here."]


def test_marks_in_plain_text_are_left_alone(chunk: Chunk) -> None:
    _, passages = chunk("Set *p = 3 and _q_ to 5.\n", "a.txt")
    assert texts(passages) == ["Set *p = 3 and _q_ to 5."]


def test_windows_1252_is_read(chunk: Chunk) -> None:
    document, passages = chunk("It\u2019s caf\u00e9 wax \u2013 soft.\n".encode("cp1252"), "a.txt")
    assert texts(passages) == ["It’s café wax – soft."]
    assert quotes(document, passages) == ["It’s café wax – soft."]


@pytest.mark.parametrize(
    "line", ["12. Older ones are refused", "- 7 volts", "3) of the list", "* 3 is six", "– 9 degrees"]
)
def test_a_mark_within_a_sentence_begins_no_item(chunk: Chunk, line: str) -> None:
    document, passages = chunk(f"The engine does not run with 5\n{line} or less.\n", "a.txt")
    check(document, passages)
    assert " ".join(texts(passages)) == f"The engine does not run with 5 {line} or less."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Engines\n- Ember\n- Wax\n", ["Engines", "Ember", "Wax"]),
        ("Engines:\n- Ember\n", ["Engines:", "Ember"]),
        ("Do this\n1. Build\n2. Run\n", ["Do this", "Build", "Run"]),
        (
            "- Ember\n- Wax, which does not run below 5\n12) or so\n",
            ["Ember", "Wax, which does not run below 5 12) or so"],
        ),
        ("Engines\n  - Ember\n", ["Engines", "Ember"]),
        ("It runs from 5\n- 7 volts, or from 9\n- 11 volts\n", ["It runs from 5 - 7 volts, or from 9 - 11 volts"]),
    ],
)
def test_lists_need_no_blank_line(chunk: Chunk, text: str, expected: list[str]) -> None:
    assert texts(chunk(text, "a.txt")[1]) == expected
