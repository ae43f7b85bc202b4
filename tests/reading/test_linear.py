"""Inputs that took minutes before their construct was read in linear time. Each takes well under a second."""

from __future__ import annotations

import pytest

from mlsurvey.reading.blocks import BlockKind
from mlsurvey.reading.formats import read_blocks
from mlsurvey.reading.front_matter import front_matter
from mlsurvey.reading.markdown import markdown_blocks
from mlsurvey.reading.plaintext import plain_blocks
from mlsurvey.reading.sentences import sentence_spans
from mlsurvey.vocabulary.gazetteer import Gazetteer

from .checks import check, texts
from .conftest import Chunk

pytestmark = pytest.mark.timeout(20)

DOCUMENTS = {
    "empty cells": "| a | b |\n|---|---|\n| x " + "|" * 40_000,
    "long cell": "| a | b |\n|---|---|\n| " + "word " * 40_000 + "| b |\n",
    "cell of names": "| a | b |\n|---|---|\n| " + "tensorix " * 1_500 + "| b |\n",
    "heading of names": "# " + "ember " * 3_000 + "\n\ntext",
    "paragraph of names": "ember is fast and " * 3_000,
    "long column name": "| " + "x" * 60_000 + " | b |\n|---|---|\n" + "| a | b |\n" * 1_000,
    "heading of one word": "# " + "x" * 100_000 + "\n\n" + "A sentence. " * 2_000,
    "long heading above many": "# " + "other " * 15_000 + "\n\n" + "## a\n\nb\n\n" * 1_000,
    "component": "a <" + "A" * 50_000 + "/> b",
}
FRONT_MATTER = {
    "nested": "a: " + "[" * 15_000,
    "merged": "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 200)),
    "lines": "\n" * 19_000,
    "spaces in a description": "description: a" + " " * 19_000 + "b",
    "spaces in an unparsable title": "x: [\ntitle: a" + " " * 19_000 + "b",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_is_tiled(chunk: Chunk, name: str) -> None:
    check(*chunk(DOCUMENTS[name]))


@pytest.mark.parametrize("name", FRONT_MATTER)
def test_front_matter_is_read(name: str) -> None:
    front_matter(f"---\n{FRONT_MATTER[name]}\n---\ntext")


def test_sentences_of_a_script_without_spaces() -> None:
    assert len(sentence_spans("漢字。" * 30_000)) == 30_000


def test_sentences_do_not_depend_on_where_a_window_ends() -> None:
    sentences = [f"Sentence number {n} has a few words." for n in range(2_000)]
    text = " ".join(sentences)
    assert [span.of(text) for span in sentence_spans(text)] == sentences


def test_text_without_any_end_is_one_sentence() -> None:
    assert len(sentence_spans("word " * 10_000)) == 1


def test_no_abbreviation_is_torn_where_a_window_ends() -> None:
    assert len(sentence_spans("a etc. b " * 10_000)) == 1


def test_underlined_lines_of_one_group() -> None:
    assert len(plain_blocks("a\n---\n" * 10_000)) == 10_000


@pytest.mark.parametrize("text", ["[a][" + "a" * 200_000, "<div>\n<" + "a" * 200_000])
def test_unclosed_markdown(text: str) -> None:
    assert markdown_blocks(text)


def test_unclosed_component_of_mdx() -> None:
    assert len(markdown_blocks("<A" + "a" * 200_000, is_mdx=True)) == 1


def test_mentions_of_a_long_text(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.mentions("tensorix and ember " * 5_000)) == 10_000


def test_mention_counts_only_by_its_neighbours(gazetteer: Gazetteer) -> None:
    assert [m.surface for m in gazetteer.mentions("ember, ember and Tensorix, ember or dust")] == [
        "ember",
        "Tensorix",
        "ember",
    ]


def test_heading_too_long_to_repeat_is_text_that_can_be_quoted(chunk: Chunk) -> None:
    _, cut = chunk("# " + "A long sentence. " * 100 + "\n\nBelow it.")
    assert texts(cut)[0] == "A long sentence."
    assert all(passage.trail == () for passage in cut)


def test_column_names_too_long_to_repeat_are_dropped() -> None:
    long, short = (f"| {name} | b |\n|---|---|\n| c | d |\n" for name in ("x" * 1_000, "x"))
    assert [block.header for block in read_blocks("a.md", long)[1] if block.kind is BlockKind.ROW] == [()]
    assert [block.header for block in read_blocks("a.md", short)[1] if block.kind is BlockKind.ROW] == [("x", "b")]


def test_cells_of_a_long_row_keep_their_columns(chunk: Chunk) -> None:
    _, (passage, *_) = chunk("| a | b | c |\n|---|---|---|\n| " + "word " * 200 + "|  | " + "other " * 100 + "|\n")
    assert {(s.text.split()[0], s.header) for s in passage.sentences} <= {("word", ("a",)), ("other", ("b", "c"))}


def test_integer_too_long_for_decimal_is_no_title() -> None:
    assert front_matter(f"---\ntitle: 0x{'f' * 9_000}\n---\n").text("title") is None
