from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from tests.rendering.samples import LONG, NAMES, abstention, comparison, listing

from mlsurvey.provenance import Source
from mlsurvey.rendering.table import COLUMNS, answer_csv, cell


def rows(answer, stale=None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_csv(answer, names=NAMES, stale=stale or {}), newline="")))


def test_there_is_a_row_for_each_statement_and_source_and_for_each_gap() -> None:
    read = rows(comparison(), {4: "source is no longer there"})
    assert [(row["library"], row["aspect"], row["number"]) for row in read] == [
        ("Burn", "GPU support", "1"),
        ("Candle", "GPU support", "2"),
        ("Candle", "GPU support", "3"),
        ("Burn", "Licence", "4"),
        ("Candle", "Licence", ""),
    ]
    assert read[0]["quote"] == LONG and read[0]["first_line"] == "4"
    assert read[3]["remark"] == "source is no longer there"
    assert read[4]["remark"] == "not stated in 16 passages searched"


def test_a_list_says_on_which_side_a_library_stands() -> None:
    assert [row["verdict"] for row in rows(listing())] == ["yes", "no", "unknown", "unknown"]


def test_an_abstention_has_its_gap_and_its_nearest_passages() -> None:
    read = rows(abstention())
    assert [row["remark"] for row in read] == ["not stated in 30 passages searched", "nearest passage, not an answer"]
    assert read[1]["quote"] == "Burn is no *cheese*."


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(text) -> None:
    assert cell(text).startswith("'")
    read = rows(replace(comparison(text=text), question=text))
    assert read[0]["statement"].startswith("'") and read[0]["question"].startswith("'")


def test_other_cells_are_as_they_are() -> None:
    assert cell('He said "a, b"; 1 = 1') == 'He said "a, b"; 1 = 1'
    assert cell("\x1b[31mred\nline") == "\\x1b[31mred line"


def test_the_table_has_the_line_ends_and_columns_of_its_form() -> None:
    text = answer_csv(comparison(), names=NAMES, stale={})
    assert text.split("\r\n")[0] == ",".join(COLUMNS)
    assert text.endswith("\r\n")


def test_a_document_that_was_fetched_has_its_address() -> None:
    answer = comparison()
    source = Source("https://example.org/a", "v1", "2026-01-02", "MIT")
    read = rows(replace(answer, citations=tuple(replace(c, source=source) for c in answer.citations)))
    assert (read[0]["url"], read[0]["version"], read[0]["licence"]) == ("https://example.org/a", "v1", "MIT")
