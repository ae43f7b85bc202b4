"""How good one answer, or one ranking of passages, is against gold evidence. Pure: texts come as arguments.

A citation satisfies a cell if its quote is verbatim and covers half of a gold
quote. Only what a reader with little time would see counts: per cell, three
statements and 900 characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.evaluation.questions import Cell, Question
from mlsurvey.evaluation.quotes import locate
from mlsurvey.evaluation.regions import Regions, entities_at
from mlsurvey.types import Answer, Citation, Conflict, Entity, Hit, Span, Statement

STATEMENTS_PER_CELL = 3
"""Reading budget: statements that count, for each gold cell of an entity."""
CHARACTERS_PER_CELL = 900
"""And the characters, of text or of quotes, that they may spend together. A longer citation points nowhere."""
COVERED = 0.5
"""Share of a gold quote that a citation or passage has to cover."""
RECALL_DEPTHS = (5, 10, 20)
DEPTH = 10
"""Depth of nDCG and of both-sides: what a person reads of a list of hits."""

_WORD = re.compile(r"(?:[^\W_]|[+#])+")

Text = Callable[[str], str]
"""Text of a document by its path; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sum and number of the values that one question adds to a figure; the figure is the mean over all questions."""

    total: float
    count: int

    @property
    def mean(self) -> float | None:
        """The question's own figure; None where it adds nothing."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gold quote stands."""

    document: str
    span: Span

    def is_covered(self, document: str, span: Span) -> bool:
        """Whether a stretch covers enough of it."""
        return document == self.document and span.overlap(self.span) >= COVERED * len(self.span)


@dataclass(frozen=True, slots=True)
class CellScore:
    """Whether a cell was satisfied inside the reading budget, and by the first statement already."""

    name: str
    """``entity/aspect``."""
    found: bool
    first: bool


def tally(values: Iterable[float]) -> Tally:
    """Sum and number of values; truths count 1."""
    kept = tuple(values)
    return Tally(float(sum(kept)), len(kept))


def places(cell: Cell, text: Text) -> tuple[Place, ...]:
    """Where the evidence of a cell stands; quotes that do not stand in their document are left out."""
    found = ((e.document, locate(e.quote, text(e.document))) for e in cell.evidence)
    return tuple(Place(document, span) for document, span in found if span)


# Answers


def is_verbatim(citation: Citation, text: Text) -> bool:
    """Whether the quote is exactly what stands at its place in the document."""
    start, end = citation.start, citation.end
    return 0 <= start < end and text(citation.document)[start:end] == citation.quote


def cell_scores(question: Question, answer: Answer, text: Text) -> tuple[CellScore, ...]:
    """How the answer does on each cell of the question."""
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


def _read(answer: Answer, cell: Cell, cells_of_entity: int) -> Iterator[tuple[int, ...]]:
    """Numbers of the citations that a reader sees for a cell, statement by statement, until the budget is spent."""
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


def _about(answer: Answer, cell: Cell) -> list[Statement | Conflict]:
    """What the answer says of the cell's entity (or, if nothing, of none), the cell's own aspect first.

    Disagreements come after the statements: a citation may serve one of them alone.
    """
    said: list[Statement | Conflict] = [*answer.statements, *answer.conflicts]
    mine = [s for s in said if s.entity == cell.entity] or [s for s in said if s.entity is None]
    return sorted(mine, key=lambda s: (s.aspect or "") != cell.aspect)


def misattributed(answer: Answer, regions: Regions, names: Mapping[str, frozenset[str]], text: Text) -> Tally:
    """Statements about an entity whose every citation lies where another is the subject, and never names it.

    Args:
        answer: the answer.
        regions: which entity each stretch is about; what is in no region is about any.
        names: what each slug may be called, as :func:`called` gives it.
        text: documents.
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
    """For each slug its names, in the form in which :func:`spaced` text can be searched for them."""
    return {e.slug: frozenset(spaced(name) for name in (e.slug, e.name, *e.aliases)) for e in entities}


def spaced(text: str) -> str:
    """Lower-case words with one space before and after each: letters, digits, ``+`` and ``#`` only."""
    return f" {' '.join(_WORD.findall(text)).lower()} "


def list_f1(question: Question, answer: Answer) -> float:
    """Harmonic mean of precision and recall of the entities answered against those expected; 1 if there are none."""
    expected, got = set(question.entities), set(answer.entities)
    return 2 * len(expected & got) / (len(expected) + len(got)) if expected or got else 1.0


# Rankings


def first_ranks(question: Question, hits: Sequence[Hit], text: Text) -> tuple[int | None, ...]:
    """For each cell the rank, from 1, of the first passage that covers evidence of it; None where none does."""
    return tuple(_first_rank(places(cell, text), hits) for cell in question.cells)


def _first_rank(gold: Sequence[Place], hits: Sequence[Hit]) -> int | None:
    ranks = enumerate((hit.passage for hit in hits), start=1)
    return next((rank for rank, p in ranks if any(place.is_covered(p.path, p.span) for place in gold)), None)


def recall_at(ranks: Sequence[int | None], depth: int) -> Tally:
    """Cells with evidence among the first ``depth`` passages."""
    return tally(rank is not None and rank <= depth for rank in ranks)


def ndcg(ranks: Sequence[int | None], depth: int = DEPTH) -> float:
    """Discounted gain over the first ``depth`` passages, as a share of one new cell at every rank from the first.

    Each cell is gained once, at its first evidence (Clarke et al. 2008, alpha-nDCG with alpha 1): ten passages on
    one side of a comparison gain no more than one. At most 1, which a passage that serves two cells would exceed.
    """
    gained = sum(1 / math.log2(rank + 1) for rank in ranks if rank is not None and rank <= depth)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(ranks), depth) + 1))
    return min(1.0, gained / ideal)


def has_both_sides(question: Question, ranks: Sequence[int | None], depth: int = DEPTH) -> bool:
    """Whether the first ``depth`` passages hold evidence of at least two entities."""
    pairs = zip(question.cells, ranks, strict=True)
    return len({cell.entity for cell, rank in pairs if rank is not None and rank <= depth}) >= 2
