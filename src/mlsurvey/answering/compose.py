"""Turn selected evidence into the answer of the public contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlsurvey.answering.candidates import Candidate
from mlsurvey.answering.score import Scored
from mlsurvey.types import Citation, Conflict, Document, Missing, Statement

Lookup = Callable[[str], Document]
"""Returns a document by path, with the text that the index was built from."""


Pair = tuple[str | None, str | None]
"""Entity and aspect."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate selected for one cell."""

    entity: str | None
    aspect: str | None
    evidence: Scored
    stance: str | None = None
    """``for`` or ``against``, in a recommendation."""


def best_scores(findings: Iterable[Finding]) -> dict[Pair, float]:
    """Probability of the best evidence, by pair."""
    best: dict[Pair, float] = {}
    for finding in findings:
        pair = (finding.entity, finding.aspect)
        best[pair] = max(best.get(pair, 0.0), finding.evidence.score)
    return best


@dataclass(frozen=True, slots=True)
class Dispute:
    """Findings that contradict each other, best source first."""

    entity: str
    aspect: str | None
    kind: str
    sides: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found, before conversion to the public contract."""

    entities: tuple[str, ...]
    findings: tuple[Finding, ...]
    silent: Mapping[Pair, int] = field(default_factory=dict)
    """Pairs without evidence, with the number of passages searched."""
    disputes: tuple[Dispute, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nearest: tuple[Scored, ...] = ()
    """Best evidence, good enough or not, to offer if the answer abstains."""
    nearest_only: int = 0
    """Number of members of a larger class that were looked at: those that a search found nearest; 0 if all were."""


class Citations:
    """Numbers quotes from 1 in order of first use; the same position in a document always gets the same number."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._cited: dict[tuple[str, int, int], Citation] = {}

    def number(self, evidence: Scored) -> int:
        """The number of the citation for ``evidence``, created on first use."""
        candidate = evidence.candidate
        place = (candidate.passage.path, candidate.span.start, candidate.span.end)
        if place not in self._cited:
            self._cited[place] = _citation(len(self._cited) + 1, candidate, evidence.score, self._lookup(place[0]))
        return self._cited[place].number

    def newest_first(self, evidence: Sequence[Scored]) -> list[Scored]:
        """The evidence sorted by date of the document, newest first; unchanged if a date is missing."""
        dated = [(self._lookup(e.candidate.passage.path).date or "", e) for e in evidence]
        if not all(date for date, _ in dated):
            return list(evidence)
        return [e for _, e in sorted(dated, key=lambda pair: pair[0], reverse=True)]

    def all(self) -> tuple[Citation, ...]:
        """All citations, by number."""
        return tuple(self._cited.values())


def statements(findings: Iterable[Finding], citations: Citations) -> tuple[Statement, ...]:
    """One statement per finding, in order."""
    return tuple(
        Statement(f.entity, f.aspect, f.evidence.candidate.readable, (citations.number(f.evidence),), f.stance)
        for f in findings
    )


def conflicts(disputes: Iterable[Dispute], citations: Citations) -> tuple[Conflict, ...]:
    """Disputes in the form of the contract; newest document first if all are dated."""
    return tuple(
        Conflict(d.entity, d.aspect, tuple(citations.number(s) for s in citations.newest_first(d.sides)), d.kind)
        for d in disputes
    )


def nearest(scored: Iterable[Scored], lookup: Lookup) -> tuple[Citation, ...]:
    """Citations of the closest candidates, numbered separately from 1."""
    citations = Citations(lookup)
    for item in scored:
        citations.number(item)
    return citations.all()


def interleave(groups: Sequence[Sequence[Finding]]) -> list[Finding]:
    """The first of each group, then the second of each, so that every aspect appears before one repeats."""
    longest = max(map(len, groups), default=0)
    return [group[i] for i in range(longest) for group in groups if i < len(group)]


def missing(pairs: Mapping[Pair, int]) -> tuple[Missing, ...]:
    """Pairs without evidence, with the number of passages searched."""
    return tuple(Missing(entity, aspect, searched) for (entity, aspect), searched in pairs.items())


def _citation(number: int, candidate: Candidate, score: float, document: Document) -> Citation:
    span = candidate.span
    leaf = document.leaf(span.start)
    return Citation(
        number=number,
        document=document.path,
        sha256=document.sha256,
        title=document.title,
        heading_path=candidate.passage.trail,
        start=span.start,
        end=span.end,
        line_start=document.text.count("\n", 0, span.start) + 1,
        line_end=document.text.count("\n", 0, max(span.start, span.end - 1)) + 1,
        quote=span.of(document.text),
        score=round(score, 4),
        page=leaf.number if leaf and leaf.unit == "page" else None,
        cell=leaf.number if leaf and leaf.unit == "cell" else None,
    )
