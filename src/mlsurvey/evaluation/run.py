"""Ask every gold question, and score what comes back."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.evaluation import measures
from mlsurvey.evaluation.figures import Figure, Tallies, figures
from mlsurvey.evaluation.measures import Tally, Text, tally
from mlsurvey.evaluation.questions import Question
from mlsurvey.evaluation.regions import Regions
from mlsurvey.reading.decode import decode
from mlsurvey.types import Answer, Hit

SEARCH_DEPTH = max(measures.RECALL_DEPTHS)
"""Passages that a search has to bring back."""
NOTHING = Tally(0.0, 0)

Ask = Callable[[str], Answer]
Search = Callable[[str, int], Sequence[Hit]]
"""Query and number of passages to hits, best first, without any filter."""
Watch = Callable[[int, int], None]
"""Called with the number of questions done, and of all."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What answers are held against."""

    questions: tuple[Question, ...]
    text: Text
    names: Mapping[str, frozenset[str]]
    """Names of entities, as :func:`mlsurvey.evaluation.measures.called` gives them."""
    regions: Regions = field(default_factory=dict)
    """Empty: misattribution is not measured."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One question, asked and scored."""

    id: str
    kind: str
    abstained: bool
    missed: tuple[str, ...]
    """Cells that the answer leaves unsatisfied, as ``entity/aspect``."""
    milliseconds: float
    tallies: Tallies


@dataclass(frozen=True, slots=True)
class Run:
    """All questions, scored against one generation of one index."""

    index: str
    """Id of the generation."""
    model: str
    questions: tuple[Scored, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures over all questions."""
        return figures([question.tallies for question in self.questions])

    @property
    def median_milliseconds(self) -> float:
        """Median time of an answer."""
        return statistics.median(question.milliseconds for question in self.questions)


def evaluate(gold: Gold, ask: Ask, search: Search, watch: Watch) -> Run:
    """Ask and score; errors of ``ask`` and ``search`` are passed on.

    Raises:
        ValueError: there are no questions.
    """
    if not gold.questions:
        raise ValueError("nothing to evaluate: no questions")
    scored: list[Scored] = []
    for number, question in enumerate(gold.questions, start=1):
        answer = ask(question.text)
        scored.append(score(question, answer, search(question.text, SEARCH_DEPTH), gold))
        watch(number, len(gold.questions))
    return Run(answer.index, answer.model, tuple(scored))


def score(question: Question, answer: Answer, hits: Sequence[Hit], gold: Gold) -> Scored:
    """One answer and one ranking against one question."""
    cells = measures.cell_scores(question, answer, gold.text)
    return Scored(
        id=question.id,
        kind=question.kind,
        abstained=answer.abstained,
        missed=tuple(cell.name for cell in cells if not cell.found),
        milliseconds=answer.timings_ms.get("total", 0.0),
        tallies=_answer_tallies(question, answer, cells, gold) | _retrieval_tallies(question, hits, gold.text),
    )


def corpus_text(corpus: Path) -> Text:
    """Texts of the documents as they lie in the corpus folder, each read once; empty where there is none.

    A quote is held against the file that a reader opens, not against the index's own copy.
    """

    @cache
    def text(document: str) -> str:
        path = corpus / document
        try:
            return decode(path.read_bytes()) if path.is_file() else ""
        except UnreadableError:  # replaced by something that is no text: no quote stands in it
            return ""

    return text


def _answer_tallies(
    question: Question, answer: Answer, cells: Sequence[measures.CellScore], gold: Gold
) -> dict[str, Tally]:
    attributed = question.answerable and gold.regions
    return {
        "verbatim": tally(measures.is_verbatim(citation, gold.text) for citation in answer.citations),
        "cell_recall": tally(cell.found for cell in cells),
        "hit_at_1": tally(cell.first for cell in cells),
        "misattributed": (
            measures.misattributed(answer, gold.regions, gold.names, gold.text) if attributed else NOTHING
        ),
        "list_f1": tally([measures.list_f1(question, answer)]) if question.kind == "list" else NOTHING,
        "abstain_right": NOTHING if question.answerable else tally([answer.abstained]),
        "abstain_wrong": tally([answer.abstained]) if question.answerable else NOTHING,
    }


def _retrieval_tallies(question: Question, hits: Sequence[Hit], text: Text) -> dict[str, Tally]:
    ranks = measures.first_ranks(question, hits, text)
    compares = question.kind == "compare"
    return {f"recall@{depth}": measures.recall_at(ranks, depth) for depth in measures.RECALL_DEPTHS} | {
        "ndcg@10": tally([measures.ndcg(ranks)] if ranks else []),
        "both_sides@10": tally([measures.has_both_sides(question, ranks)] if compares else []),
    }
