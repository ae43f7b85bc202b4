from __future__ import annotations

import pytest

from mlsurvey.answering.candidates import Candidate
from mlsurvey.answering.evidence import Scored
from mlsurvey.answering.members import of_class, verdict
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Aspect, Entity, Kind, Passage, Sentence, Span

ENTITIES = {
    e.slug: e
    for e in (
        Entity("wax", "Waxworks", language="rust", kind="native", category=("deep learning",)),
        Entity("ember", "Emberlite", language="rust", kind="binding", category=("classical",)),
        Entity("glow", "Glowbug", language="dart", kind="native", category=("deep learning",)),
        Entity("odd", "Oddment", language="rust"),
        Entity("list", "A list of libraries", language="rust", category=("collection",)),
    )
}
GPU = Aspect("gpu", "GPU", strong=("gpu*",), polar=True)


def understood(**more: object) -> Understood:
    plain = {"entities": (), "objects": (), "unknown": (), "languages": (), "aspects": (), "terms": ()}
    return Understood(question="", kind=Kind.LIST, **{**plain, **more})  # type: ignore[arg-type]


def scored(text: str, value: float = 0.6, named: float = 0.0) -> Scored:
    whole = Span(0, len(text))
    passage = Passage("a.md", 0, whole, 1, 1, (), ("wax",), (Sentence(whole, text),))
    return Scored(Candidate(0, passage, passage.sentences, 1.0), value, {"object": named})


def test_a_class_is_made_of_languages_and_categories() -> None:
    assert [e.slug for e in of_class(understood(languages=("rust",)), ENTITIES)] == ["wax", "ember", "odd"]
    wanted = understood(languages=("rust",), categories=("deep learning",))
    assert [e.slug for e in of_class(wanted, ENTITIES)] == ["wax", "odd"]


def test_a_named_object_is_no_member_unless_its_family_is_asked_for() -> None:
    assert "wax" not in [e.slug for e in of_class(understood(objects=("wax",)), ENTITIES)]
    assert "wax" in [e.slug for e in of_class(understood(objects=("wax",), inclusive=True), ENTITIES)]


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ([scored("Waxworks uses the GPU.")], "yes"),
        ([scored("Waxworks does not use the GPU.")], "no"),
        ([scored("Waxworks uses the GPU.", 0.05)], "unknown"),
        ([], "unknown"),
        ([scored("Waxworks uses the GPU.", 0.6), scored("Waxworks has no GPU profiler.", 0.7)], "yes"),
    ],
)
def test_the_evidence_decides_the_group(evidence: list[Scored], says: str) -> None:
    assert verdict(ENTITIES["wax"], evidence, understood(), AskedAspect(GPU, ("gpu",))) == says


def test_where_an_absence_is_asked_for_the_groups_change_places() -> None:
    asked = AskedAspect(GPU, ("gpu",), denied=True)
    assert verdict(ENTITIES["wax"], [scored("Waxworks does not use the GPU.")], understood(), asked) == "yes"
    assert verdict(ENTITIES["wax"], [scored("Waxworks uses the GPU.")], understood(), asked) == "no"


def test_the_kind_that_is_asked_for_decides_where_it_is_known() -> None:
    wanted, asked = understood(kinds=("native",)), AskedAspect(GPU, ("native",))
    assert verdict(ENTITIES["wax"], [scored("Waxworks is written in Rust.", 0.3)], wanted, asked) == "yes"
    assert verdict(ENTITIES["ember"], [scored("Emberlite wraps a library.", 0.3)], wanted, asked) == "no"
    assert verdict(ENTITIES["odd"], [scored("Oddment is there.", 0.3)], wanted, asked) == "unknown"


def test_what_must_not_stand_on_another_library() -> None:
    wanted, asked = understood(objects=("ember",), objects_denied=True), AskedAspect(GPU, ())
    assert (
        verdict(ENTITIES["wax"], [scored("Waxworks is built on Emberlite and the GPU.", named=1.0)], wanted, asked)
        == "no"
    )
    assert verdict(ENTITIES["wax"], [scored("Waxworks is written from scratch.")], wanted, asked) == "yes"
    assert verdict(ENTITIES["odd"], [scored("Oddment is small.")], wanted, asked) == "unknown"
