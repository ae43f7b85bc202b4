"""Which entities of a class the documents say it of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.evidence import Scored
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Entity

MEMBER = 0.2
"""Least estimated probability of the evidence that puts an entity into a set."""
KNOWN_MEMBER = 0.05
"""The same where the vocabulary has the entity in the class and nothing else is asked: the quote illustrates."""
COLLECTION = "collection"
"""Category of what lists libraries and is none."""
UNKNOWN_KIND = 0.5
"""The same where native or binding is asked for and the entity's kind is not known."""
CLEARLY = 1.5
"""How much better the evidence against has to be than that for, since a denial is often of a part only."""


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of the class, with the evidence that puts it into the set or keeps it out."""

    slug: str
    verdict: str
    """``yes``, ``no`` or ``unknown``."""
    evidence: tuple[Scored, ...] = ()
    searched: int = 0

    @property
    def score(self) -> float:
        """Score of its best evidence; 0 without any."""
        return self.evidence[0].score if self.evidence else 0.0


def of_class(understood: Understood, entities: Mapping[str, Entity]) -> list[Entity]:
    """Entities of the languages and categories that the question names; all where it names none.

    What is not known of an entity does not exclude it. Entities that the question names as objects are
    left out, unless it asks what they are part of.
    """
    objects = () if understood.inclusive else understood.objects
    return [
        e
        for e in entities.values()
        if e.slug not in objects
        and COLLECTION not in e.category
        and (not understood.languages or e.language in understood.languages)
        and (not understood.categories or not e.category or set(e.category) & set(understood.categories))
    ]


def verdict(entity: Entity, scored: Sequence[Scored], understood: Understood, asked: AskedAspect | None) -> str:
    """Where the entity belongs by its evidence (best first) and by what is known of its kind."""
    if understood.objects_denied:
        return _without_object(entity, scored, asked)
    if asked is not None and asked.denied and not understood.kinds:
        says = next((p for s in scored if s.score >= MEMBER / 2 and (p := s.candidate.polarity(asked.aspect))), 0)
        return {-1: "yes", 0: "unknown", 1: "no"}[says]
    is_known = bool(set(entity.category) & set(understood.categories)) and not understood.aspects
    good = [s for s in scored if s.score >= (KNOWN_MEMBER if is_known else MEMBER)]
    if not good:
        return "unknown"
    if understood.kinds:
        if entity.kind:
            return "yes" if entity.kind in understood.kinds else "no"
        return "yes" if good[0].score >= UNKNOWN_KIND else "unknown"
    if asked is None or not (asked.aspect.polar or understood.objects):
        return "yes"
    return "no" if _best(good, asked, -1) > CLEARLY * _best(good, asked, 1) else "yes"


def _without_object(entity: Entity, scored: Sequence[Scored], asked: AskedAspect | None) -> str:
    """For "not built on X": no where it is said to stand on X, yes where that is denied or it is known to be native."""
    tied = [s for s in scored if s.features["object"] > 0 and s.score >= MEMBER]
    if asked is not None and tied:
        return "yes" if _best(tied, asked, -1) > _best(tied, asked, 1) else "no"
    has_evidence = any(s.score >= MEMBER for s in scored)
    return "yes" if entity.kind == "native" and has_evidence else "unknown"


def speaking(scored: Sequence[Scored], asked: AskedAspect | None, says: str, understood: Understood) -> list[Scored]:
    """The evidence that shows the verdict, best first; all of it where none shows it by its own words."""
    if asked is None or not (asked.aspect.polar or understood.objects_denied) or says == "unknown":
        return list(scored)
    wanted = 1 if (says == "yes") is not (asked.denied or understood.objects_denied) else -1
    return [s for s in scored if s.candidate.polarity(asked.aspect) == wanted] or list(scored)


def _best(scored: Sequence[Scored], asked: AskedAspect, sign: int) -> float:
    return max((s.score for s in scored if s.candidate.polarity(asked.aspect) == sign), default=0.0)


def ranked(members: Iterable[Member]) -> list[Member]:
    """Best evidence first, then by slug."""
    return sorted(members, key=lambda m: (-m.score, m.slug))
