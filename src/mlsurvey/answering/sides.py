"""Answer for each side: a comparison, or a question about one library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mlsurvey.answering.compose import Dispute, Draft, Finding, Pair, best_scores, interleave
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.offers import offer
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.score import Scored
from mlsurvey.answering.select import choose, good, of_expected_type
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.workbench import Found, Workbench
from mlsurvey.types import Filters, Kind
from mlsurvey.vocabulary.records import is_truth

PURPOSE = "purpose"
"""Slug of the aspect for what a library is and is for."""
MOST_TELLING = 6
"""Aspects, besides the purpose, in a comparison that names none: as many as fit on a screen."""
FEWEST = 4
"""Aspects in such a comparison, if there is evidence on so many for any side."""
OUTLINED = 2
"""Statements per side and aspect in such a comparison."""
DIFFERENCE = "difference"
"""Slug of the aspect of what a document itself says of one side beside another."""


def by_side(understood: Understood, bench: Workbench, filters: Filters, limit: int) -> tuple[Understood, Draft]:
    """At most ``limit`` statements per side and aspect; each side is searched separately.

    If libraries but no aspects are named, what documents say of one side beside another comes first. Then the aspects
    with evidence for every side are used: the purpose first, then the most informative ones. If these are few, aspects
    with evidence for some sides follow, as if they had been asked for. The returned question asks for these aspects.
    """
    if not understood.entities or understood.aspects:
        return understood, _evidence(understood, bench, filters, limit)
    core = [a for a in bench.vocabulary.aspects if a.core]
    asked = tuple(AskedAspect(a, ()) for a in sorted(core, key=lambda a: a.slug != PURPOSE))
    least = bench.thresholds["unnamed"]  # what was not asked for needs a higher probability
    draft = _evidence(replace(understood, aspects=asked), bench, filters, min(limit, OUTLINED), least)
    best = _best(draft)
    shared, partial = _shared(best, understood.entities), _partial(best, understood.entities)
    outlined, asked_for = _asking(asked, shared), _asking(asked, partial[: max(0, FEWEST - len(shared))])
    kept = replace(understood, aspects=(*outlined, *asked_for))
    if not kept.aspects:
        silent: dict[Pair, int] = {(slug, None): n for (slug, _), n in draft.silent.items()}
        return kept, replace(draft, findings=(), disputes=(), silent=silent)
    more = _evidence(replace(understood, aspects=asked_for), bench, filters, OUTLINED) if asked_for else Draft((), ())
    beside = _beside(understood, bench, filters, limit)
    if beside and (difference := bench.aspect(DIFFERENCE)):
        kept = replace(kept, aspects=(AskedAspect(difference, ()), *kept.aspects))
    findings = (*beside, *(f for f in draft.findings if f.aspect in shared), *more.findings)
    said = tuple(f for slug in kept.entities for a in kept.aspects for f in _of(findings, slug, a.aspect.slug))
    disputes = (*(d for d in draft.disputes if d.aspect in shared), *more.disputes)
    return kept, replace(draft, findings=said, disputes=disputes, silent=more.silent)


def outside_subjects(
    understood: Understood, bench: Workbench, filters: Filters, limit: int
) -> tuple[Understood, Draft]:
    """Statements of passages that are about no library: "who has to sign the log book?" does not ask for a library."""
    asked, draft = by_side(replace(understood, kind=Kind.LOOKUP), bench, filters, limit)
    said = tuple(f for f in draft.findings if not f.evidence.candidate.passage.subjects)
    return asked, replace(draft, findings=said, disputes=())


def _beside(understood: Understood, bench: Workbench, filters: Filters, limit: int) -> list[Finding]:
    """What documents say of one side beside another, under the side that the statement is about."""
    least = bench.thresholds["unnamed"]
    told: list[Scored] = []
    findings: list[Finding] = []
    for side in understood.entities if len(understood.entities) > 1 else ():
        others = tuple(slug for slug in understood.entities if slug != side)
        (found,) = bench.evidence(replace(understood, entities=(side,), objects=others), (side,), filters)
        both = [s for s in found.scored if side in s.named.opening and not s.named.slugs.isdisjoint(others)]
        shown = choose((s for s in both if s.score >= least), limit, taken=told)
        told += shown
        findings += [Finding(side, DIFFERENCE, s) for s in shown]
    return findings


def _of(findings: Iterable[Finding], entity: str, aspect: str) -> list[Finding]:
    return [f for f in findings if (f.entity, f.aspect) == (entity, aspect)]


def _asking(asked: Iterable[AskedAspect], slugs: Sequence[str]) -> tuple[AskedAspect, ...]:
    return tuple(sorted((a for a in asked if a.aspect.slug in slugs), key=lambda a: slugs.index(a.aspect.slug)))


def _best(draft: Draft) -> Mapping[str, Mapping[str | None, float]]:
    """Probability of the best evidence, by aspect and side."""
    best: dict[str, dict[str | None, float]] = {}
    for (entity, aspect), score in best_scores(draft.findings).items():
        if aspect:
            best.setdefault(aspect, {})[entity] = score
    return best


def _shared(best: Mapping[str, Mapping[str | None, float]], sides: Sequence[str]) -> list[str]:
    """Aspects with evidence for every side, by the best evidence of the weakest side; the purpose comes first."""
    weakest = {aspect: min(scores.values()) for aspect, scores in best.items() if len(scores) == len(sides)}
    others = sorted(weakest.keys() - {PURPOSE}, key=lambda a: (-weakest[a], a))[:MOST_TELLING]
    return [PURPOSE, *others] if PURPOSE in weakest else others


def _partial(best: Mapping[str, Mapping[str | None, float]], sides: Sequence[str]) -> list[str]:
    """Aspects with evidence for some sides, those of most sides first."""
    some = {aspect: scores for aspect, scores in best.items() if len(scores) < len(sides)}
    return sorted(some, key=lambda a: (-len(some[a]), a != PURPOSE, -max(some[a].values()), a))


def _evidence(
    understood: Understood, bench: Workbench, filters: Filters, limit: int, least: float | None = None
) -> Draft:
    groups: dict[str | None, list[list[Finding]]] = {}
    silent: dict[Pair, int] = {}
    disputes: list[Dispute] = []
    best: list[Scored] = []
    every = bench.evidence(understood, understood.entities or (None,), filters)
    for found, chosen in zip(every, _chosen(every, bench, limit, least), strict=True):
        cell, scored = found.cell, of_expected_type(found.scored, found.cell)
        told = [f.evidence for group in groups.get(cell.entity, ()) for f in group if f.aspect != PURPOSE]
        shown = chosen or good(scored, least or bench.least(cell), limit, told, again=bench.thresholds["unnamed"])
        shown = _with_facts(shown, _recorded(cell, understood, bench), bench.thresholds["unnamed"], limit)
        groups.setdefault(cell.entity, []).append([Finding(cell.entity, cell.aspect, s) for s in shown])
        best += scored[:1]
        if not shown:
            silent[cell.entity, cell.aspect] = found.searched
        if contradiction := dispute(scored, cell, understood, bench.thresholds):
            disputes.append(contradiction)
    said = tuple(f for group in groups.values() for f in interleave(group))
    return Draft(understood.entities, said, silent, tuple(disputes), nearest=tuple(best))


def _with_facts(shown: Sequence[Scored], facts: Sequence[Scored], sure: float, limit: int) -> Sequence[Scored]:
    """Statements and lines of front matter: these first where the text is not sure to answer.

    Elsewhere last, and only those that say what, not merely yes or no.
    """
    if all(s.score < sure for s in shown):
        return [*facts, *shown][:limit]
    telling = [line for line in facts if not is_truth(line.candidate.text.partition(": ")[2])]
    return [*shown[: max(0, limit - len(telling))], *telling][:limit]


def _recorded(cell: PlannedCell, understood: Understood, bench: Workbench) -> Sequence[Scored]:
    """The lines of front matter that say all that is asked."""
    if cell.entity is None or cell.asked is None or not cell.asked.wording:
        return ()
    wanted = bench.wanted(understood, cell.asked, [cell.entity])
    return [line for one in wanted if (line := bench.facts.known(cell.entity, one.fact.slug))]


def _chosen(
    every: Sequence[Found], bench: Workbench, limit: int, least: float | None
) -> Sequence[Sequence[Scored] | None]:
    """What somebody else than the program chooses for each cell; None where it is left to the program."""
    if bench.choose is None:
        return [None] * len(every)
    return bench.choose(
        [offer(f.cell, of_expected_type(f.scored, f.cell), least or bench.least(f.cell), limit) for f in every]
    )
