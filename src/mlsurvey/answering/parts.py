"""An answer in parts, in the order in which they become known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from mlsurvey.answering.understood import Understood
from mlsurvey.errors import Interrupted
from mlsurvey.types import Answer, Citation, Conflict, Hit, Missing, Statement


@dataclass(frozen=True, slots=True)
class Passages:
    """What was read for an answer."""

    read: int
    """Different passages that its searches brought."""
    best: tuple[Hit, ...]
    """A few with the best scores, of whichever search."""


Part = Understood | Passages | Statement | Citation | Missing | Conflict | Answer
"""What was understood, what was read, each line and its sources, what is missing, who contradicts, the whole."""

Cancelled = Callable[[], bool]
"""Whether nobody waits for the answer any more."""

BEST = 5
"""Hits that are told of all that was read."""


@dataclass(slots=True)
class Read:
    """Keeps count of what is read for one answer, and stops the reading once nobody waits for it."""

    cancelled: Cancelled | None = None
    _hits: dict[int, Hit] = field(default_factory=dict)

    def __call__(self, hits: Sequence[Hit]) -> None:
        """Count the hits of one search.

        Raises:
            Interrupted: nobody waits any more.
        """
        for hit in hits:
            known = self._hits.get(hit.passage_id)
            if known is None or hit.score > known.score:
                self._hits[hit.passage_id] = hit
        self.check()

    def check(self) -> None:
        """Raises Interrupted where nobody waits any more."""
        if self.cancelled is not None and self.cancelled():
            raise Interrupted("stopped: nobody waits for the answer any more")

    def passages(self) -> Passages:
        """What was read so far; the best by their fused score."""
        best = sorted(self._hits.values(), key=lambda hit: (-hit.score, hit.passage_id))
        return Passages(len(self._hits), tuple(best[:BEST]))


def told(answer: Answer) -> Iterator[Part]:
    """Each statement, then the citations that it is the first to use; the gaps; the conflicts likewise; the whole."""
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
    """The whole answer that ends the parts."""
    *_, answer = parts
    return cast("Answer", answer)
