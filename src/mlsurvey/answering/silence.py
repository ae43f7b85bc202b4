"""When to keep silent, and what to say about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.compose import Finding, Pair
from mlsurvey.answering.evidence import Scored, choose
from mlsurvey.answering.question import Understood
from mlsurvey.answering.words import content_words, stem
from mlsurvey.types import Kind, Status
from mlsurvey.vocabulary.phrases import phrases

ENOUGH = 0.08
"""Least estimated probability of a statement worth showing."""
SURE = 0.5
"""Least sum of the best statement's probability and the share of the question that the statements speak of."""


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
) -> Verdict:
    """Decide between answering, answering in part, and silence."""
    unknown = ", ".join(understood.unknown)
    if understood.unknown and not understood.entities:
        return Verdict(Status.ABSTAINED, f"No document here is about {unknown}.")
    if not findings:
        return Verdict(Status.ABSTAINED, _nothing(understood, silent))
    if understood.kind in (Kind.COMPARE, Kind.LOOKUP) and not _is_sure(understood, findings, importance):
        return Verdict(Status.ABSTAINED, _off(understood))
    if understood.kind is Kind.LOOKUP and understood.entities and _misses_the_point(understood, findings, silent):
        return Verdict(Status.ABSTAINED, _off(understood))
    if understood.unknown:
        return Verdict(Status.PARTIAL, f"No document here is about {unknown}.")
    if silent and understood.kind is not Kind.LIST:
        return Verdict(Status.PARTIAL, _partly(silent))
    return Verdict(Status.ANSWERED, None)


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
    whole = sum(importance.values())
    if not whole:
        return 1.0
    present = {s for f in findings for s in (*f.evidence.candidate.stems, *f.evidence.candidate.context_stems)}
    spoken = {f.aspect for f in findings if f.evidence.features["strong"] > 0 or f.evidence.features["label"] > 0}
    credited = {
        stem(w)
        for a in understood.aspects
        if a.known and a.aspect.slug in spoken
        for wording in a.wording
        for w in content_words(wording)
    }
    return sum(weight for s, weight in importance.items() if s in present | credited) / whole


def _nothing(understood: Understood, silent: Mapping[Pair, int]) -> str:
    searched = sum(silent.values())
    aspects = ", ".join(a.aspect.name for a in understood.aspects) or "this"
    subject = ", ".join(understood.entities) or "any library"
    return f"Nothing on {aspects} is stated about {subject} in the {searched} passages searched."


def _off(understood: Understood) -> str:
    subject = ", ".join(understood.entities) or "The documents"
    terms = " ".join(understood.terms)
    return f"{subject}: no passage speaks of “{terms}”." if terms else f"{subject}: no passage answers this."


def _partly(silent: Mapping[Pair, int]) -> str:
    pairs = ", ".join(" / ".join(filter(None, pair)) for pair in silent)
    return f"Not stated in the documents: {pairs}."
