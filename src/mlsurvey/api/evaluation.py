"""Measures answers with gold questions sent by a client."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from mlsurvey.calling import Progress
from mlsurvey.errors import UsageError
from mlsurvey.evaluation.measures import called
from mlsurvey.evaluation.questions import quote_faults, read_questions
from mlsurvey.evaluation.run import Gold, corpus_text
from mlsurvey.evaluation.run import evaluate as evaluate_all
from mlsurvey.evaluation.saved import run_value
from mlsurvey.survey import Survey


def check_questions(text: str) -> int:
    """Count the questions in a text, one JSON object per line. Raises UsageError if a line is invalid."""
    with NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as file:
        file.write(text)
        file.flush()
        try:
            return len(read_questions(Path(file.name)))
        except UsageError as error:
            raise UsageError(str(error).replace(f"{file.name}, ", "").replace(file.name, "the text")) from error


def evaluate(survey: Survey, file: Path, progress: Progress) -> dict[str, Any]:
    """Return the figures for a question file, with the faults in its evidence under ``warnings``."""
    gold = Gold(read_questions(file), corpus_text(survey.settings.corpus), called(survey.entities()), {})
    run = evaluate_all(
        gold,
        ask=survey.ask,
        search=lambda query, limit: survey.search(query, limit=limit).hits,
        watch=lambda done, total: progress("answering", done, total),
    )
    return {**run_value(run), "warnings": list(quote_faults(gold.questions, gold.text))}
