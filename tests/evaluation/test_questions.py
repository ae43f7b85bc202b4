from __future__ import annotations

import json

import pytest

from mlsurvey.errors import NotFoundError, UnreadableError, UsageError
from mlsurvey.evaluation.questions import Evidence, GoldCell, Question, quote_faults, read_questions

CELL = {"entity": "burn", "aspect": "gpu", "evidence": [{"document": "a.md", "quote": "Burn  runs"}]}
LINE = {"id": "q1", "question": "Burn and GPUs?", "kind": "lookup", "entities": ["burn"], "cells": [CELL], "note": "?"}


@pytest.fixture
def read(tmp_path):
    def read(*lines: object):
        file = tmp_path / "questions.jsonl"
        file.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), "utf-8")
        return read_questions(file)

    return read


def test_a_line_is_a_question(read) -> None:
    cell = GoldCell("burn", "gpu", (Evidence("a.md", "Burn  runs"),))
    expected = Question("q1", "Burn and GPUs?", "lookup", True, ("burn",), (cell,))
    assert read("\ufeff" + json.dumps(LINE), "", "  ") == (expected,)


def test_unanswerable_questions_have_no_cells(read) -> None:
    (question,) = read({"id": "q", "question": "Which cheese?", "kind": "unanswerable"})
    assert not question.answerable and question.cells == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": None}, "'id' is missing, blank or not a string: null"),
        ({"question": " "}, "'question' is missing"),
        ({"kind": "riddle"}, "kind 'riddle' is not one of compare, list"),
        ({"answerable": False}, "contradict each other"),
        ({"cells": []}, "'cells' must have evidence"),
        ({"cells": [CELL | {"evidence": []}]}, "burn/gpu has no evidence"),
        ({"cells": {"entity": "burn"}}, "'cells' must be a list"),
        ({"entities": "burn"}, "'entities' must be a list of slugs"),
    ],
)
def test_a_faulty_line_is_named_with_what_it_lacks(read, changes, message) -> None:
    with pytest.raises(UsageError, match="line 3: ") as caught:
        read(LINE, "", LINE | {"id": "q2"} | changes)
    assert message in str(caught.value)


@pytest.mark.parametrize("line", ["{broken", "[]", "[" * 100_000])
def test_a_line_that_is_no_object_is_named(read, line) -> None:
    with pytest.raises(UsageError, match="line 2: not "):
        read(LINE, line)


def test_an_id_stands_for_one_question(read) -> None:
    with pytest.raises(UsageError, match="line 2: id 'q1' is already used in line 1"):
        read(LINE, LINE)


def test_files_that_cannot_be_read_are_named(read, tmp_path) -> None:
    with pytest.raises(UsageError, match="has no questions"):
        read("", " ")
    with pytest.raises(NotFoundError, match=r"nowhere\.jsonl"):
        read_questions(tmp_path / "nowhere.jsonl")
    with pytest.raises(UnreadableError, match="is a folder"):
        read_questions(tmp_path)
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableError, match="not UTF-8"):
        read_questions(tmp_path / "x")


def test_quotes_are_checked_against_their_documents() -> None:
    quote = "Burn runs on graphics cards of every maker there is."
    texts = {"a.md": quote.replace(" ", "\n  "), "b.md": f"{quote} {quote}", "c.md": "nothing"}

    def faults(document: str, quote: str) -> list[str]:
        cell = GoldCell("burn", "gpu", (Evidence(document, quote),))
        return list(quote_faults([Question("q", "?", "lookup", True, ("burn",), (cell,))], lambda d: texts.get(d, "")))

    assert faults("a.md", quote) == []
    assert "occurs 2 times in b.md" in faults("b.md", quote)[0]
    assert "occurs 0 times in c.md" in faults("c.md", quote)[0]
    assert "no document d.md" in faults("d.md", quote)[0]
    assert "9 characters" in faults("a.md", "Burn runs")[0]
