from __future__ import annotations

import pytest

from mlsurvey.answering.candidates import naming, said_of_entity
from mlsurvey.answering.clauses import said_of
from mlsurvey.types import SentenceKind

from .samples import GAZETTEER, found, passage


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Waxworks is for trees, while Emberlite is for networks.", "Waxworks is for trees"),
        ("Emberlite is for networks; Waxworks is for trees.", "Waxworks is for trees"),
        ("Both do much: Emberlite for networks, Waxworks for trees.", "Both do much; Waxworks for trees"),
        ("For now Waxworks trains trees, and Emberlite runs on the GPU.", "For now Waxworks trains trees"),
        ("Waxworks grows trees: fast ones, whereas Emberlite is slow.", "Waxworks grows trees; fast ones"),
    ],
)
def test_a_sentence_says_of_a_library_what_its_clauses_say(text: str, said: str) -> None:
    assert said_of(text, GAZETTEER.mentions(text), "wax") == said


@pytest.mark.parametrize(
    "text",
    [
        "Waxworks is faster than Emberlite.",
        "Waxworks and Emberlite run on the GPU.",
        "Waxworks is for trees; it grew out of Emberlite.",
        "Waxworks grows trees, but slowly.",
    ],
)
def test_a_sentence_may_say_all_of_it_of_a_library(text: str) -> None:
    assert said_of(text, GAZETTEER.mentions(text), "wax") is None


def test_the_position_of_a_part_is_that_of_its_sentence() -> None:
    text = "Waxworks is for trees, while Emberlite is for networks."
    (candidate,) = found(passage(text))
    named = naming(text, GAZETTEER)
    part = said_of_entity(candidate, "ember", named)
    assert (part.text, part.span) == ("Emberlite is for networks", candidate.span)
    assert said_of_entity(candidate, None, named) is candidate


def test_a_row_of_a_table_is_judged_whole() -> None:
    (candidate,) = found(passage("Waxworks | for trees; Emberlite for networks", kind=SentenceKind.ROW))
    assert said_of_entity(candidate, "wax", naming(candidate.text, GAZETTEER)) is candidate
