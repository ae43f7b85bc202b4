"""The gold questions themselves: complete, varied, and with evidence at the stated locations."""

from __future__ import annotations

from collections import Counter

import pytest

from mlsurvey.evaluation.questions import quote_faults
from mlsurvey.evaluation.regions import read_regions
from mlsurvey.evaluation.run import corpus_text
from mlsurvey.vocabulary.load import load_vocabulary

from .conftest import CORPUS, REGIONS

pytestmark = pytest.mark.golden


def test_every_quote_stands_once_in_its_document(questions) -> None:
    assert list(quote_faults(questions, corpus_text(CORPUS))) == []


def test_quotes_have_their_white_space_folded(questions) -> None:
    quotes = [e.quote for question in questions for cell in question.cells for e in cell.evidence]
    assert [quote for quote in quotes if quote != " ".join(quote.split())] == []


def test_kinds_are_mixed(questions) -> None:
    kinds = Counter(question.kind for question in questions)
    assert len(questions) == 60
    assert kinds == {"compare": 21, "list": 10, "lookup": 13, "recommend": 9, "unanswerable": 7}


def test_cells_are_about_the_entities_of_their_question(questions) -> None:
    known = {entity.slug for entity in load_vocabulary([CORPUS]).entities}
    for question in questions:
        assert set(question.entities) == {cell.entity for cell in question.cells} or not question.answerable, question
        assert {cell.entity for cell in question.cells} <= known, question


def test_every_profile_has_its_region() -> None:
    profiles = {path.relative_to(CORPUS).as_posix() for path in (CORPUS / "libraries").rglob("*.md")}
    assert set(read_regions(REGIONS)) == profiles
