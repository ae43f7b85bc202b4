"""Quotable stretches of retrieved passages, and whom each is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mlsurvey.answering.words import text_stems
from mlsurvey.types import Hit, Passage, Sentence, SentenceKind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

SHORT = 110
"""Characters under which a bullet says too little alone and is quoted with its neighbours."""
GROUP = 500
"""Most characters of such a group."""
LEAD = 45
"""An entity named within so many first characters is what the sentence is about."""


@dataclass(frozen=True)
class Candidate:
    """A stretch of a passage that may be quoted as it stands: one sentence, or a run of short bullets."""

    passage_id: int
    passage: Passage
    sentences: tuple[Sentence, ...]
    relevance: float
    """Fused score of its passage in the search that brought it, 0..2."""
    near: float = 0.0
    """Cosine of its passage with what was searched for."""
    span: Span = field(init=False, repr=False, compare=False)
    """Where it stands in the document."""
    text: str = field(init=False, repr=False, compare=False)
    """Reading form."""

    def __post_init__(self) -> None:
        first, last = self.sentences[0], self.sentences[-1]
        is_one = first is last
        object.__setattr__(self, "span", first.span if is_one else Span(first.span.start, last.span.end))
        object.__setattr__(self, "text", first.text if is_one else " ".join([s.text for s in self.sentences]))

    @property
    def readable(self) -> str:
        """What a reader is shown."""
        return " ".join(s.readable for s in self.sentences)

    @property
    def kind(self) -> SentenceKind:
        """What its first sentence is made of."""
        return self.sentences[0].kind

    @property
    def label(self) -> str | None:
        """Label of the bullet that it stands in."""
        return self.sentences[0].label

    @property
    def stems(self) -> frozenset[str]:
        """Stems of its content words."""
        return text_stems(self.text)

    @property
    def context_stems(self) -> frozenset[str]:
        """Stems of the headings, label and column names that it stands under."""
        return _context_stems(self.passage.trail, self.label, self.sentences[0].header)


@lru_cache(maxsize=8192)
def _context_stems(trail: tuple[str, ...], label: str | None, header: tuple[str, ...]) -> frozenset[str]:
    return text_stems(" ".join((*trail, label or "", _CELLS.join(header))))


def candidates(hits: Iterable[Hit], near: Mapping[int, float] | None = None) -> Iterator[Candidate]:
    """Every quotable stretch of the hits' passages, in order of the hits; each place of a document once.

    Args:
        hits: of one or more searches.
        near: cosine of each passage with what was searched for, by its id.
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
    """Each sentence alone, and each run of short bullets together with the line that introduces it."""
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
    """A catchword rather than a sentence: these are what lists of features are made of."""
    if sentence.kind is not SentenceKind.BULLET or sentence.label:
        return False
    return len(sentence.text) <= SHORT and not sentence.text.rstrip().endswith((".", "!", "?"))


def _introduces(sentence: Sentence) -> bool:
    return sentence.text.rstrip().endswith(":") and len(sentence.text) <= 2 * SHORT


def _is_fragment(sentence: Sentence) -> bool:
    """Too little to be read alone: a line that only introduces others, a bare word, a link."""
    return len(sentence.text) < 12 or (sentence.text.rstrip().endswith(":") and len(sentence.text) < SHORT // 2)


_CELLS = " | "
"""Between the cells of a table row, in reading form."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Which entities a text names, and which it opens with. Libraries that share a name are all in."""

    slugs: frozenset[str]
    opening: frozenset[str]


def naming(text: str, gazetteer: Gazetteer) -> Naming:
    """The entities named in ``text``; ``opening`` holds the one that the sentence seems to be about."""
    mentions = gazetteer.mentions(text)
    if row_of := gazetteer.lookup(text.partition(_CELLS)[0]) if _CELLS in text else ():
        return Naming(frozenset(slug for m in mentions for slug in m.slugs) | {*row_of}, frozenset(row_of))
    first = next((m.slugs for m in mentions if m.span.start <= LEAD and _is_subject(text, m.span)), ())
    return Naming(frozenset(slug for m in mentions for slug in m.slugs), frozenset(first))


def _is_subject(text: str, span: Span) -> bool:
    """Whether the name opens the sentence: nothing but an article, a label or an introduction stands before it."""
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
    """Whether what the candidate says may be put under ``entity`` (misattribution is the worst fault).

    It may if it names the entity, or stands where the entity alone is the subject and does not open
    with another one. A table row that opens with a name is about that one alone.
    """
    if candidate.kind is SentenceKind.ROW and named.opening:
        return entity in named.opening
    if entity in named.slugs:
        return True
    return candidate.passage.subjects == (entity,) and (not named.opening or entity in named.opening)
