from __future__ import annotations

import pytest

from mlsurvey.answering.members import (
    Member,
    by_text,
    of_class,
    ranked,
    speaking,
    together,
)
from mlsurvey.answering.score import Scored
from mlsurvey.answering.understood import Understood
from mlsurvey.parsed import Condition
from mlsurvey.types import Entity, Kind

from .samples import scored

ENTITIES = {
    e.slug: e
    for e in (
        Entity("wax", "Waxworks", language="rust", kind="native", category=("deep-learning",)),
        Entity("ember", "Emberlite", language="rust", kind="binding", category=("classical",)),
        Entity("glow", "Glowbug", language="dart", kind="native", category=("deep-learning",)),
        Entity("odd", "Oddment", language="rust"),
        Entity("list", "A list of libraries", language="rust", category=("collection",)),
    )
}
RUST, DEEP = Condition("language", "Rust", ("rust",)), Condition("class", "deep learning", ("deep-learning",))
NATIVE, MIT = Condition("kind", "native", ("native",)), Condition("licence", "not MIT", ("MIT",), negated=True)
YES, NO = scored("Waxworks uses the GPU.", score=0.6), scored("Waxworks does not use the GPU.", denies=0.9)


def understood(*conditions: Condition, **more: object) -> Understood:
    return Understood(question="", kind=Kind.LIST, entities=(), conditions=conditions, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conditions", "slugs"),
    [
        ((), ["wax", "ember", "glow", "odd"]),
        ((RUST,), ["wax", "ember", "odd"]),
        ((RUST, DEEP), ["wax", "odd"]),
        ((Condition("language", "not Rust", ("rust",), negated=True),), ["glow"]),
        ((NATIVE, MIT), ["wax", "ember", "glow", "odd"]),
    ],
    ids=["no class", "language", "language and category", "another language", "what makes no class"],
)
def test_a_class_is_made_of_languages_and_categories(conditions: tuple[Condition, ...], slugs: list[str]) -> None:
    assert [e.slug for e in of_class(understood(*conditions), ENTITIES)] == slugs


def test_what_the_answer_has_to_do_with_is_no_member() -> None:
    assert [e.slug for e in of_class(understood(RUST, objects=("wax",)), ENTITIES)] == ["ember", "odd"]


def test_a_set_may_be_picked_from_what_was_answered_before() -> None:
    assert [e.slug for e in of_class(understood(among=("odd", "glow")), ENTITIES)] == ["glow", "odd"]


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ([YES], "yes"),
        ([NO], "no"),
        ([scored("Waxworks uses the GPU.", score=0.05)], "unknown"),
        ([], "unknown"),
        ([NO, scored("Waxworks uses the GPU.", score=0.8)], "yes"),
        ([scored("Waxworks has no GPU.", score=0.9, denies=0.9), YES], "no"),
        ([NO, scored("Waxworks uses the GPU.", score=0.05)], "no"),
    ],
    ids=["yes", "no", "hardly evidence", "none", "yes is likelier", "no is likelier", "only the likely count"],
)
def test_the_evidence_decides_the_group(evidence: list[Scored], says: str) -> None:
    assert by_text(evidence, least=0.3) == says


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (["yes", "yes"], "yes"),
        (["yes", "unknown"], "unknown"),
        (["unknown", "no", "yes"], "no"),
        ([], "yes"),
    ],
)
def test_all_of_a_question_has_to_hold(verdicts: list[str], says: str) -> None:
    assert together(iter(verdicts)) == says


def test_a_verdict_is_shown_by_what_says_so() -> None:
    assert speaking([YES, NO], "yes") == [YES]
    assert speaking([YES, NO], "no") == [NO]


def test_members_stand_by_their_best_evidence() -> None:
    weak, strong = scored("Weak.", score=0.2), scored("Strong.", score=0.9)
    members = [
        Member("b", "unknown"),
        Member("a", "unknown"),
        Member("c", "yes", (weak, strong)),
        Member("d", "yes", (strong,)),
    ]
    assert [m.slug for m in ranked(members)] == ["d", "c", "a", "b"]
