"""Complete answers from a real index over libraries that are unknown to the program."""

from __future__ import annotations

import pytest

from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Filters, Kind, Status


def said(answer: Answer, entity: str) -> str:
    return " ".join(s.text for s in answer.statements if s.entity == entity)


def test_every_citation_is_verbatim_numbered_and_used(field: Survey) -> None:
    answer = field.ask("Emberlite vs Wickframe: GPU, learning curve, licence")
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        text = field.document(citation.document).text
        assert text[citation.start : citation.end] == citation.quote
        assert text.count("\n", 0, citation.start) + 1 == citation.line_start
    used = {n for s in answer.statements for n in s.citations} | {n for c in answer.conflicts for n in c.citations}
    assert used == {c.number for c in answer.citations}


def test_each_side_of_a_comparison_has_its_evidence(field: Survey) -> None:
    answer = field.ask("Does Emberlite or Wickframe have GPU support?")
    assert (answer.kind, answer.entities) == (Kind.COMPARE, ("ember", "wick"))
    assert "CUDA and Vulkan" in said(answer, "ember")
    assert "does not support GPUs" in said(answer, "wick")


def test_nothing_about_one_library_is_put_under_another(field: Survey) -> None:
    answer = field.ask("Emberlite vs Wickframe vs Tallowkit: GPU support and learning curve")
    for statement in answer.statements:
        others = {"ember": "Emberlite", "wick": "Wickframe", "tallow": "Tallowkit"}
        own = others.pop(statement.entity or "")
        assert own in statement.text or not any(name in statement.text for name in others.values())


def test_a_silent_side_is_told_with_the_number_of_passages_read(field: Survey) -> None:
    answer = field.ask("Emberlite or Tallowkit: which licence?")
    assert answer.status is Status.PARTIAL
    assert [(m.entity, m.aspect) for m in answer.missing] == [("tallow", "licence")]
    assert answer.missing[0].searched > 0
    assert answer.reason == "The documents say nothing about Tallowkit on Licence."


@pytest.mark.parametrize(
    "question",
    [
        "Does Zephyrnet.js support the GPU?",
        "How long should I boil an egg?",
        "What does Emberlite cost per month in euros?",
    ],
)
def test_what_no_document_states_is_not_answered(field: Survey, question: str) -> None:
    answer = field.ask(question)
    assert answer.abstained and answer.status is Status.ABSTAINED
    assert answer.statements == answer.citations == ()
    assert answer.reason


def test_an_abstention_offers_the_nearest_passages_as_such(field: Survey) -> None:
    answer = field.ask("What does Emberlite cost per month in euros?")
    assert answer.nearest and answer.nearest[0].document.startswith(("rust/ember", "emberlite", "survey"))


def test_an_unknown_library_is_named_in_the_reason(field: Survey) -> None:
    assert "Zephyrnet.js" in (field.ask("Does Zephyrnet.js support the GPU?").reason or "")


def test_a_set_is_shown_in_three_groups(field: Survey) -> None:
    answer = field.ask("Which Rust libraries support the GPU?")
    assert answer.kind is Kind.LIST
    assert answer.groups["yes"] == answer.entities == ("ember",)
    assert set(answer.groups["no"]) == {"wick", "tallow"}


def test_a_matter_that_is_said_of_no_library_does_not_empty_a_set(field: Survey) -> None:
    answer = field.ask("Which Rust libraries run on a GPU and have an explainability dashboard?")
    assert "ember" in answer.groups["yes"]
    assert None in [m.entity for m in answer.missing]
    assert answer.status is Status.PARTIAL and "The documents say nothing about" in (answer.reason or "")


def test_a_set_may_ask_for_a_kind(field: Survey) -> None:
    answer = field.ask("Which Rust deep learning libraries are native, not wrappers?")
    assert set(answer.entities) >= {"ember"} and "wick" not in answer.entities


def test_a_set_may_ask_for_an_absence(field: Survey) -> None:
    answer = field.ask("Which Rust frameworks are no longer maintained?")
    assert answer.entities == ("wick",)


def test_a_recommendation_shows_what_speaks_for_and_against(field: Survey) -> None:
    answer = field.ask("Which Rust crate should I use to train on the GPU?")
    assert answer.kind is Kind.RECOMMEND
    assert answer.entities[0] == "ember"
    assert {s.stance for s in answer.statements} <= {"for", "against"}
    assert any(s.stance == "for" and s.entity == "ember" for s in answer.statements)


def test_documents_that_disagree_are_both_cited(field: Survey) -> None:
    answer = field.ask("Does Emberlite support the GPU?")
    (conflict,) = answer.conflicts
    quotes = {c.number: c for c in answer.citations}
    sides = [quotes[n] for n in conflict.citations]
    assert {s.document for s in sides} == {"rust/ember.md", "emberlite/old-note.md"}
    assert conflict.kind == "negation"


def test_a_table_row_answers_with_its_header(field: Survey) -> None:
    answer = field.ask("Does Glowbug support WebAssembly?")
    assert any(s.text == "WebAssembly | Supported: no" for s in answer.statements)


def test_filters_restrict_what_is_quoted(field: Survey) -> None:
    answer = field.ask("Does Emberlite support the GPU?", filters=Filters(paths=("rust/",)))
    assert {c.document for c in answer.citations} <= {"rust/ember.md"}


def test_a_filter_by_library_holds_for_sides_too(field: Survey) -> None:
    answer = field.ask("Emberlite vs Wickframe: GPU support", filters=Filters(entities=("wick",)))
    assert {c.document for c in answer.citations} <= {"rust/wick.md", "survey.md"}
    assert not any(c.document == "rust/ember.md" for c in answer.citations)


def test_names_are_understood_with_typing_errors(field: Survey) -> None:
    assert field.ask("Embrelite licence").entities == ("ember",)


def test_the_limit_of_statements_holds_for_each_side_and_aspect(field: Survey) -> None:
    answer = field.ask("Emberlite vs Wickframe: learning curve", max_statements=1)
    assert sorted(s.entity or "" for s in answer.statements) == ["ember", "wick"]


def test_a_comparison_without_an_aspect_takes_those_on_which_all_sides_have_evidence(field: Survey) -> None:
    answer = field.ask("compare Emberlite and Wickframe")
    assert {"gpu", "ease-of-use", "native-or-wrapper"} <= set(answer.aspects)
    assert "licence" not in answer.aspects
    for aspect in answer.aspects:
        assert {s.entity for s in answer.statements if s.aspect == aspect} == {"ember", "wick"}


def test_a_kind_may_be_asked_for_by_excluding_the_other(field: Survey) -> None:
    answer = field.ask("which Rust libraries are native rather than wrappers?")
    assert "wick" in answer.groups["no"] and "ember" in answer.groups["yes"]


def test_what_a_library_is_comes_first_where_nothing_else_is_asked(field: Survey) -> None:
    answer = field.ask("What is Tallowkit?")
    assert answer.statements[0].text == "Tallowkit is a deep learning library in pure Rust for embedded devices."


def test_a_list_wants_the_part_that_is_asked_for(field: Survey) -> None:
    answer = field.ask("Which Rust libraries run on Vulkan?")
    assert answer.groups["yes"] == ("ember",)
    assert "wick" not in answer.groups["yes"]


def test_advice_tells_where_a_library_is_no_longer_maintained(field: Survey) -> None:
    answer = field.ask("What should I use to port existing C++ code to Rust?")
    assert "wick" in answer.entities
    against = [s.text for s in answer.statements if (s.entity, s.stance) == ("wick", "against")]
    assert "Wickframe's maintainers announced that Wickframe is no longer maintained." in against
