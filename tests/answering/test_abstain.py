from __future__ import annotations

from dataclasses import replace

import pytest

from mlsurvey.answering.abstain import UNATTACHED, UNSETTLED, judge
from mlsurvey.answering.asked import in_own_words
from mlsurvey.answering.compose import Finding
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.parsed import Condition
from mlsurvey.types import Aspect, Kind, Status

from .samples import GAZETTEER, GPU, scored

ENTITIES = GAZETTEER.entities
LICENCE = Aspect("licence", "Licence")
ASKED = Understood("?", Kind.COMPARE, ("wax", "ember"), aspects=(AskedAspect(GPU, ()), AskedAspect(LICENCE, ())))
FOUND = (Finding("wax", "gpu", scored("Waxworks uses the GPU.")),)


def test_what_is_found_for_every_side_is_an_answer() -> None:
    verdict = judge(ASKED, FOUND, {}, ENTITIES)
    assert (verdict.status, verdict.reason) == (Status.ANSWERED, None)


def test_silence_on_a_part_is_told() -> None:
    verdict = judge(ASKED, FOUND, {("ember", "gpu"): 12, ("wax", "licence"): 9}, ENTITIES)
    assert verdict.status is Status.PARTIAL
    assert verdict.reason == "The documents say nothing about Emberlite on GPU and Waxworks on Licence."


def test_an_answer_that_is_unlikely_is_told_to_be_uncertain() -> None:
    found = (*FOUND, Finding("ember", "licence", scored("Emberlite burns slowly.", score=0.3)))
    verdict = judge(ASKED, found, {}, ENTITIES, sure=0.4)
    assert verdict.status is Status.PARTIAL
    assert verdict.reason == "The quotes about Emberlite on Licence may not answer the question."
    assert judge(replace(ASKED, kind=Kind.LIST), found, {}, ENTITIES, sure=0.4).status is Status.ANSWERED


def test_a_pair_is_as_certain_as_its_best_quote() -> None:
    found = (*FOUND, Finding("wax", "gpu", scored("Waxworks melts on hot devices.", score=0.1)))
    assert judge(ASKED, found, {}, ENTITIES, sure=0.4).reason is None


def test_a_list_has_its_own_place_for_those_on_which_nothing_is() -> None:
    asked = replace(ASKED, kind=Kind.LIST, entities=())
    assert judge(asked, FOUND, {("ember", "gpu"): 12}, ENTITIES).status is Status.ANSWERED


def test_a_list_tells_of_a_matter_on_which_nothing_is_said_of_anyone() -> None:
    asked = replace(ASKED, kind=Kind.LIST, entities=())
    verdict = judge(asked, FOUND, {("ember", "gpu"): 12, (None, "licence"): 30}, ENTITIES)
    assert (verdict.status, verdict.reason) == (Status.PARTIAL, "The documents say nothing about Licence.")


def test_where_nothing_is_found_the_number_of_passages_read_is_told() -> None:
    verdict = judge(ASKED, (), {("wax", "gpu"): 30, ("ember", "gpu"): 12}, ENTITIES)
    assert verdict.status is Status.ABSTAINED
    assert verdict.reason == (
        "Nothing about Waxworks and Emberlite that answers “GPU and Licence” was found in the 42 passages searched."
    )


def test_a_question_that_names_no_library_is_answered_with_silence_too() -> None:
    asked = Understood("?", Kind.LOOKUP, (), aspects=(in_own_words("boil an egg"),))
    verdict = judge(asked, (), {(None, "boil-egg"): 30}, ENTITIES)
    assert verdict.reason == "Nothing that answers “boil egg” was found in the 30 passages searched."


def test_an_unknown_library_alone_has_no_answer_whatever_was_found() -> None:
    asked = Understood("?", Kind.LOOKUP, (), unknown=("Zumbo", "Zephyr"))
    verdict = judge(asked, FOUND, {}, ENTITIES)
    assert verdict.status is Status.ABSTAINED
    assert verdict.reason == "No document is about Zumbo, Zephyr, and no library of that name is known."


def test_an_unknown_library_beside_a_known_one_makes_a_part_of_an_answer() -> None:
    verdict = judge(replace(ASKED, unknown=("Zumbo",)), FOUND, {}, ENTITIES)
    assert (verdict.status, verdict.reason) == (Status.PARTIAL, "No document is about Zumbo.")


def test_sides_that_the_filters_leave_out_are_told() -> None:
    some = judge(replace(ASKED, entities=("wax",)), FOUND, {}, ENTITIES, excluded=("ember",))
    assert (some.status, some.reason) == (Status.PARTIAL, "The filters leave out Emberlite.")
    everything = judge(replace(ASKED, entities=()), (), {}, ENTITIES, excluded=("wax", "ember"))
    assert everything.status is Status.ABSTAINED
    assert "The filters leave out Waxworks and Emberlite." in (everything.reason or "")


@pytest.mark.parametrize(("kind", "status"), [(Kind.RECOMMEND, Status.PARTIAL), (Kind.LOOKUP, Status.ANSWERED)])
def test_no_document_settles_a_superlative_among_many(kind: Kind, status: Status) -> None:
    verdict = judge(Understood("?", kind, (), flags=("superl",)), FOUND, {}, ENTITIES)
    assert (verdict.status, verdict.reason) == (status, UNSETTLED if status is Status.PARTIAL else None)


def test_a_follow_up_that_follows_nothing_is_not_answered() -> None:
    asked = Understood("and its licence?", Kind.LOOKUP, (), flags=("follows",))
    verdict = judge(asked, FOUND, {}, ENTITIES)
    assert (verdict.status, verdict.reason) == (Status.ABSTAINED, UNATTACHED)


@pytest.mark.parametrize(
    "more",
    [
        {"entities": ("wax",)},
        {"carried": ("libraries",)},
        {"conditions": (Condition("language", "Rust", ("rust",)),)},
        {"kind": Kind.LIST},
        {"flags": ()},
    ],
)
def test_a_question_that_says_what_it_is_about_follows_nothing(more: dict[str, object]) -> None:
    asked = replace(Understood("?", Kind.LOOKUP, (), flags=("follows",)), **more)
    assert judge(asked, FOUND, {}, ENTITIES).status is Status.ANSWERED


def test_how_little_was_read_of_another_language_is_told() -> None:
    verdict = judge(replace(ASKED, tongue="German"), FOUND, {}, ENTITIES)
    assert verdict.status is Status.PARTIAL
    assert verdict.reason == (
        "The documents are in English; understood from this question in German: Waxworks and Emberlite."
    )
