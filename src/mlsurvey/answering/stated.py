"""Facts that a set question states about its members, in any place of the question. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from mlsurvey.answering.conditions import condition, fact, is_denied
from mlsurvey.answering.matters import in_a_row
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.learned.reading import Reading
from mlsurvey.parsed import Condition
from mlsurvey.types import Span

CLASS = 0.3
"""Least probability of a word that it names the members of a set."""
_ANDS = re.compile(r"\s*(?:[,;&]|(?<=\s)\+(?=\s)|\b(?:and|but)\b)\s*", re.IGNORECASE)
"""Between two conditions that both have to hold."""


def stated_facts(
    question: str, stretches: Iterable[Span], conditions: Iterable[Condition]
) -> tuple[list[Span], tuple[Condition, ...]]:
    """The stretches that ask the documents, and the conditions that the others state: facts decide those."""
    known = {(c.field, c.values, c.negated) for c in conditions}
    kept, stated = [], []
    for span, found in (part for stretch in stretches for part in _divided(question, stretch)):
        if found is None:
            kept.append(span)
        elif (found.field, found.values, found.negated) not in known:
            stated.append(found)
    return kept, tuple(stated)


def _divided(question: str, stretch: Span) -> Iterator[tuple[Span, Condition | None]]:
    """The stretch in parts: those in a row with "and" that state a fact, and what stands between them."""
    rest: Span | None = None
    for part in in_a_row(question, stretch, _ANDS):
        found = fact(part.of(question), is_denied(question[: part.start]))
        if found is None:
            rest = Span(rest.start if rest else part.start, part.end)
            continue
        if rest:
            yield rest, None
        rest = None
        yield part, found
    if rest:
        yield rest, None


def attributes(question: str, reading: Reading, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The facts before the name of the class that no condition has yet: "*archived* Go libraries"."""
    fields = {c.field for c in conditions}
    found: list[Condition] = []
    is_attribute = False
    for word, after in reversed(list(pairwise(w.span for w in reading.words))):
        leads = is_attribute or sum(reading.of(after, ("class", "language")).values()) >= CLASS
        stated = fact(word.of(question), is_denied(question[: word.start])) if leads else None
        is_attribute = stated is not None
        if stated and stated.field not in fields:
            fields.add(stated.field)
            found.append(stated)
    return tuple(reversed(found))


def upkeep(asked: AskedAspect) -> Condition:
    """The state that a set asks for in any words: "that nobody looks after any more"."""
    words = "; ".join(asked.wording)
    return condition("state", words, asked.negated, ()) or Condition("state", words, ("active",), asked.negated)
