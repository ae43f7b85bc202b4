"""A phrase is found wherever its pattern matches: the prefilter must let every match through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.vocabulary.phrases import Phrases, phrases

LETTERS = "abikszİıſKÉé*?' -+#."


@pytest.mark.parametrize(
    ("wording", "text"),
    [("maintain*", "MAINTAINED"), ("key word", "key-\nword"), ("it's", "it’s"), ("basis", "BAſIS"), ("kit", "Kİt")],
)
def test_a_wording_is_found_as_it_may_be_written(wording: str, text: str) -> None:
    assert [span.of(text) for span in phrases((wording,)).found(text)] == [text]


@given(st.lists(st.text(LETTERS, max_size=6), max_size=3), st.text(LETTERS, max_size=12))
def test_no_match_is_sorted_out(wordings: list[str], text: str) -> None:
    found = Phrases(tuple(wordings))
    expected = [m.span() for m in found._pattern.finditer(text)] if any(w.strip() for w in wordings) else []
    assert [(span.start, span.end) for span in found.found(text)] == expected
    assert found.match(text) is bool(expected)
    assert found.distinct(text) == {text[a:b].casefold() for a, b in expected}


def test_an_empty_set_matches_nothing() -> None:
    assert (phrases(()).found("a"), phrases(("", " ")).match("")) == ((), False)
    assert isinstance(phrases(("a",))._pattern, re.Pattern)


@pytest.mark.parametrize(
    ("text", "found"), [("GPU.js", False), ("on the GPU.", True), ("GPU. Also", True), ("a GPU-backed net", True)]
)
def test_the_first_half_of_a_dotted_name_is_no_word(text: str, found: bool) -> None:
    assert phrases(("gpu",)).match(text) is found
