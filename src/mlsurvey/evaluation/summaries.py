"""Metrics for the summary of a language model against gold evidence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mlsurvey.evaluation.measures import Place, Tally, Text, is_verbatim, places, tally
from mlsurvey.evaluation.questions import Question
from mlsurvey.types import Answer, Citation, Span
from mlsurvey.written import Summary


def summary_tallies(question: Question, answer: Answer, text: Text) -> dict[str, Tally]:
    """The figures of :data:`mlsurvey.evaluation.figures.SUMMARY_FIGURES`; empty if no summary was asked for.

    ``summary_kept`` is the share of written sentences that passed the checks, ``summary_precision`` the share of their
    citations that cover gold evidence, ``summary_recall`` the share of gold cells that one of these citations covers,
    and ``summary_seconds`` the time beside the extractive answer.
    """
    summary = answer.summary
    if summary is None:
        return {}
    cells = [places(cell, text) for cell in question.cells]
    cited = _cited(answer, summary, text)
    return {
        "summary_kept": Tally(len(summary.sentences), summary.written),
        "summary_precision": tally(any(_covers(citation, gold) for gold in cells) for citation in cited if cells),
        "summary_recall": tally(any(_covers(citation, gold) for citation in cited) for gold in cells),
        "summary_seconds": tally([summary.seconds]),
    }


def _cited(answer: Answer, summary: Summary, text: Text) -> list[Citation | None]:
    """The citation behind each number of each sentence; None if its quote is not verbatim."""
    verbatim = {c.number: c for c in answer.citations if is_verbatim(c, text)}
    return [verbatim.get(number) for sentence in summary.sentences for number in sentence.citations]


def _covers(citation: Citation | None, gold: Sequence[Place]) -> bool:
    return citation is not None and any(
        place.is_covered(citation.document, Span(citation.start, citation.end)) for place in gold
    )
