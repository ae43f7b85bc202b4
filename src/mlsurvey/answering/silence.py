"""When to keep silent, and what to say about it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.compose import Finding, Pair
from mlsurvey.answering.evidence import Scored, choose
from mlsurvey.answering.understood import Understood
from mlsurvey.answering.words import content_words, stem
from mlsurvey.types import Entity, Kind, Status
from mlsurvey.vocabulary.phrases import phrases

ENOUGH = 0.08
"""Least estimated probability of a statement worth showing."""
SURE = 0.5
"""Least sum of the best statement's probability and the share of the question that the statements speak of."""

TOUCHED = 0.35
"""The same for advice, where the share of the question counts alone: a need is told in many words."""


def chosen(scored: Sequence[Scored], limit: int, told: Sequence[Scored]) -> list[Scored]:
    """The best that is good enough; what the entity's other aspects have told already, only if nothing else is."""
    good = [s for s in scored if s.score >= ENOUGH and s.is_on_topic]
    return choose(good, limit, taken=told) or choose(good, 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the findings answer, and the reason in words a person can act on."""

    status: Status
    reason: str | None


def judge(
    understood: Understood,
    findings: Sequence[Finding],
    silent: Mapping[Pair, int],
    importance: Mapping[str, float],
    entities: Mapping[str, Entity],
) -> Verdict:
    """Decide between answering, answering in part, and silence. ``entities`` gives the names for the reason."""
    unknown = ", ".join(understood.unknown)
    if understood.unknown and not understood.entities:
        return Verdict(Status.ABSTAINED, f"No document here is about {unknown}, and no library of that name is known.")
    if not findings:
        return Verdict(Status.ABSTAINED, _nothing(understood, silent, entities))
    if not _is_answer(understood, findings, silent, importance):
        return Verdict(Status.ABSTAINED, _off(understood, entities))
    if understood.unknown:
        return Verdict(Status.PARTIAL, f"No document here is about {unknown}.")
    if silent and understood.kind is not Kind.LIST:
        return Verdict(Status.PARTIAL, _partly(understood, silent, entities))
    return Verdict(Status.ANSWERED, None)


def _is_answer(
    understood: Understood, findings: Sequence[Finding], silent: Mapping[Pair, int], importance: Mapping[str, float]
) -> bool:
    if understood.kind is Kind.LIST:
        return True
    if understood.kind is Kind.RECOMMEND:
        return coverage(understood, findings, importance) >= TOUCHED
    if not _is_sure(understood, findings, importance):
        return False
    is_single = understood.kind is Kind.LOOKUP and bool(understood.entities)
    return not (is_single and _misses_the_point(understood, findings, silent))


def _is_sure(understood: Understood, findings: Sequence[Finding], importance: Mapping[str, float]) -> bool:
    best = max(f.evidence.score for f in findings)
    if not understood.entities:
        return best >= SURE and coverage(understood, findings, importance) >= SURE
    return best + coverage(understood, findings, importance) >= SURE


def _misses_the_point(understood: Understood, findings: Sequence[Finding], silent: Mapping[Pair, int]) -> bool:
    """Whether what makes a question about one library particular is nowhere in the findings.

    That is a part of an aspect, or another library, on which nothing was found; or all of the words that
    no aspect explains.
    """
    quiet = {aspect for _, aspect in silent}
    for asked in understood.aspects:
        particular = asked.aspect.slug in understood.objects or any(
            phrases(asked.aspect.narrow).match(wording) for wording in asked.wording
        )
        if particular and asked.aspect.slug in quiet:
            return True
    terms = {stem(t) for t in understood.terms}
    return len(terms) > 1 and not any(
        terms & (f.evidence.candidate.stems | f.evidence.candidate.context_stems) for f in findings
    )


def coverage(understood: Understood, findings: Sequence[Finding], importance: Mapping[str, float]) -> float:
    """Share of the question's content words, weighted by rarity, that occur in what was found.

    The words by which a known aspect was asked for count as spoken of where a text speaks of the aspect.
    """
    spoken = {f.aspect for f in findings if f.evidence.features["strong"] > 0 or f.evidence.features["label"] > 0}
    wordings = (w for a in understood.aspects if a.known and a.aspect.slug in spoken for w in a.wording)
    credited = {stem(word) for wording in wordings for word in content_words(wording)}
    return share_spoken([f.evidence for f in findings], importance, credited)


def share_spoken(
    evidence: Sequence[Scored], importance: Mapping[str, float], credited: Collection[str] = frozenset()
) -> float:
    """Share of the importance whose stems occur in the evidence or above it, or are credited; 1 of nothing."""
    whole = sum(importance.values())
    present = {s for e in evidence for s in (*e.candidate.stems, *e.candidate.context_stems)} | set(credited)
    return sum(weight for s, weight in importance.items() if s in present) / whole if whole else 1.0


def _nothing(understood: Understood, silent: Mapping[Pair, int], entities: Mapping[str, Entity]) -> str:
    searched = sum(silent.values())
    about = f" about {_named(understood.entities, entities)}" if understood.entities else ""
    what = _listed([a.aspect.name for a in understood.aspects]) or "that"
    return f"Nothing{about} on {what} was found in the {searched} passages searched."


def _off(understood: Understood, entities: Mapping[str, Entity]) -> str:
    about = f"about {_named(understood.entities, entities)} " if understood.entities else ""
    terms = " ".join(understood.terms)
    return f"No passage {about}speaks of “{terms}”." if terms else f"No passage {about}answers this."


def _partly(understood: Understood, silent: Mapping[Pair, int], entities: Mapping[str, Entity]) -> str:
    names = {a.aspect.slug: a.aspect.name for a in understood.aspects}
    pairs = [
        " on ".join(filter(None, (_named([e] if e else [], entities), names.get(a or "", a or "")))) for e, a in silent
    ]
    return f"The documents are silent about {_listed(pairs)}."


def _named(slugs: Sequence[str], entities: Mapping[str, Entity]) -> str:
    return _listed([entities[slug].name if slug in entities else slug for slug in slugs])


def _listed(items: Sequence[str]) -> str:
    """Items as a person lists them."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""
