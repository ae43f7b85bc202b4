"""Turn chosen evidence into the answer of the public contract. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.answering.candidates import Candidate
from mlsurvey.answering.evidence import Scored
from mlsurvey.types import Citation, Conflict, Document, Missing, Statement

Lookup = Callable[[str], Document]
"""Path -> document, with the text that the index was built from."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate chosen for one cell."""

    entity: str | None
    aspect: str | None
    evidence: Scored


@dataclass(frozen=True, slots=True)
class Dispute:
    """Findings that contradict each other, best source first."""

    entity: str
    aspect: str | None
    kind: str
    sides: tuple[Scored, ...]


class Citations:
    """Numbers quotes from 1 in the order of their first use; one place of a document has one number."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._cited: dict[tuple[str, int, int], Citation] = {}

    def number(self, evidence: Scored) -> int:
        """The number of the citation for ``evidence``, made at first use."""
        candidate = evidence.candidate
        place = (candidate.passage.path, candidate.span.start, candidate.span.end)
        if place not in self._cited:
            self._cited[place] = _citation(len(self._cited) + 1, candidate, evidence.score, self._lookup(place[0]))
        return self._cited[place].number

    def all(self) -> tuple[Citation, ...]:
        """Every citation, in order of number."""
        return tuple(self._cited.values())


def statements(findings: Iterable[Finding], citations: Citations) -> tuple[Statement, ...]:
    """One statement a finding, in their order."""
    return tuple(
        Statement(f.entity, f.aspect, reading_text(f.evidence.candidate), (citations.number(f.evidence),))
        for f in findings
    )


def conflicts(disputes: Iterable[Dispute], citations: Citations) -> tuple[Conflict, ...]:
    """The contract's form of disputes."""
    return tuple(Conflict(d.entity, d.aspect, tuple(citations.number(s) for s in d.sides), d.kind) for d in disputes)


def interleave(groups: Sequence[Sequence[Finding]]) -> list[Finding]:
    """First of each group, then second of each: every aspect is heard before one is heard twice."""
    longest = max(map(len, groups), default=0)
    return [group[i] for i in range(longest) for group in groups if i < len(group)]


def missing(pairs: Mapping[tuple[str | None, str | None], int]) -> tuple[Missing, ...]:
    """Pairs without evidence, with the number of passages that were looked at."""
    return tuple(Missing(entity, aspect, searched) for (entity, aspect), searched in pairs.items())


def reading_text(candidate: Candidate) -> str:
    """The quote as a reader wants it; a table row is shown with its column names."""
    return f"{candidate.header}: {candidate.text}" if candidate.header else candidate.text


def _citation(number: int, candidate: Candidate, score: float, document: Document) -> Citation:
    span = candidate.span
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
    )
