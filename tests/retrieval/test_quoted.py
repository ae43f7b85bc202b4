"""Which parts of a query are phrases."""

from __future__ import annotations

import pytest

from mlsurvey.retrieval.quoted import quoted, unquoted


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ('"supports WebGL but not WebGPU"', ("supports WebGL but not WebGPU",)),
        ('lamp "of the year" and "in a box"', ("of the year", "in a box")),
        ("“typed by a phone” word", ("typed by a phone",)),
        ("„wie im Deutschen“", ("wie im Deutschen",)),
        ('请问"灯塔"在哪', ("灯塔",)),
        ('("in brackets")', ("in brackets",)),
        ('"twice" "twice"', ("twice",)),
        ('"unbalanced', ()),
        ('one "two" three"', ("two",)),
        ('a 5" disk and a 3" disk', ()),
        ('"" "!?"', ()),
        ("it's 'plain'", ()),
        ("", ()),
    ],
)
def test_balanced_quotes_make_phrases(query: str, phrases: tuple[str, ...]) -> None:
    assert quoted(query) == phrases


def test_a_question_loses_its_quotes_only() -> None:
    assert unquoted('Does "Burn" use “WebGPU”?') == "Does  Burn  use  WebGPU ?"
    assert quoted(unquoted('Does "Burn" use “WebGPU”?')) == ()
