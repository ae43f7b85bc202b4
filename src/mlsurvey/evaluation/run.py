"""Ask every gold question and score the results."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.evaluation import measures
from mlsurvey.evaluation.figures import NOTHING, Figure, Tallies, figures
from mlsurvey.evaluation.measures import Tally, Text, tally
from mlsurvey.evaluation.questions import Question
from mlsurvey.evaluation.regions import Regions
from mlsurvey.evaluation.summaries import summary_tallies
from mlsurvey.reading.converting.convert import convert
from mlsurvey.reading.converting.kinds import kind_of
from mlsurvey.reading.decode import decode
from mlsurvey.retrieval.quoted import unquoted
from mlsurvey.types import Answer, Hit

SEARCH_DEPTH = max(measures.RECALL_DEPTHS)
"""Number of passages requested from each search."""

Ask = Callable[[str], Answer]
Search = Callable[[str, int], Sequence[Hit]]
"""Maps a query and a number of passages to unfiltered hits, best first."""
Watch = Callable[[int, int], None]
"""Called with the number of questions done and the total."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold data that answers are compared with."""

    questions: tuple[Question, ...]
    text: Text
    names: Mapping[str, frozenset[str]]
    """Names of entities, as returned by :func:`mlsurvey.evaluation.measures.called`."""
    regions: Regions = field(default_factory=dict)
    """If empty, misattribution is not measured."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One question, asked and scored."""

    id: str
    kind: str
    abstained: bool
    missed: tuple[str, ...]
    """Cells that the answer does not satisfy, as ``entity/aspect``."""
    milliseconds: float
    tallies: Tallies


@dataclass(frozen=True, slots=True)
class Run:
    """All questions, scored on one generation of one index."""

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
        """Median time per answer."""
        return statistics.median(question.milliseconds for question in self.questions)


def evaluate(gold: Gold, ask: Ask, search: Search, watch: Watch) -> Run:
    """Ask and score all questions; errors of ``ask`` and ``search`` propagate.

    Raises:
        ValueError: there are no questions.
    """
    if not gold.questions:
        raise ValueError("nothing to evaluate: no questions")
    scored: list[Scored] = []
    for number, question in enumerate(gold.questions, start=1):
        answer = ask(question.text)
        scored.append(score(question, answer, search(unquoted(question.text), SEARCH_DEPTH), gold))
        watch(number, len(gold.questions))
    return Run(answer.index, answer.model, tuple(scored))


def score(question: Question, answer: Answer, hits: Sequence[Hit], gold: Gold) -> Scored:
    """Score one answer and one ranking on one question."""
    cells = measures.cell_scores(question, answer, gold.text)
    return Scored(
        id=question.id,
        kind=question.kind,
        abstained=answer.abstained,
        missed=tuple(cell.name for cell in cells if not cell.found),
        milliseconds=answer.timings_ms.get("total", 0.0),
        tallies=_answer_tallies(question, answer, cells, gold)
        | _retrieval_tallies(question, hits, gold.text)
        | summary_tallies(question, answer, gold.text),
    )


def corpus_text(corpus: Path) -> Text:
    """Returns the texts of documents in the corpus folder, each read once; empty if absent.

    Quotes are compared with the file that a reader opens, not with the copy in the index.
    """

    @cache
    def text(document: str) -> str:
        path = corpus / document
        try:
            if not path.is_file():
                return ""
            data = path.read_bytes()
            return convert(document, data).text if kind_of(document) else decode(data)
        except UnreadableError:  # no longer text: no quote can match
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
