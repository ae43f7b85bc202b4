"""Which matters the stretches of a question ask about: one column of an answer each. Pure but for what is passed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Protocol

from mlsurvey.answering.asked import in_own_words
from mlsurvey.answering.names import without_languages
from mlsurvey.answering.polarity import LACKING, affirmed, is_more, is_turned
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words
from mlsurvey.types import Kind, Span
from mlsurvey.vocabulary.gazetteer import Mention

TELLING = 2
"""Content words beside the names from which a comparison asks for something of its own."""
PIECE = 3
"""Content words up to which a stretch in the question's own words is a piece of the matter beside it: of 605 labelled
questions, .893 then have as many matters as asked for, against .762 with all kept (validation part, corpus)."""
_JOINS = re.compile(r"[,;:?!]|\.(?=\s|$)|\b(?:and|or|vs\.?|versus)\b|&", re.IGNORECASE)
"""Between two stretches: what stands on either side is asked separately."""
_COORDINATORS = re.compile(
    r"\s*(?:[,;&]\s*)?(?:[,;&]|\b(?:and|but)(?:\s+(?:also|yet))?\b|\bas\s+well\s+as\b|\s(?=without\b))\s*",
    re.IGNORECASE,
)
"""Between two parts of a stretch that may be matters of their own; "without" belongs to what follows."""
_AND = re.compile(
    r"\W*(?:and|plus|as\s+well\s+as|&)\s+(?:(?:the|its|any|about|for|on|how\s+about|what\s+about)\s+)*", re.IGNORECASE
)
"""Between two matters of one question."""
_LACKING = re.compile(rf"\b{LACKING}\s+(?:(?:any|an?|the)\s+)?$", re.IGNORECASE)
"""Right before what is to be missing."""


class Recognise(Protocol):
    """Returns the matter that words ask about; see :class:`.asked.Recogniser`."""

    def __call__(self, words: str, nameless: str = "") -> AskedAspect:
        """The matter of the words, which are given once more without names."""


def matters(
    question: str, nameless: str, stretches: Iterable[Span], recognise: Recognise, *, is_set: bool
) -> tuple[AskedAspect, ...]:
    """One for each matter; stretches that ask for the same are one.

    Args:
        question: as typed.
        nameless: the question with spaces in place of names.
        stretches: what asks; each may ask for several matters.
        recognise: words to the matter that they ask about.
        is_set: whether members of a set are asked for; those may be wanted that lack a matter.
    """
    asked: dict[str, AskedAspect] = {}
    parts = [
        part for stretch in sorted(stretches) for part in _parts(question, nameless, stretch, recognise, is_set=is_set)
    ]
    for span in _wanted(question, parts):
        words = span.of(question)
        negated = is_set and is_turned(question, span)
        found = recognise(affirmed(words) if negated else words, affirmed(span.of(nameless)))
        found = replace(found, wording=(words,), negated=negated)
        # Names alone ask for something only where they are a matter too: "ONNX" is a library, and a format.
        if not found.known and not content_words(without_languages(affirmed(span.of(nameless)))):
            continue
        if before := asked.get(found.aspect.slug):
            found = replace(found, wording=(*before.wording, *found.wording))
        asked[found.aspect.slug] = found
    return tuple(asked.values())


def _parts(question: str, nameless: str, stretch: Span, recognise: Recognise, *, is_set: bool) -> Iterator[Span]:
    """The stretch, cut where matters stand in a row of which one is of the lexicon: "train networks and use the GPU".

    A part that names no matter belongs to the one before it, in a set always, else if it is a single word of content.
    """
    parts = list(in_a_row(question, stretch, _COORDINATORS))
    if parts == [stretch]:
        yield stretch
        return
    found = [recognise(affirmed(part.of(question)), affirmed(part.of(nameless))) for part in parts]
    if not any(one.known for one in found):
        yield stretch
        return
    slugs: list[str] = []
    for part, one in zip(parts, found, strict=True):
        is_own = one.known or (not is_set and len(content_words(part.of(question))) > 1)
        slugs.append(one.aspect.slug if is_own else slugs[-1] if slugs else "")
    if not slugs[0]:
        slugs[0] = next(slug for slug in slugs if slug)
    for _, group in groupby(zip(slugs, parts, strict=True), key=lambda item: item[0]):
        spans = [span for _, span in group]
        yield Span(spans[0].start, spans[-1].end)


def in_a_row(question: str, stretch: Span, between: re.Pattern[str]) -> Iterator[Span]:
    """The parts of a stretch, less what stands ``between`` them."""
    cuts = [Span(*m.span()) for m in between.finditer(question, stretch.start, stretch.end)]
    ends = [Span(stretch.start, stretch.start), *cuts, Span(stretch.end, stretch.end)]
    yield from (Span(a.end, b.start) for a, b in pairwise(ends) if a.end < b.start)


def _wanted(question: str, spans: Sequence[Span]) -> Sequence[Span]:
    """The stretches less those of which the question wants more: "not only inference"; all if nothing else is asked."""
    return [span for span in spans if not is_more(question, span)] or spans


def fewest(question: str, aspects: Sequence[AskedAspect], *, is_list: bool) -> tuple[AskedAspect, ...]:
    """The matters, less those in the question's own words that are a piece of the matter beside them.

    A short stretch that no aspect names seldom asks for something of its own ("hype or fact"), unless an "and" joins it
    ("how fast *and how big*"). In a list, where each matter has to hold, none does ("use the GPU, also partly").
    """
    kept: list[AskedAspect] = []
    for asked in aspects:
        before = kept[-1] if kept and kept[-1].negated is asked.negated else None
        if before is None or not _is_one(question, before, asked, is_list=is_list):
            kept.append(asked)
        else:
            names_it = before.known or not (asked.known or is_list or _is_short(before))
            named = before if names_it else asked
            kept[-1] = replace(named, wording=(*before.wording, *asked.wording))
    return tuple(kept)


def _is_one(question: str, before: AskedAspect, asked: AskedAspect, *, is_list: bool) -> bool:
    """Whether one of two matters in a row is a piece of the other."""
    if is_list:
        return not (before.known and asked.known)
    start = question.find(before.wording[-1]) + len(before.wording[-1])
    is_joined = _AND.fullmatch(question, start, max(start, question.find(asked.wording[0], start))) is not None
    return not is_joined and (_is_short(before) or _is_short(asked))


def _is_short(asked: AskedAspect) -> bool:
    return not asked.known and len(content_words(asked.words)) <= PIECE


def whole(question: str, nameless: str, kind: Kind) -> tuple[AskedAspect, ...]:
    """The question itself, where nothing in it is sure to be what is asked and it says more than names.

    A comparison says a little more ("what is the difference") and yet asks for all that tells the sides apart.
    """
    least = TELLING if kind is Kind.COMPARE else 1
    return (in_own_words(question),) if len(content_words(nameless)) >= least else ()


def asked_stretches(question: str, spans: Sequence[Span], facts: Sequence[Span] = ()) -> list[Span]:
    """The stretches that say what is asked; pieces of one matter, with a name between them, are joined.

    Pieces on either side of ``facts`` are two matters: "*maintained* Go libraries that *support GPUs*".
    """
    joined: list[Span] = []
    for span in sorted(spans):
        gap = Span(joined[-1].end, max(joined[-1].end, span.start)) if joined else None
        if gap is None or _JOINS.search(gap.of(question)) or any(gap.overlap(of) for of in facts):
            joined.append(span)
        else:
            joined[-1] = Span(joined[-1].start, span.end)
    return joined


def from_its_beginning(question: str, span: Span) -> Span:
    """The stretch with all of its first word: a word ends at an apostrophe for the network."""
    is_cut = question[: span.start].endswith(("'", "’"))
    return Span(max(question.rfind(" ", 0, span.start), -1) + 1, span.end) if is_cut else span


def with_lack(question: str, span: Span) -> Span:
    """The stretch with the word before it that says it is to be missing: "*without* GPU support"."""
    before = _LACKING.search(question, 0, span.start)
    return Span(before.start(), span.end) if before else span


def beside_names(question: str, span: Span, mentions: Iterable[Mention]) -> Span:
    """The stretch without the piece of a name that it begins or ends in: the network cuts "GPU.js" in two."""
    for name in (m.span for m in mentions if m.span.overlap(span)):
        if name.start < span.start < name.end < span.end:
            rest = question[name.end : span.end]
            span = Span(span.end - len(rest.lstrip()), span.end)
        elif span.start < name.start < span.end < name.end:
            span = Span(span.start, span.start + len(question[span.start : name.start].rstrip()))
    return span


def with_object(question: str, span: Span, objects: Iterable[Span]) -> Span:
    """The stretch with the name right behind it, on which its verb acts: "read *ONNX*"."""
    behind = (name for name in objects if name.start >= span.end and question[span.end : name.start].isspace())
    return Span(span.start, max((name.end for name in behind), default=span.end))
