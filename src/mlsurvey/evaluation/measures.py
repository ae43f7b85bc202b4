"""Metrics for one answer, or one ranking of passages, against gold evidence. Pure: texts are passed as arguments.

A citation satisfies a cell if its quote is verbatim and covers half of a gold
quote. Only what a hurried reader would see counts: three statements and 900
characters per cell.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.evaluation.questions import GoldCell, Question
from mlsurvey.evaluation.quotes import locate
from mlsurvey.evaluation.regions import Regions, entities_at
from mlsurvey.types import Answer, Citation, Conflict, Entity, Hit, Span, Statement

STATEMENTS_PER_CELL = 3
"""Reading budget: number of statements that count per gold cell of an entity."""
CHARACTERS_PER_CELL = 900
"""Reading budget in characters of text or quotes per gold cell. A single longer citation does not count."""
COVERED = 0.5
"""Share of a gold quote that a citation or passage must cover."""
RECALL_DEPTHS = (5, 10, 20)
DEPTH = 10
"""Depth of nDCG and both-sides: how many hits a user typically reads."""

_WORD = re.compile(r"(?:[^\W_]|[+#])+")

Text = Callable[[str], str]
"""Returns the text of a document by path; empty if absent."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sum and count of the values that one question contributes; the figure is the mean over all questions."""

    total: float
    count: int

    @property
    def mean(self) -> float | None:
        """The mean for this question; None if it contributes nothing."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a gold quote."""

    document: str
    span: Span

    def is_covered(self, document: str, span: Span) -> bool:
        """Whether a span covers enough of the quote."""
        return document == self.document and span.overlap(self.span) >= COVERED * len(self.span)


@dataclass(frozen=True, slots=True)
class CellScore:
    """Whether a cell was satisfied within the reading budget, and whether by the first statement."""

    name: str
    """``entity/aspect``."""
    found: bool
    first: bool


def tally(values: Iterable[float]) -> Tally:
    """Sum and count of values; True counts as 1."""
    kept = tuple(values)
    return Tally(float(sum(kept)), len(kept))


def places(cell: GoldCell, text: Text) -> tuple[Place, ...]:
    """Positions of a cell's evidence; quotes not found in their document are skipped."""
    found = ((e.document, locate(e.quote, text(e.document))) for e in cell.evidence)
    return tuple(Place(document, span) for document, span in found if span)


# Answers


def is_verbatim(citation: Citation, text: Text) -> bool:
    """Whether the quote matches the document exactly at the cited position."""
    start, end = citation.start, citation.end
    return 0 <= start < end and text(citation.document)[start:end] == citation.quote


def cell_scores(question: Question, answer: Answer, text: Text) -> tuple[CellScore, ...]:
    """Score of the answer on each cell of the question."""
    verbatim = {c.number: c for c in answer.citations if is_verbatim(c, text)}
    cells_of = Counter(cell.entity for cell in question.cells)
    scores = []
    for cell in question.cells:
        gold = places(cell, text)
        read = _read(answer, cell, cells_of[cell.entity])
        hits = [any(_satisfies(verbatim.get(n), gold) for n in numbers) for numbers in read]
        scores.append(CellScore(f"{cell.entity}/{cell.aspect}", any(hits), bool(hits and hits[0])))
    return tuple(scores)


def _satisfies(citation: Citation | None, gold: Sequence[Place]) -> bool:
    return citation is not None and any(
        place.is_covered(citation.document, Span(citation.start, citation.end)) for place in gold
    )


def _read(answer: Answer, cell: GoldCell, cells_of_entity: int) -> Iterator[tuple[int, ...]]:
    """Numbers of the citations that a reader sees for a cell, per statement, until the budget is used up."""
    quotes = {c.number: c.quote for c in answer.citations}
    limit, spent = CHARACTERS_PER_CELL * cells_of_entity, 0
    for said in _about(answer, cell)[: STATEMENTS_PER_CELL * cells_of_entity]:
        if spent >= limit:
            return
        seen, cited = [], 0
        for number in said.citations:
            if number in quotes and spent + cited < limit:
                cited += len(quotes[number])
                seen.append(number)
        spent += max(len(said.text) if isinstance(said, Statement) else 0, cited)
        yield tuple(number for number in seen if len(quotes[number]) <= CHARACTERS_PER_CELL)


def _about(answer: Answer, cell: GoldCell) -> list[Statement | Conflict]:
    """Statements and conflicts about the cell's entity (else those without an entity), the cell's aspect first.

    Conflicts come after the statements and count too, because some citations occur only in a conflict.
    """
    said: list[Statement | Conflict] = [*answer.statements, *answer.conflicts]
    mine = [s for s in said if s.entity == cell.entity] or [s for s in said if s.entity is None]
    return sorted(mine, key=lambda s: (s.aspect or "") != cell.aspect)


def misattributed(answer: Answer, regions: Regions, names: Mapping[str, frozenset[str]], text: Text) -> Tally:
    """Statements about an entity whose citations all lie in regions about another one and do not name the entity.

    Args:
        answer: the answer.
        regions: the entity that each stretch is about; text outside all regions may be about any entity.
        names: names of each slug, as returned by :func:`called`.
        text: returns the text of a document.
    """
    citations = {c.number: c for c in answer.citations}
    cited = [(s.entity, [citations[n] for n in s.citations if n in citations]) for s in answer.statements]
    return tally(
        not any(_is_about(citation, entity, regions, names, text) for citation in quoted)
        for entity, quoted in cited
        if entity and quoted
    )


def _is_about(
    citation: Citation, entity: str, regions: Regions, names: Mapping[str, frozenset[str]], text: Text
) -> bool:
    document = text(citation.document)
    first = document.count("\n", 0, citation.start) + 1
    last = document.count("\n", 0, max(citation.start, citation.end - 1)) + 1
    subjects = entities_at(regions, citation.document, first, last)
    words = spaced(citation.quote)
    return not subjects or entity in subjects or any(name in words for name in names.get(entity, {spaced(entity)}))


def called(entities: Iterable[Entity]) -> Mapping[str, frozenset[str]]:
    """Names of each slug, normalised for searching in :func:`spaced` text."""
    return {e.slug: frozenset(spaced(name) for name in (e.slug, e.name, *e.aliases)) for e in entities}


def spaced(text: str) -> str:
    """Lower-case words separated and surrounded by single spaces; letters, digits, ``+`` and ``#`` only."""
    return f" {' '.join(_WORD.findall(text)).lower()} "


def list_f1(question: Question, answer: Answer) -> float:
    """F1 of the answered entities against the expected ones; 1 if both are empty."""
    expected, got = set(question.entities), set(answer.entities)
    return 2 * len(expected & got) / (len(expected) + len(got)) if expected or got else 1.0


# Rankings


def first_ranks(question: Question, hits: Sequence[Hit], text: Text) -> tuple[int | None, ...]:
    """For each cell, the rank (from 1) of the first passage that covers its evidence; None if no passage does."""
    return tuple(_first_rank(places(cell, text), hits) for cell in question.cells)


def _first_rank(gold: Sequence[Place], hits: Sequence[Hit]) -> int | None:
    ranks = enumerate((hit.passage for hit in hits), start=1)
    return next((rank for rank, p in ranks if any(place.is_covered(p.path, p.span) for place in gold)), None)


def recall_at(ranks: Sequence[int | None], depth: int) -> Tally:
    """Tally of cells with evidence among the first ``depth`` passages."""
    return tally(rank is not None and rank <= depth for rank in ranks)


def ndcg(ranks: Sequence[int | None], depth: int = DEPTH) -> float:
    """Discounted gain over the first ``depth`` passages, relative to one new cell at every rank from the first.

    Each cell counts once, at its first evidence (Clarke et al. 2008, alpha-nDCG with alpha 1): ten passages on one
    side of a comparison gain no more than one. Capped at 1, which a passage covering two cells could exceed.
    """
    gained = sum(1 / math.log2(rank + 1) for rank in ranks if rank is not None and rank <= depth)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(ranks), depth) + 1))
    return min(1.0, gained / ideal)


def has_both_sides(question: Question, ranks: Sequence[int | None], depth: int = DEPTH) -> bool:
    """Whether the first ``depth`` passages contain evidence for at least two entities."""
    pairs = zip(question.cells, ranks, strict=True)
    return len({cell.entity for cell, rank in pairs if rank is not None and rank <= depth}) >= 2
