"""Documents that are about no library: a question for "who" or "which" asks for something else there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Kind, Status

ORCHARD = """# Orchard diary

## Press

The cider press was repaired by the blacksmith of the next village in March.
Two barrels were filled on the first weekend of October.

## Pests

The codling moth was kept away with pheromone traps and grease bands.
Deer browsed the young trees until the fence was finished.
"""
MEMBERS = """# Rules of the choir

Every new singer has to be proposed by two members of the committee.
The treasurer keeps the key to the music cupboard.
Guests pay six crowns at the door, children pay nothing.
"""


@pytest.fixture(scope="module")
def diary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    corpus = tmp_path_factory.mktemp("diary")
    (corpus / "orchard.md").write_text(ORCHARD, encoding="utf-8")
    (corpus / "choir.md").write_text(MEMBERS, encoding="utf-8")
    with Survey(Settings(corpus=corpus, index=tmp_path_factory.mktemp("index"))) as survey:
        survey.refresh()
        yield survey


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who repaired the cider press?", "repaired by the blacksmith"),
        ("Who has the key to the music cupboard?", "The treasurer keeps the key"),
        ("Who has to propose a new singer?", "proposed by two members"),
        ("Which animals browsed the young trees?", "Deer browsed"),
        ("What kept the codling moth away?", "pheromone traps"),
        ("How much do guests pay at the door?", "six crowns"),
        ("How many barrels were filled in October?", "Two barrels"),
    ],
)
def test_a_sentence_that_answers_is_quoted(diary: Survey, question: str, said: str) -> None:
    answer = diary.ask(question)
    assert answer.status is Status.ANSWERED
    assert any(said in s.text for s in answer.statements)


def test_the_reason_for_an_empty_set_is_true(diary: Survey) -> None:
    answer = diary.ask("Which Rust libraries support the GPU?")
    assert (answer.kind, answer.abstained) == (Kind.LIST, True)
    assert answer.reason == "No document is about libraries of the kind asked for."
