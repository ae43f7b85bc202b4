"""The clauses of a sentence: which subjects each is about, and whether it denies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlsurvey.answering.polarity import denies
from mlsurvey.answering.words import content_words, stem, text_stems
from mlsurvey.types import Span
from mlsurvey.vocabulary.gazetteer import Mention

_BOUNDARY = re.compile(
    r"[.;:!?](?=\s|$)|\n|\s[–—]\s|[,\s]\s*\b(?:but|while|whereas|although|though|however|unlike)\b", re.IGNORECASE
)
_JOINT = re.compile(r"(?:,\s*and|,|\band)\s+\Z", re.IGNORECASE)
"""What may stand between two clauses with a subject each."""
_BLANK = re.compile(r"\S")
_NEGATING = frozenset(
    stem(word)
    for word in (
        *("no", "not", "none", "never", "without", "neither", "nor", "cannot", "lack", "lacks", "lacking", "missing"),
        *("hardly", "barely", "scarcely", "nobody", "yet", "only", "fails", "unsupported", "unavailable"),
        *("doesn't", "don't", "isn't", "aren't", "can't", "won't", "didn't", "wasn't", "hasn't", "haven't"),
    )
)
"""Words that only negate: they are compared as negations, not as words."""
PLAIN = frozenset(map(stem, ("support", "run", "work", "use", "provide", "offer", "have", "through")))
"""Words that do not show what is denied: "supports CUDA, but not WebGPU" denies no support as such."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that says one thing of one or more subjects."""

    subjects: tuple[tuple[str, ...], ...]
    """Of each subject that it begins with, the slugs that the name may mean; empty if it begins with none."""
    stems: frozenset[str]
    """Stems of its content words, without names of known subjects."""
    denies: bool
    text: str


def clauses_of(text: str, mentions: Sequence[Mention]) -> tuple[Clause, ...]:
    """The clauses of a sentence; one without a subject of its own has that of the clause before."""
    found: list[Clause] = []
    for span in _spans(text, mentions):
        inside = [m for m in mentions if span.start <= m.span.start < span.end]
        words = stems_of(blanked(text, [m.span for m in inside])[span.start : span.end])
        subjects = _opening(text, span, inside) or (found[-1].subjects if found else ())
        said = span.of(text)
        found.append(Clause(subjects, words, denies(said), said.strip()))
    return tuple(clause for clause in found if clause.stems or clause.denies)


def halves(text: str, mentions: Sequence[Mention]) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the clauses of a text that affirm, and of those that deny."""
    clauses = clauses_of(text, mentions)
    affirmed = (clause.stems for clause in clauses if not clause.denies)
    denied = (clause.stems for clause in clauses if clause.denies)
    return frozenset[str]().union(*affirmed), frozenset[str]().union(*denied)


def stems_of(text: str) -> frozenset[str]:
    """Stems of the content words that do not only negate."""
    return text_stems(text) - _NEGATING


def blanked(text: str, spans: Sequence[Span]) -> str:
    """The text with the spans replaced by spaces, so that positions do not change."""
    for span in spans:
        text = text[: span.start] + _BLANK.sub(" ", span.of(text)) + text[span.end :]
    return text


def _spans(text: str, mentions: Sequence[Mention]) -> Iterator[Span]:
    """Split at the words between clauses, and between names where the part before them already says something."""
    for span in _split(text, Span(0, len(text)), [Span(*m.span()) for m in _BOUNDARY.finditer(text)]):
        cuts: list[Span] = []
        start = span.start
        for mention in (m for m in mentions if span.start <= m.span.start < span.end):
            joint = _JOINT.search(text, start, mention.span.start)
            said = blanked(text, [m.span for m in mentions])[start : mention.span.start]
            follows = text[mention.span.end : span.end].lstrip()
            if joint and content_words(said) and follows and follows[0] not in ",.":
                cuts.append(Span(*joint.span()))
                start = mention.span.start
        yield from _split(text, span, cuts)


def _split(text: str, span: Span, cuts: Sequence[Span]) -> Iterator[Span]:
    start = span.start
    for cut in (*cuts, Span(span.end, span.end)):
        if text[start : cut.start].strip():
            yield Span(start, cut.start)
        start = cut.end


def _opening(text: str, span: Span, mentions: Sequence[Mention]) -> tuple[tuple[str, ...], ...]:
    """The first name, and those that follow it in a list without a word of content between them."""
    subjects: list[tuple[str, ...]] = []
    place = span.start
    for mention in mentions:
        if subjects and content_words(text[place : mention.span.start]):
            break
        subjects.append(mention.slugs)
        place = mention.span.end
    return tuple(subjects)
