"""Character positions, counted and copied."""

from __future__ import annotations

from array import array

import pytest

from mlsurvey.reading import lines
from mlsurvey.reading.blocks import ReadingBuilder
from mlsurvey.reading.lines import places_of


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (0, 5), (7, 9), (100_000, 100_003), (lines._MAX_TABLE - 1, lines._MAX_TABLE + 2)]
)
def test_places_count_up_whether_the_table_has_them_or_not(start: int, end: int) -> None:
    assert places_of(start, end) == array("q", range(start, end))


def test_given_places_are_the_callers_own() -> None:
    places_of(0, 3)[1] = 99
    assert list(places_of(0, 3)) == [0, 1, 2]


@pytest.mark.parametrize("raw", ["plain", "two  spaces", "a\tb", "ünï", "tail ", " head", "a\u200bb", "x\x7fy"])
def test_plain_text_is_kept_as_the_long_way_keeps_it(raw: str) -> None:
    at_once, apart = ReadingBuilder(), ReadingBuilder()
    at_once.keep(raw, 10)
    apart.keep(raw + "é", 10)  # a non-ASCII letter takes the slow path
    kept, longer = at_once.reading(), apart.reading()
    size = len(kept)
    assert (kept.text, kept.starts, kept.ends) == (longer.text[:size], longer.starts[:size], longer.ends[:size])
