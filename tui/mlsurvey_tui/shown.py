"""An answer with the data needed to show it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlsurvey.rendering.layout import Names
from mlsurvey.types import Answer, Citation

_VERDICTS = {"answered": "Answered", "partial": "Answered in part", "abstained": "No answer"}


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer, its names and its stale citations."""

    answer: Answer
    names: Names
    stale: Mapping[int, str] = field(default_factory=dict)
    older: bool = False
    """Whether the index has changed since the answer was given."""

    @property
    def verdict(self) -> str:
        """How the question was answered."""
        return _VERDICTS[self.answer.status.value]

    @property
    def status_row(self) -> str:
        """How the question was answered, from what, and how fast, in one row."""
        cited = self.answer.citations
        parts = [self.verdict]
        if cited:
            parts.append(f"{_count(len(cited), 'quote')} from {_count(len({c.document for c in cited}), 'document')}")
        if "total" in self.answer.timings_ms:
            parts.append(f"{self.answer.timings_ms['total'] / 1000:.1f} s")
        if self.answer.summary is not None and self.answer.summary.seconds:
            parts.append(f"summary {self.answer.summary.seconds:.1f} s")
        return " · ".join(parts)

    @property
    def disputed(self) -> set[int]:
        """Numbers of the citations that another citation contradicts."""
        return {number for conflict in self.answer.conflicts for number in conflict.citations}

    def citation(self, number: int, *, nearest: bool = False) -> Citation:
        """Return the citation with the given number."""
        listed = self.answer.nearest if nearest else self.answer.citations
        return next(citation for citation in listed if citation.number == number)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
