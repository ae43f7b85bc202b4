"""Questions that are proposed: how they read, and which answers count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlsurvey.found import Found, Rank, Subject
from mlsurvey.survey.proposing import (
    TRIED,
    Candidate,
    comparisons,
    in_a_sentence,
    is_answered,
    is_point,
    lists,
    plural,
    proposals,
)
from mlsurvey.types import Answer, Aspect, Category, Citation, Kind, Statement, Status

POINTS = [Aspect("throughput", "Throughput"), Aspect("limits", "Limits")]
QUEUE = Category("queue", "Queue")
BIRDS = [
    Subject("owl", "OwlPost", said="message queue for ships", classes=("queue",), documents=("owl.md",)),
    Subject("stork", "Stork", said="courier", documents=("stork.md",)),
    Subject("crane", "CraneMQ", said="queue written in Go", classes=("queue",), documents=("crane.md",)),
]
CITED = Citation(1, "owl.md", "0", "OwlPost", (), 0, 1, 1, 1, "x", 1.0)
ANSWER = Answer(
    question="?",
    kind=Kind.COMPARE,
    status=Status.ANSWERED,
    abstained=False,
    reason=None,
    entities=("owl", "crane"),
    aspects=("limits",),
    statements=(Statement("owl", "limits", "a", (1,)), Statement("crane", "limits", "b", (1,))),
    citations=(CITED,),
    missing=(),
    conflicts=(),
    index="i",
    model="m",
)
COMPARED = Candidate("?", Kind.COMPARE, ("owl", "crane"), "limits")


@pytest.mark.parametrize(
    ("heading", "written"),
    [("Delivery Guarantees", "delivery guarantees"), ("GPU support", "GPU support"), ("Size in MB", "size in MB")],
)
def test_a_heading_is_written_as_in_a_sentence(heading: str, written: str) -> None:
    assert in_a_sentence(heading) == written


@pytest.mark.parametrize(
    ("noun", "more"),
    [("queue", "queues"), ("city", "cities"), ("lens", "lens"), ("bus", "buses"), ("box", "boxes"), ("day", "days")],
)
def test_the_plural_follows_the_rules(noun: str, more: str) -> None:
    assert plural(noun) == more


@pytest.mark.parametrize(
    "name", ["How it works", "Best for", "Native or wrapper", "Why we do all this", "a b c d e", "What is new"]
)
def test_a_heading_that_is_no_noun_is_no_point(name: str) -> None:
    assert not is_point(name) and is_point("Throughput")


def test_two_of_one_class_are_compared_first_each_pair_on_another_point() -> None:
    questions = [one.question for one in comparisons(BIRDS, POINTS)]
    assert questions[:2] == [
        "How do OwlPost and CraneMQ differ in throughput?",
        "How do OwlPost and Stork differ in limits?",
    ]
    assert len(set(questions)) == 6


def test_a_list_asks_for_what_the_documents_say_of_some_and_then_for_all() -> None:
    listed = list(lists(BIRDS, [QUEUE]))
    assert [one.question for one in listed] == ["Which queues are written in Go?", "Which queues are there?"]
    assert listed[0].is_all and listed[0].entities == ("crane",) and listed[1].entities == ("owl", "crane")


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.ABSTAINED},
        {"status": Status.PARTIAL},
        {"kind": Kind.LOOKUP},
        {"reason": "the quotes may not answer the question"},
        {"entities": ("owl", "stork")},
        {"aspects": ("limits", "size")},
        {"statements": ANSWER.statements[:1]},
    ],
)
def test_only_a_whole_answer_about_both_sides_counts(change: dict[str, object]) -> None:
    assert is_answered(COMPARED, ANSWER)
    assert not is_answered(COMPARED, replace(ANSWER, **change))


def test_a_list_counts_if_its_members_are_those_expected() -> None:
    answer = replace(ANSWER, kind=Kind.LIST, groups={"yes": ("owl", "crane"), "no": (), "unknown": ()})
    assert is_answered(Candidate("?", Kind.LIST, ("owl",)), answer)
    assert not is_answered(Candidate("?", Kind.LIST, ("owl",), is_all=True), answer)
    assert not is_answered(Candidate("?", Kind.LIST, ("owl", "stork")), answer)


def test_without_answers_nothing_is_proposed_and_the_number_of_tries_is_limited() -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return replace(ANSWER, status=Status.ABSTAINED, abstained=True)

    many = [replace(BIRDS[0], slug=f"owl-{number}", name=f"OwlPost {number}") for number in range(50)]
    assert proposals(Found(tuple(many), tuple(POINTS), (QUEUE,)), (), ask) == ()
    assert 0 < len(asked) <= 3 * TRIED


def test_what_is_only_mentioned_hidden_or_no_part_of_a_question_is_not_asked_about() -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return ANSWER

    odd = (
        replace(BIRDS[0], hidden=True),
        replace(BIRDS[1], rank=Rank.MENTION),
        replace(BIRDS[2], name="Are we there yet?"),
        replace(BIRDS[2], name="Owl\x1b[31m"),
    )
    assert proposals(Found(odd, tuple(POINTS)), (), ask) == () and asked == []
