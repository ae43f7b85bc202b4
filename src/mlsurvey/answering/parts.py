"""An answer in parts, in the order in which they become available. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from mlsurvey.answering.understood import Understood
from mlsurvey.calling import Cancelled
from mlsurvey.errors import Interrupted
from mlsurvey.types import Answer, Citation, Conflict, Hit, Missing, Statement, Waiting
from mlsurvey.written import SummarySentence


@dataclass(frozen=True, slots=True)
class Passages:
    """What was read for an answer."""

    read: int
    """Number of distinct passages that the searches returned."""
    best: tuple[Hit, ...]
    """The passages with the best scores of any search."""


Part = Understood | Passages | Statement | Citation | Missing | Conflict | Waiting | SummarySentence | Answer
"""What was understood, what was read, each statement and its sources, gaps, conflicts, the whole answer; if a language
model is set, what it is waited for, and the sentences of its summary."""

BEST = 5
"""Number of hits reported in :class:`Passages`."""


@dataclass(slots=True)
class Read:
    """Collects what is read for one answer, and stops reading once the answer is cancelled."""

    cancelled: Cancelled | None = None
    _hits: dict[int, Hit] = field(default_factory=dict)

    def __call__(self, hits: Sequence[Hit]) -> None:
        """Record the hits of one search.

        Raises:
            Interrupted: the answer was cancelled.
        """
        for hit in hits:
            known = self._hits.get(hit.passage_id)
            if known is None or hit.score > known.score:
                self._hits[hit.passage_id] = hit
        self.check()

    def check(self) -> None:
        """Raises Interrupted if the answer was cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise Interrupted("stopped: the answer is no longer needed")

    def passages(self) -> Passages:
        """What was read so far, with the best hits by fused score."""
        best = sorted(self._hits.values(), key=lambda hit: (-hit.score, hit.passage_id))
        return Passages(len(self._hits), tuple(best[:BEST]))


def told(answer: Answer) -> Iterator[Part]:
    """Each statement with the citations it is the first to use, gaps, conflicts likewise, then the whole answer."""
    cited = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        yield statement
        yield from (cited.pop(number) for number in statement.citations if number in cited)
    yield from answer.missing
    for conflict in answer.conflicts:
        yield conflict
        yield from (cited.pop(number) for number in conflict.citations if number in cited)
    yield answer


def last(parts: Iterable[Part]) -> Answer:
    """The whole answer, which is the last part."""
    return ends(parts)[1]


def ends(parts: Iterable[Part]) -> tuple[Understood, Answer]:
    """How the question was understood, and the whole answer, which is the last part."""
    *before, answer = parts
    return next(part for part in before if isinstance(part, Understood)), cast("Answer", answer)
