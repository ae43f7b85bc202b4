"""Proposes questions that the documents answer: makes them from what was found, asks them, and keeps what is answered.

Pure but for the asking, which is a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from mlsurvey.found import Found, Subject
from mlsurvey.started import Proposal
from mlsurvey.types import Answer, Aspect, Category, Kind, Status

Ask = Callable[[str], Answer]

PROPOSED = 3
"""Questions that are proposed, if as many are answered."""
TRIED = 12
"""Candidates of one kind that are asked at most."""
MOST_ASKED = 3 * TRIED
_SUBJECTS = 8
"""Subjects that candidates are made of: the first ones are the surest."""
_NO_NOUN = re.compile(
    r"^(?:why|how|what|when|where|who|which|is|are|can|does?|of)\b|^\w+ed$|\bor\b"
    r"|\b(?:for|of|in|on|with|to|by|at|from|and|as)$",
    re.IGNORECASE,
)
"""Headings that do not fit after "differ in"."""
_SENTENCE = re.compile(r"[?!;:]")
"""In a name, it would end the question before its time."""
_MADE = re.compile(r"\b((?:written|built|made|implemented) (?:in|of|with|on) [A-Z][\w+#]*)")
_CAPITALISED = re.compile(r"[A-Z][a-z]+")
_LONGEST = 4
"""Words of a point at most."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may have an answer, and what the answer has to be about."""

    question: str
    kind: Kind
    entities: tuple[str, ...]
    aspect: str | None = None
    is_all: bool = False
    """Of a list: whether no other subject may be a member."""


def proposals(found: Found, declared: Sequence[Aspect], ask: Ask) -> tuple[Proposal, ...]:
    """Three questions with an answer, of different kinds if possible; fewer if no more are answered.

    Args:
        found: what the documents are about.
        declared: points of comparison besides those found.
        ask: answers a question.
    """
    points = [point for point in (*found.aspects, *declared) if is_point(point.name)]
    everything = listed(found.subjects)
    subjects = [subject for subject in everything if not _SENTENCE.search(subject.name)][:_SUBJECTS]
    kept: list[Proposal] = []
    compared = _kept(comparisons(subjects, points), ask)
    looked_up = _kept(lookups(subjects, points), ask)
    sets = _kept(lists(everything, found.categories), ask)
    kinds: list[Iterator[Proposal]] = [compared, looked_up, sets]
    while kinds and len(kept) < PROPOSED:
        kinds = [kind for kind in kinds if _take(kind, kept)]
    return tuple(kept[:PROPOSED])


def listed(subjects: Iterable[Subject]) -> list[Subject]:
    """Those that a document or a part of one is about."""
    return [s for s in subjects if s.documents and s.is_listed]


def is_point(name: str) -> bool:
    """Whether the name of a point can stand in a question: "differ in throughput", but not "differ in how it works"."""
    return len(name.split()) <= _LONGEST and not _NO_NOUN.search(name)


def comparisons(subjects: Sequence[Subject], points: Sequence[Aspect]) -> Iterator[Candidate]:
    """Two subjects on one point; pairs of one class first, each on a point of its own before any on a second one."""
    pairs = sorted(combinations(subjects, 2), key=lambda pair: not set(pair[0].classes) & set(pair[1].classes))
    for shift in range(len(points)):
        for number, (one, other) in enumerate(pairs):
            point = points[(number + shift) % len(points)]
            question = f"How do {one.name} and {other.name} differ in {in_a_sentence(point.name)}?"
            yield Candidate(question, Kind.COMPARE, (one.slug, other.slug), point.slug)


def lookups(subjects: Sequence[Subject], points: Sequence[Aspect]) -> Iterator[Candidate]:
    """One subject on one point, each on a point of its own; not first those that are compared first."""
    for shift in range(len(subjects)):
        for number, point in enumerate((*points[1:], *points[:1])):
            subject = subjects[(number + shift + 2) % len(subjects)]
            question = f"What is known about the {in_a_sentence(point.name)} of {subject.name}?"
            yield Candidate(question, Kind.LOOKUP, (subject.slug,), point.slug)


def lists(subjects: Sequence[Subject], classes: Sequence[Category]) -> Iterator[Candidate]:
    """The members of a class: those of which the documents say what they are made of or in, then all."""
    for phrase in dict.fromkeys(made[1] for subject in subjects if (made := _MADE.search(subject.said))):
        said = [subject for subject in subjects if phrase in subject.said]
        shared = set.intersection(*(set(subject.classes) for subject in said))
        for one in classes:
            if one.slug in shared and one.name not in phrase:
                question = f"Which {plural(in_a_sentence(one.name))} are {phrase}?"
                yield Candidate(question, Kind.LIST, tuple(subject.slug for subject in said), is_all=True)
    for one in classes:
        members = tuple(subject.slug for subject in subjects if one.slug in subject.classes)
        if len(members) > 1:
            yield Candidate(f"Which {plural(in_a_sentence(one.name))} are there?", Kind.LIST, members)


def is_answered(candidate: Candidate, answer: Answer) -> bool:
    """Whether an answer is whole, understood as meant, and has a statement on every subject of the candidate."""
    if answer.status is not Status.ANSWERED or answer.kind is not candidate.kind or answer.reason:
        return False
    if candidate.kind is Kind.LIST:
        members = set(answer.groups.get("yes", ()))
        return members == set(candidate.entities) if candidate.is_all else members >= set(candidate.entities)
    if set(answer.entities) != set(candidate.entities) or answer.aspects != (candidate.aspect,):
        return False
    return set(candidate.entities) <= {statement.entity for statement in answer.statements if statement.citations}


def in_a_sentence(name: str) -> str:
    """A heading as it is written within a sentence: "Delivery Guarantees" as "delivery guarantees", "GPU" as it is."""
    words = name.split()
    is_title = all(_CAPITALISED.fullmatch(word) for word in words)
    lowered = [word.lower() if _CAPITALISED.fullmatch(word) else word for word in words]
    return " ".join(lowered if is_title else [*lowered[:1], *words[1:]])


def plural(noun: str) -> str:
    """The plural of a noun, by the regular rules."""
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is")):
        return noun
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


def _kept(candidates: Iterable[Candidate], ask: Ask) -> Iterator[Proposal]:
    for one in islice((one for one in candidates if one.question.isprintable()), TRIED):
        answer = ask(one.question)
        if is_answered(one, answer):
            yield Proposal(one.question, one.kind, answer.entities, answer.aspects)


def _take(proposed: Iterator[Proposal], kept: list[Proposal]) -> bool:
    """Take the next proposal that repeats neither the subjects nor the points of another of its kind, if there is."""
    for one in proposed:
        alike = [other for other in kept if other.kind is one.kind]
        if one not in kept and not any(set(one.aspects) & set(o.aspects) for o in alike):
            kept.append(one)
            return True
    return False
