"""The block parser and the short ways round the other parsers give what markdown-it and sentencex give."""

from __future__ import annotations

import random
from array import array

import pytest
import sentencex
from markdown_it import MarkdownIt

from mlsurvey.reading import inline, sentences
from mlsurvey.reading.block_parser import block_parser

PIECES = (
    *("a", "b c", " ", "  ", "    ", "\t", "\n", "\n\n", "- ", "* ", "+ ", "1. ", "2) ", "> ", "# ", "## b", "---\n"),
    *("===\n", "```\n", "~~~", "| a | b |\n", "|---|---|\n", "|-|\n", "| c |\n", "[a]: b\n", "[a]: b 'c", "<div>\n"),
    *("</div>", "<!-- a", "-->", "***\n", "_ _ _\n", "a\n===", "\\|", "|", "-", "=", ":", "é", "\u00a0"),
)
CELLS = {"th_open", "th_close", "td_open", "td_close"}


def mixtures(pieces: tuple[str, ...], count: int, most: int) -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices(pieces, k=chance.randint(1, most))) for _ in range(count)]


def blocks(parser: MarkdownIt, text: str) -> tuple[list[tuple], dict]:
    """All that the reader uses of the tokens; cells are left out, since it reads them from the document."""
    references: dict = {}
    found, cell = [], False
    for token in parser.parse(text, references):
        cell = token.nesting > 0 if token.type in CELLS else cell
        if token.type not in CELLS and not (cell and token.type == "inline"):
            found.append((token.type, token.tag, token.map, token.markup, token.info, token.content, token.level))
    return found, references


def test_blocks_are_those_of_markdown_it() -> None:
    theirs = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")
    theirs.core.ruler.enableOnly(["block"])
    ours = block_parser()
    for text in mixtures(PIECES, 4000, 24):
        assert blocks(ours, text) == blocks(theirs, text), repr(text)


def test_a_line_without_markup_is_read_as_by_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = ("a", "Bc", " ", "  ", ".", ":", "é", "$", "*", "`", "(", "\t", "\u00ad", "-", "@", "http://a.b")
    texts = [text for text in mixtures(pieces, 1500, 12) if text]
    short = [inline.inline_reading(text, array("q", range(9, 9 + len(text))), {}) for text in texts]
    monkeypatch.setattr(inline, "_MARKUP", inline.re.compile(""))
    whole = [inline.inline_reading(text, array("q", range(9, 9 + len(text))), {}) for text in texts]
    assert short == whole


def test_no_sentence_ends_where_nothing_can_end_one() -> None:
    pieces = (
        "a ",
        "Ab ",
        "1) ",
        "(a) ",
        "iv ",
        "IV) ",
        "e",
        ", ",
        "; ",
        ": ",
        "“a” ",
        "'",
        "– ",
        "* ",
        "漢",
        "No ",
        "[1] ",
    )
    checked = 0
    for text in (text.strip() for text in mixtures(pieces, 4000, 14)):
        if text and not sentences._MAY_END.search(text, 0, len(text) - 1):
            checked += 1
            assert {int(end["end_index"]) for end in sentencex.get_sentence_boundaries("en", text)} == {len(text)}
    assert checked > 1000
