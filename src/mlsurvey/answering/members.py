"""Set questions and recommendations: which entities of a class the documents say it of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.evidence import Scored
from mlsurvey.answering.polarity import polarity
from mlsurvey.answering.question import AskedAspect, Understood
from mlsurvey.types import Entity


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
        and (not understood.languages or e.language in understood.languages)
        and (not understood.categories or not e.category or set(e.category) & set(understood.categories))
    ]


def verdict(
    entity: Entity, scored: Sequence[Scored], understood: Understood, asked: AskedAspect | None, threshold: float
) -> str:
    """Where the entity belongs by its evidence (best first) and by what is known of its kind."""
    good = [s for s in scored if s.score >= threshold]
    if asked is not None and asked.denied and not understood.kinds:
        says = next((p for s in scored if s.score >= threshold / 2 and (p := _polarity(s, asked))), 0)
        return {-1: "yes", 0: "unknown", 1: "no"}[says]
    if not good:
        return "unknown"
    if understood.kinds and entity.kind:
        return "yes" if entity.kind in understood.kinds else "no"
    if asked is None or not asked.aspect.polar:
        return "yes"
    return "no" if _polarity(good[0], asked) < 0 else "yes"


def _polarity(scored: Scored, asked: AskedAspect) -> int:
    return polarity(scored.candidate.text, asked.aspect, scored.candidate.passage.trail)


def ranked(members: Iterable[Member]) -> list[Member]:
    """Best evidence first, then by slug."""
    return sorted(members, key=lambda m: (-m.score, m.slug))
