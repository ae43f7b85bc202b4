"""Quotable stretches of retrieved passages, and the entity that each is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mlsurvey.answering.words import text_stems
from mlsurvey.types import Hit, Passage, Sentence, SentenceKind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

SHORT = 110
"""Maximum characters of a bullet that is too short to stand alone and is quoted with its neighbours."""
GROUP = 500
"""Maximum characters of such a group."""
LEAD = 45
"""An entity named within this many first characters may be the subject of the sentence."""


@dataclass(frozen=True)
class Candidate:
    """A stretch of a passage that can be quoted verbatim: one sentence, or a run of short bullets."""

    passage_id: int
    passage: Passage
    sentences: tuple[Sentence, ...]
    relevance: float
    """Fused score of its passage in the search that returned it, 0..2."""
    near: float = 0.0
    """Cosine of its passage with the query."""
    span: Span = field(init=False, repr=False, compare=False)
    """Position in the document."""
    text: str = field(init=False, repr=False, compare=False)
    """Plain-text form."""

    def __post_init__(self) -> None:
        first, last = self.sentences[0], self.sentences[-1]
        is_one = first is last
        object.__setattr__(self, "span", first.span if is_one else Span(first.span.start, last.span.end))
        object.__setattr__(self, "text", first.text if is_one else " ".join([s.text for s in self.sentences]))

    @property
    def readable(self) -> str:
        """The text shown to the reader."""
        return " ".join(s.readable for s in self.sentences)

    @property
    def kind(self) -> SentenceKind:
        """Kind of its first sentence."""
        return self.sentences[0].kind

    @property
    def label(self) -> str | None:
        """Label of the enclosing bullet."""
        return self.sentences[0].label

    @property
    def stems(self) -> frozenset[str]:
        """Stems of its content words."""
        return text_stems(self.text)

    @property
    def context_stems(self) -> frozenset[str]:
        """Stems of the headings, label and column names above it."""
        return _context_stems(self.passage.trail, self.label, self.sentences[0].header)


@lru_cache(maxsize=8192)
def _context_stems(trail: tuple[str, ...], label: str | None, header: tuple[str, ...]) -> frozenset[str]:
    return text_stems(" ".join((*trail, label or "", _CELLS.join(header))))


def candidates(hits: Iterable[Hit], near: Mapping[int, float] | None = None) -> Iterator[Candidate]:
    """All quotable stretches of the hits' passages, in order of the hits, without duplicates.

    Args:
        hits: hits of one or more searches.
        near: cosine of each passage with the query, by passage id.
    """
    seen: set[tuple[str, int, int]] = set()
    cosines = near or {}
    for hit in hits:
        for group in _groups(hit.passage.sentences):
            candidate = Candidate(hit.passage_id, hit.passage, group, hit.score, cosines.get(hit.passage_id, 0.0))
            place = (hit.passage.path, candidate.span.start, candidate.span.end)
            if place not in seen:
                seen.add(place)
                yield candidate


def _groups(sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, ...]]:
    """Each sentence alone, and each run of short bullets with the line that introduces it."""
    yield from ((sentence,) for sentence in sentences if not _is_fragment(sentence))
    run: list[Sentence] = []
    for sentence in (*sentences, None):
        if sentence is not None and _joins(run, sentence):
            run.append(sentence)
            continue
        if len(run) > 1:
            yield tuple(run)
        run = [sentence] if sentence is not None and (_introduces(sentence) or _is_short_bullet(sentence)) else []


def _joins(run: Sequence[Sentence], sentence: Sentence) -> bool:
    return bool(run) and _is_short_bullet(sentence) and sentence.span.end - run[0].span.start <= GROUP


def _is_short_bullet(sentence: Sentence) -> bool:
    """Whether it is a phrase rather than a sentence, as in lists of features."""
    if sentence.kind is not SentenceKind.BULLET or sentence.label:
        return False
    return len(sentence.text) <= SHORT and not sentence.text.rstrip().endswith((".", "!", "?"))


def _introduces(sentence: Sentence) -> bool:
    return sentence.text.rstrip().endswith(":") and len(sentence.text) <= 2 * SHORT


def _is_fragment(sentence: Sentence) -> bool:
    """Whether it is too short to stand alone: an introductory line, a single word, a link."""
    return len(sentence.text) < 12 or (sentence.text.rstrip().endswith(":") and len(sentence.text) < SHORT // 2)


_CELLS = " | "
"""Separator of the cells of a table row, in plain-text form."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The entities that a text names, and those that it opens with; includes all libraries that share a name."""

    slugs: frozenset[str]
    opening: frozenset[str]


def naming(text: str, gazetteer: Gazetteer) -> Naming:
    """The entities named in ``text``; ``opening`` contains the apparent subject of the sentence."""
    mentions = gazetteer.mentions(text)
    if row_of := gazetteer.lookup(text.partition(_CELLS)[0]) if _CELLS in text else ():
        return Naming(frozenset(slug for m in mentions for slug in m.slugs) | {*row_of}, frozenset(row_of))
    first = next((m.slugs for m in mentions if m.span.start <= LEAD and _is_subject(text, m.span)), ())
    return Naming(frozenset(slug for m in mentions for slug in m.slugs), frozenset(first))


def _is_subject(text: str, span: Span) -> bool:
    """Whether the name opens the sentence, preceded at most by an article, a label or an introduction."""
    before = text[: span.start]
    return (
        re.fullmatch(
            r"(?:[\W_]*|(?:the|a|an|in|with|while|but|and|so|thus|overall,?|for example,?|for instance,?|note that)\s+"
            r"|[\w &/]{1,30}:\s+)",
            before,
            re.IGNORECASE,
        )
        is not None
    )


def belongs(candidate: Candidate, entity: str, named: Naming) -> bool:
    """Whether the candidate may be attributed to ``entity`` (misattribution is the worst error).

    It may if it names the entity, or if the entity is the only subject of the passage and the candidate
    does not open with another one. A table row that opens with a name is only about that entity.
    """
    if candidate.kind is SentenceKind.ROW and named.opening:
        return entity in named.opening
    if entity in named.slugs:
        return True
    return candidate.passage.subjects == (entity,) and (not named.opening or entity in named.opening)
