"""Find contradictory statements in different documents. Pure.

Precision matters more than recall: both statements must be about the entity and likely to answer the same question,
and the judge must be confident that one says yes and the other no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlsurvey.answering.compose import Dispute
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.answering.polarity import denies
from mlsurvey.answering.score import Scored
from mlsurvey.answering.understood import Understood
from mlsurvey.answering.words import stem
from mlsurvey.types import Kind, SentenceKind

_VERSIONED = re.compile(r"(?P<name>[A-Za-z][\w.+#-]*[A-Za-z])\s+(?:versions?\s+)?v?(?P<number>\d+(?:\.\d+)+)")
_PARTIAL = re.compile(
    r"^\W*(?:without|if|when|unless)\b|(?:\bnot|n['’]t)\s+(?:\w+\s+){0,2}(?:all|every|only)\b"
    r"|(?:\bnot|n['’]t)\b[^.;]{0,40}\b(?:on|with|when|if|unless|by default|without)\b"
    r"|\b(?:part(?:ly|ial(?:ly)?)|limited|mostly|largely|to\s+some\s+(?:extent|degree))\b",
    re.IGNORECASE,
)
"""A conditional or partial denial."""


def dispute(
    scored: Sequence[Scored], cell: PlannedCell, understood: Understood, thresholds: Mapping[str, float]
) -> Dispute | None:
    """The strongest contradiction in the evidence for a cell, or None; contains the best statement of each side."""
    if cell.entity is None or cell.asked is None:
        return None
    sure = [s for s in scored if s.score >= thresholds["disputed"] and _about(s, cell.entity) and _is_plain(s)]
    if found := _denied(sure, cell, thresholds["denies"]):
        return found
    return _versions(sure, cell) if understood.kind is Kind.LOOKUP else None


def _denied(sure: Sequence[Scored], cell: PlannedCell, least: float) -> Dispute | None:
    """A document affirms what another denies, according to both the judge and the wording."""
    affirmed = [s for s in sure if s.denies <= 1.0 - least and not denies(s.candidate.text)]
    denied = [
        s for s in sure if s.denies >= least and denies(s.candidate.text) and not _PARTIAL.search(s.candidate.text)
    ]
    for yes in affirmed:
        for no in denied:
            if yes.candidate.passage.path != no.candidate.passage.path and not _of_another(no, cell):
                return Dispute(cell.entity or "", cell.aspect, "negation", (yes, no))
    return None


def _versions(sure: Sequence[Scored], cell: PlannedCell) -> Dispute | None:
    """Two documents state different version numbers for what the question asks about."""
    if not ({"version", "releas"} & set(cell.importance)):
        return None
    stated = [(s, numbers) for s in sure if (numbers := _version_of(s.candidate.text, cell))]
    for first, its in stated:
        for second, other in stated:
            if first.candidate.passage.path != second.candidate.passage.path and _differ(its, other):
                return Dispute(cell.entity or "", cell.aspect, "version", (first, second))
    return None


def _version_of(text: str, cell: PlannedCell) -> dict[str, str]:
    """Version numbers in the text that follow words of the question."""
    asked = {*cell.importance, *cell.rest}
    found = ((stem(m["name"]), m["number"]) for m in _VERSIONED.finditer(text))
    return {name: number for name, number in found if name in asked}


def _differ(a: dict[str, str], b: dict[str, str]) -> bool:
    """Whether a shared name has version numbers of which neither is a prefix of the other."""
    return any(not (a[n].startswith(b[n]) or b[n].startswith(a[n])) for n in a.keys() & b.keys())


def _about(scored: Scored, entity: str) -> bool:
    """Whether the entity is the only subject of the passage, or opens the sentence; only these can contradict."""
    return scored.candidate.passage.subjects == (entity,) or entity in scored.named.opening


def _is_plain(scored: Scored) -> bool:
    """Whether it is a single sentence and not code: a run of bullets makes several claims, code makes none."""
    return len(scored.candidate.sentences) == 1 and scored.candidate.kind is not SentenceKind.CODE


def _of_another(scored: Scored, cell: PlannedCell) -> bool:
    """Whether the sentence names another library and does not open with this one; it may deny that one."""
    others = scored.named.slugs - {cell.entity, *cell.objects}
    return bool(others) and cell.entity not in scored.named.opening
