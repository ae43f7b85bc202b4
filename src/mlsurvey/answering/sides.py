"""Answer for each side: a comparison, or a question about one library."""

from __future__ import annotations

from mlsurvey.answering.compose import Dispute, Draft, Finding, Pair, interleave
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.evidence import Scored, speaks_of_part
from mlsurvey.answering.gather import Gatherer
from mlsurvey.answering.silence import chosen
from mlsurvey.answering.understood import Understood
from mlsurvey.types import Filters


def by_side(understood: Understood, gatherer: Gatherer, filters: Filters, limit: int) -> Draft:
    """At most ``limit`` statements for each side and aspect; every side is searched for by itself."""
    groups: dict[str | None, list[list[Finding]]] = {}
    silent: dict[Pair, int] = {}
    disputes: list[Dispute] = []
    best: list[Scored] = []
    cells = gatherer.cells(understood, understood.entities or (None,))
    for cell, vector in zip(cells, gatherer.vectors(cells), strict=True):
        scored, searched = gatherer.evidence(cell, vector, filters)
        told = [f.evidence for group in groups.get(cell.entity, ()) for f in group]
        good = chosen(scored, limit, told) if speaks_of_part(scored, cell) else []
        groups.setdefault(cell.entity, []).append([Finding(cell.entity, cell.aspect, s) for s in good])
        best += scored[:1]
        if not good:
            silent[cell.entity, cell.aspect] = searched
        if found := dispute(scored, cell, understood.kind):
            disputes.append(found)
    said = tuple(f for group in groups.values() for f in interleave(group))
    return Draft(understood.entities, said, silent, tuple(disputes), nearest=tuple(best))
