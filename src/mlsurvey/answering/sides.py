"""Answer for each side: a comparison, or a question about one library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mlsurvey.answering.compose import Dispute, Draft, Finding, Pair, interleave
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.offers import offer
from mlsurvey.answering.score import Scored
from mlsurvey.answering.select import good, of_expected_type
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.workbench import Found, Workbench
from mlsurvey.types import Filters, Kind

PURPOSE = "purpose"
"""Slug of the aspect for what a library is and is for."""
MOST_TELLING = 6
"""Aspects, besides the purpose, in a comparison that names none: as many as fit on a screen."""
OUTLINED = 2
"""Statements per side and aspect in such a comparison."""


def by_side(understood: Understood, bench: Workbench, filters: Filters, limit: int) -> tuple[Understood, Draft]:
    """At most ``limit`` statements per side and aspect; each side is searched separately.

    If libraries but no aspects are named, the aspects with evidence for every side are used: the purpose
    first, then the most informative ones. The returned question asks for these aspects.
    """
    if not understood.entities or understood.aspects:
        return understood, _evidence(understood, bench, filters, limit)
    core = [a for a in bench.vocabulary.aspects if a.core]
    asked = tuple(AskedAspect(a, ()) for a in sorted(core, key=lambda a: a.slug != PURPOSE))
    least = bench.thresholds["unnamed"]  # what was not asked for needs a higher probability
    draft = _evidence(replace(understood, aspects=asked), bench, filters, min(limit, OUTLINED), least)
    telling = _most_telling(draft, understood)
    kept = tuple(sorted((a for a in asked if a.aspect.slug in telling), key=lambda a: telling.index(a.aspect.slug)))
    said = tuple(f for slug in understood.entities for a in kept for f in _of(draft, slug, a.aspect.slug))
    disputes = tuple(d for d in draft.disputes if d.aspect in telling)
    silent: dict[Pair, int] = {} if kept else {(slug, None): n for (slug, _), n in draft.silent.items()}
    return replace(understood, aspects=kept), replace(draft, findings=said, disputes=disputes, silent=silent)


def outside_subjects(
    understood: Understood, bench: Workbench, filters: Filters, limit: int
) -> tuple[Understood, Draft]:
    """Statements of passages that are about no library: "who has to sign the log book?" does not ask for a library."""
    asked, draft = by_side(replace(understood, kind=Kind.LOOKUP), bench, filters, limit)
    said = tuple(f for f in draft.findings if not f.evidence.candidate.passage.subjects)
    return asked, replace(draft, findings=said, disputes=())


def _of(draft: Draft, entity: str, aspect: str) -> list[Finding]:
    return [f for f in draft.findings if (f.entity, f.aspect) == (entity, aspect)]


def _most_telling(draft: Draft, understood: Understood) -> list[str]:
    """Aspects with evidence for every side, by the best evidence of the weakest side; the purpose comes first."""
    best: dict[Pair, float] = {}
    for finding in draft.findings:
        pair = (finding.entity, finding.aspect)
        best[pair] = max(best.get(pair, 0.0), finding.evidence.score)
    aspects = {a for _, a in best if a and all((e, a) in best for e in understood.entities)}
    weakest = {a: min(best[e, a] for e in understood.entities) for a in aspects}
    others = sorted(aspects - {PURPOSE}, key=lambda a: (-weakest[a], a))[:MOST_TELLING]
    return [PURPOSE, *others] if PURPOSE in aspects else others


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
        groups.setdefault(cell.entity, []).append([Finding(cell.entity, cell.aspect, s) for s in shown])
        best += scored[:1]
        if not shown:
            silent[cell.entity, cell.aspect] = found.searched
        if contradiction := dispute(scored, cell, understood, bench.thresholds):
            disputes.append(contradiction)
    said = tuple(f for group in groups.values() for f in interleave(group))
    return Draft(understood.entities, said, silent, tuple(disputes), nearest=tuple(best))


def _chosen(
    every: Sequence[Found], bench: Workbench, limit: int, least: float | None
) -> Sequence[Sequence[Scored] | None]:
    """What somebody else than the program chooses for each cell; None where it is left to the program."""
    if bench.choose is None:
        return [None] * len(every)
    return bench.choose(
        [offer(f.cell, of_expected_type(f.scored, f.cell), least or bench.least(f.cell), limit) for f in every]
    )
