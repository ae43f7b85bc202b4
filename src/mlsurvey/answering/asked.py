"""Find what a question asks for: aspects of the lexicon, classes, and anything else in its own words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mlsurvey.answering.names import blank, in_brackets, language_spans
from mlsurvey.answering.polarity import is_denied
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words
from mlsurvey.types import Aspect, Category, Span
from mlsurvey.vocabulary.gazetteer import Mention
from mlsurvey.vocabulary.phrases import phrases

_CUT = re.compile(r"\s*(?:[,;:?!]|\.(?=\s|$)|\s[–—-]\s|\band\b|\bor\b)\s*", re.IGNORECASE)
_ASKS = re.compile(
    r"\s*(?:who|when|where|why|how|what|which|is|are|does|do|did|was|were|has|have|can|could|will)\b", re.IGNORECASE
)
_ENDS_OPEN = re.compile(r"\b(?:on|for|with|to|by|in)$", re.IGNORECASE)
_ARTICLE = re.compile(r"\s+(?:(?:the|an?|my|your)\s+)?", re.IGNORECASE)
_NEGATIVE_CLASS = re.compile(
    r"\b(?:no|not|without|non-?|isn't|aren't|excluding|except|rather\s+than|instead\s+of|but\s+not)(?:\s+(?:a|an|just|only|mere))?\s*$",
    re.IGNORECASE,
)


def find_aspects(
    rest: str, question: str, mentions: Sequence[Mention], aspects: Sequence[Aspect]
) -> tuple[AskedAspect, ...]:
    """Aspects whose words occur, in order of occurrence; a longer wording hides the shorter ones inside it."""
    entity_like = {m.slug for m in mentions}
    found = [
        (span, aspect)
        for aspect in aspects
        for span in phrases((*aspect.question, *aspect.narrow)).found(question if aspect.slug in entity_like else rest)
    ]
    kept = [
        (span, aspect)
        for span, aspect in found
        if not any(len(other) > len(span) and other.overlap(span) for other, _ in found)
    ]
    kept = [(span, aspect) for span, aspect in kept if not (aspect.general and _is_head(span, kept, question))]
    kept = [(span, aspect) for span, aspect in kept if not _leads_in(span, kept, question)]
    order: dict[str, AskedAspect] = {}
    for span, aspect in sorted(kept, key=lambda pair: pair[0]):
        before = order.get(aspect.slug)
        said = span.of(question)
        wording = (*(before.wording if before else ()), said)
        part = before.part if before else ()
        if phrases(aspect.narrow).match(said) and not in_brackets(question, span):
            part = (*part, said)
        denied = is_denied(question, span) or phrases(aspect.negative).match(said) or bool(before and before.denied)
        order[aspect.slug] = AskedAspect(aspect, tuple(dict.fromkeys(wording)), denied=denied, part=part)
    return tuple(order.values())


def _is_head(span: Span, found: Sequence[tuple[Span, Aspect]], question: str) -> bool:
    """Whether the wording is the head of a compound that another aspect's wording opens ("clustering algorithms")."""
    return any(o.end < span.start and not question[o.end : span.start].strip() for o, a in found if not a.general)


def _leads_in(span: Span, found: Sequence[tuple[Span, Aspect]], question: str) -> bool:
    """Whether the wording ends in a preposition whose object is another aspect's wording ("run on the GPU")."""
    if not _ENDS_OPEN.search(span.of(question)):
        return False
    return any(_ARTICLE.fullmatch(question[span.end : o.start]) for o, _ in found if o.start > span.end)


def find_categories(rest: str, categories: Sequence[Category]) -> tuple[tuple[Category, tuple[str, ...]], ...]:
    """Classes that the question names, with its words for them."""
    found = ((c, tuple(span.of(rest) for span in phrases(c.question).found(rest))) for c in categories)
    return tuple((category, wording) for category, wording in found if wording)


def beside_classes(
    asked: Sequence[AskedAspect], classes: Sequence[tuple[Category, tuple[str, ...]]]
) -> tuple[AskedAspect, ...]:
    """The aspects that say more than the class that is asked for does."""
    naming = " ".join(w.casefold() for _, wording in classes for w in wording)
    return tuple(a for a in asked if not (naming and all(w.casefold() in naming for w in a.wording)))


def other_terms(
    rest: str, asked: Sequence[AskedAspect], classes: Sequence[tuple[Category, tuple[str, ...]]] = ()
) -> tuple[str, ...]:
    """Content words of the question outside names, known wordings and languages."""
    wordings = [w for a in asked for w in a.wording] + [w for _, wording in classes for w in wording]
    spoken = {word for w in wordings for word in content_words(w)}
    return tuple(w for w in dict.fromkeys(content_words(rest)) if w not in spoken)


def _segments(question: str) -> list[Span]:
    """Parts of a question that each may ask for something: between commas, colons, "and", "or" and sentence ends."""
    cuts = [0, *(place for m in _CUT.finditer(question) for place in m.span()), len(question)]
    return [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if b > a]


def with_terms(asked: Sequence[AskedAspect], rest: str, terms: Sequence[str]) -> tuple[AskedAspect, ...]:
    """The aspects, each with the content words that stand in its part of the question."""
    parts = [span.of(rest) for span in _segments(rest)]
    beside = {
        a.aspect.slug: {
            w for part in parts if any(wording in part for wording in a.wording) for w in content_words(part)
        }
        for a in asked
    }
    return tuple(replace(a, terms=tuple(t for t in terms if t in beside[a.aspect.slug])) for a in asked)


def in_own_words(
    asked: Sequence[AskedAspect], rest: str, terms: Sequence[str], mentions: Sequence[Mention]
) -> list[AskedAspect]:
    """Aspects outside the lexicon: parts of the question that follow the names or ask by themselves."""
    rest = blank(rest, language_spans(rest))
    last = max((m.span.end for m in mentions), default=0)
    wordings = [w for a in asked for w in a.wording]
    found = []
    for span in _segments(rest):
        part = span.of(rest)
        own = [t for t in dict.fromkeys(content_words(part)) if t in terms]
        asks = span.start >= last or _ASKS.match(part) is not None
        if own and asks and not any(w in part for w in wordings):
            found.append(own_words(own))
    return found


def own_words(terms: Sequence[str]) -> AskedAspect:
    """An aspect made of the question's own words, for what the lexicon does not know."""
    slug = "-".join(terms[:4])
    return AskedAspect(
        Aspect(slug=slug, name=" ".join(terms[:4]), description=" ".join(terms)), tuple(terms), known=False
    )


def kinds_of(question: str) -> tuple[str, ...]:
    """``native`` or ``binding``, where the question asks for one of them or excludes the other."""
    wants: list[str] = []
    for kind, pattern in (
        ("native", r"\b(?:native|pure)\b"),
        ("binding", r"\b(?:bindings?|wrappers?|binds?|wraps?)\b"),
    ):
        for m in re.finditer(pattern, question, re.IGNORECASE):
            negated = _NEGATIVE_CLASS.search(question[: m.start()])
            other = {"native": "binding", "binding": "native"}[kind]
            wants.append(other if negated else kind)
    return tuple(dict.fromkeys(wants))
