from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.documents import declared_entity, document
from mlsurvey.reading.passages import TokenCounter, passages
from mlsurvey.reading.scan import read, scan
from mlsurvey.vocabulary.gazetteer import Gazetteer

from .checks import check
from .conftest import LIMIT, Chunk

PATHS = ("a.md", "a.mdx", "a.txt", "a.rst")

MARKDOWN = [
    "# ", "## Ember {#id}", "===", "---", "- ", "* ", "1. ", "  ", "    ", "\t", "> ", "```", "~~~rust", "`", "``",
    "**", "*", "_", "~~", "[a](b)", "[a][b]", "![i](u)", "[![b][c]][d]", "[c]: http://x", "[^1]",
    "[^1]: note", "| a | b |",
    "|---|---|", "| 1 |", "\\|", "<div class='hidden'>", "</div>", "<b>", "<!--", "-->", "<tr><td>x</td></tr>", "<br/>",
    "{{#include x}}", "{{hi:x}}", "{{< quizdown >}}", "{{% note %}}", "- [x] yes", "- [ ] no", "> **Explanation:** so",
    "import X from 'y'", "<Ort/>", "**Speed**: fast.", "• Speed: fast.", "2.4.1 wax-rs (bindings)", "+++", "title: x",
    "!!! note", "::", ".. note:: x", ".. code-block:: sh", "+---+---+", "| x | y |", "===  ===", "`t <u>`_", "|sub|",
    "&amp;", "&#0;", "\\*", "â€™", "Â©", "Ember is fast. It is e.g. small. .NET is big!", "x" * 700, "word " * 200,
]  # fmt: skip
BREAKS = ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\u2028", "\x0b", "\x0c", "\x1b[31m", "\u200b", "\ufeff", "\x85", " "]

pieces = st.one_of(st.sampled_from(MARKDOWN), st.sampled_from(BREAKS), st.text(max_size=12))
ugly = st.lists(pieces, max_size=40).map("".join)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ugly)
@example(text="")
@example(text=" \r\n\t\n")
@example(text="\ufeff# A\r\rB")
@example(text="0\u00c2\x80 \u00c2\xa0 \u00e2\x80\x8b")
@example(text="```\nnever closed")
@example(text="0\\  # ")
@example(text="---\ntitle: [\n---\n# A\n")
def test_passages_tile_any_text_and_quotes_are_exact(chunk: Chunk, counter: TokenCounter, path: str, text: str) -> None:
    data = text.encode("utf-8", "replace")
    try:
        read_document, chunks = chunk(data, path)
    except UnreadableError:
        return  # a NUL byte or mostly control characters: not text
    check(read_document, chunks)
    assert max(counter([p.embedding_text for p in chunks])) <= LIMIT


@given(data=st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(chunk: Chunk, data: bytes) -> None:
    try:
        read_document, chunks = chunk(data, "a.txt")
    except UnreadableError:
        return
    check(read_document, chunks)


def test_passages_are_the_same_every_time(chunk: Chunk) -> None:
    text = "# A\n\n" + "\n\n".join(MARKDOWN)
    assert chunk(text) == chunk(text)


@pytest.mark.slow
def test_every_real_document_is_tiled_within_the_limit(
    shared_documents: Path, gazetteer: Gazetteer, counter: TokenCounter
) -> None:
    files = scan(shared_documents).files
    assert files
    embedded: list[str] = []
    for file in files:
        data, digest = read(shared_documents, file.path)
        declared_entity(file.path, data)
        one = document(file.path, data, digest, gazetteer)
        chunks = passages(one, gazetteer, counter, LIMIT)
        check(one, chunks)
        embedded += [passage.embedding_text for passage in chunks]
    assert max(counter(embedded)) <= LIMIT
