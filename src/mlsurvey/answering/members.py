"""Decide which entities of a class belong to the requested set. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.conditions import meets
from mlsurvey.answering.score import Scored
from mlsurvey.answering.understood import Understood
from mlsurvey.parsed import Condition
from mlsurvey.types import Entity

COLLECTION = "collection"
"""Category of entries that list libraries but are not libraries."""
DEFINING = ("language", "class")
"""Condition fields that define the class: entities outside it are left out, not reported as failing."""
YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Member:
    """An entity of the class, with the evidence for including or excluding it."""

    slug: str
    verdict: str
    """``yes``, ``no`` or ``unknown``."""
    evidence: tuple[Scored, ...] = ()
    searched: int = 0

    @property
    def score(self) -> float:
        """Score of its best evidence in the text; 0 if there is none: facts do not tell members apart."""
        return next((s.score for s in self.evidence if not s.is_fact), 0.0)

    @property
    def has_fact(self) -> bool:
        """Whether front matter decided it."""
        return any(s.is_fact for s in self.evidence)


def of_class(understood: Understood, entities: Mapping[str, Entity]) -> list[Entity]:
    """Entities of the languages and classes that the question names; all if it names none.

    An entity without a known class matches any class; one without a known language matches no language. The objects of
    the question are left out.
    """
    defining = [c for c in understood.conditions if c.field in DEFINING]
    return [
        e
        for e in entities.values()
        if e.slug not in understood.objects
        and (not understood.among or e.slug in understood.among)
        and COLLECTION not in e.category
        and all(meets(e, {}, c) is not False for c in defining)
    ]


def deciding(understood: Understood) -> list[Condition]:
    """The conditions that decide which members of the class belong to the set."""
    return [c for c in understood.conditions if c.field not in DEFINING]


def by_text(scored: Sequence[Scored], least: float) -> str:
    """The verdict of the best evidence on one aspect of an entity."""
    likely = [s for s in scored if s.score >= least]
    if not likely:
        return UNKNOWN
    yes = max((s.score * (1.0 - s.denies) for s in likely), default=0.0)
    no = max((s.score * s.denies for s in likely), default=0.0)
    return NO if no > yes else YES


def together(verdicts: Iterable[str]) -> str:
    """The combined verdict: all aspects and conditions must hold."""
    said = list(verdicts)
    if NO in said:
        return NO
    return UNKNOWN if UNKNOWN in said else YES


def speaking(scored: Sequence[Scored], says: str) -> list[Scored]:
    """The evidence whose own verdict is ``says``, best first."""
    return [s for s in scored if s.is_denial is (says == NO)]


def ranked(members: Iterable[Member]) -> list[Member]:
    """Sorted by best evidence, then by slug."""
    return sorted(members, key=lambda m: (-m.score, m.slug))
