"""When to keep silent, and what to say about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.compose import Finding, Pair, best_scores
from mlsurvey.answering.understood import Understood
from mlsurvey.types import Entity, Kind, Status
from mlsurvey.vocabulary.gazetteer import collapse

UNSETTLED = "No document ranks all of them: each claim below is that of its source only."
NEAREST = "Only the {:,} likeliest candidates were looked at; name a class or a language to look at others."
SHOWN = 3
"""Places of a mention that are told."""
UNATTACHED = "This looks like a follow-up question: name the library, or ask it as a follow-up."


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the findings answer, and the reason in words a person can act on."""

    status: Status
    reason: str | None


def judge(
    understood: Understood,
    findings: Sequence[Finding],
    silent: Mapping[Pair, int],
    entities: Mapping[str, Entity],
    excluded: Sequence[str] = (),
    sure: float = 0.0,
    mentioned: Mapping[str, Sequence[str]] | None = None,
    nearest_only: int = 0,
) -> Verdict:
    """Decide between answering, answering in part, and silence.

    Args:
        understood: what was asked.
        findings: what is likely enough to be shown.
        silent: pairs on which nothing is, with the number of passages that were looked at.
        entities: names for the reason.
        excluded: sides that the filters keep out: nothing is known of what the documents say of them.
        sure: probability from which a finding counts as an answer; below, the reason says that it may not be one.
        mentioned: places of names that documents mention and none is about, by collapsed name.
        nearest_only: number of members of a larger class that were looked at; 0 if all were.
    """
    told = [
        *_told(understood, excluded, entities),
        *_mentions(understood, mentioned or {}),
        *_namesakes(understood, entities),
        *([NEAREST.format(nearest_only)] if nearest_only else []),
    ]
    abstains = _why_silent(understood, findings, silent, entities, excluded)
    if abstains is not None:
        return Verdict(Status.ABSTAINED, " ".join((abstains, *told)))
    reasons = [f"No document is about {', '.join(understood.unknown)}."] if understood.unknown else []
    if untold := _untold(understood, silent):
        reasons.append(_partly(understood, untold, entities))
    if unsure := _unsure(understood, findings, sure):
        reasons.append(f"The quotes about {_pairs(understood, unsure, entities)} may not answer the question.")
    if "superl" in understood.flags and understood.kind.is_set:
        reasons.append(UNSETTLED)
    reasons += told
    return Verdict(Status.PARTIAL, " ".join(reasons)) if reasons else Verdict(Status.ANSWERED, None)


def _why_silent(
    understood: Understood,
    findings: Sequence[Finding],
    silent: Mapping[Pair, int],
    entities: Mapping[str, Entity],
    excluded: Sequence[str],
) -> str | None:
    """Why there is no answer at all; None where there is one."""
    if understood.unknown and not understood.entities:
        unknown = ", ".join(understood.unknown)
        return f"No document is about {unknown}, and no library of that name is known."
    if excluded and not understood.entities:
        return "The filters leave no library of the question."
    if is_unattached(understood):
        return UNATTACHED
    return None if findings else _nothing(understood, silent, entities)


def _told(understood: Understood, excluded: Sequence[str], entities: Mapping[str, Entity]) -> list[str]:
    """What a reader has to know beside: what was left out, and how little was understood."""
    told = [f"The filters leave out {_named(excluded, entities)}."] if excluded else []
    if understood.tongue:
        names = _named(understood.mentioned(), entities) or "nothing"
        told.append(f"The documents are in English; understood from this question in {understood.tongue}: {names}.")
    return told


def _mentions(understood: Understood, mentioned: Mapping[str, Sequence[str]]) -> list[str]:
    """Where the unknown names are mentioned all the same."""
    found = [(name, mentioned[collapse(name)]) for name in understood.unknown if collapse(name) in mentioned]
    return [f"{name} is only mentioned, at {_listed(places[:SHOWN])}." for name, places in found]


def _namesakes(understood: Understood, entities: Mapping[str, Entity]) -> list[str]:
    """Which of several subjects of one name is taken; said only of those that were found in the documents."""
    told = []
    for entity in (entities[slug] for slug in understood.entities if slug in entities):
        names = {collapse(name) for name in (entity.name, *entity.aliases)}
        others = [
            other.name
            for other in entities.values()
            if other.found and entity.found and other.slug not in understood.entities
            if names & {collapse(name) for name in (other.name, *other.aliases)}
        ]
        if others:
            told.append(f"{_listed(others)} shares its name with {entity.name}, and is another subject.")
    return told


def is_unattached(understood: Understood) -> bool:
    """Whether a question leaves unsaid what it is about, and no earlier question says it."""
    alone = not (understood.mentioned() or understood.conditions or understood.carried)
    return alone and "follows" in understood.flags and understood.kind in (Kind.LOOKUP, Kind.COMPARE)


def _nothing(understood: Understood, silent: Mapping[Pair, int], entities: Mapping[str, Entity]) -> str:
    searched = sum(silent.values())
    if not searched:
        subject = _named(understood.entities, entities) or "libraries of the kind asked for"
        return f"No document is about {subject}."
    about = f" about {_named(understood.entities, entities)}" if understood.entities else ""
    what = _listed([a.aspect.name for a in understood.aspects]) or "that"
    return f"Nothing{about} that answers “{what}” was found in the {searched} passages searched."


def _untold(understood: Understood, silent: Mapping[Pair, int]) -> Mapping[Pair, int]:
    """The pairs that a reader is told of: of a set, the matters on which nothing is said of any member."""
    if understood.kind is not Kind.LIST:
        return silent
    return {pair: searched for pair, searched in silent.items() if pair[0] is None}


def _unsure(understood: Understood, findings: Sequence[Finding], sure: float) -> Sequence[Pair]:
    """The pairs of which even the best finding is less likely than ``sure``; a set has its groups for that."""
    if understood.kind.is_set:
        return ()
    return [pair for pair, score in best_scores(findings).items() if score < sure]


def _partly(understood: Understood, silent: Mapping[Pair, int], entities: Mapping[str, Entity]) -> str:
    return f"The documents say nothing about {_pairs(understood, list(silent), entities)}."


def _pairs(understood: Understood, pairs: Sequence[Pair], entities: Mapping[str, Entity]) -> str:
    names = {a.aspect.slug: a.aspect.name for a in understood.aspects}
    return _listed([_pair(entity, names.get(aspect or "", aspect or ""), entities) for entity, aspect in pairs])


def _pair(entity: str | None, aspect: str, entities: Mapping[str, Entity]) -> str:
    return " on ".join(filter(None, (_named([entity] if entity else [], entities), aspect)))


def _named(slugs: Sequence[str], entities: Mapping[str, Entity]) -> str:
    return _listed([entities[slug].name if slug in entities else slug for slug in slugs])


def _listed(items: Sequence[str]) -> str:
    """Items as a person lists them."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""
