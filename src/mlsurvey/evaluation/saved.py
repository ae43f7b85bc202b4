"""Convert a run to and from JSON: what ``--json`` prints, ``--save`` writes and ``--compare`` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mlsurvey.errors import UsageError
from mlsurvey.evaluation.figures import FIGURES, NOTHING, SUMMARY_FIGURES
from mlsurvey.evaluation.files import read_file
from mlsurvey.evaluation.measures import Tally
from mlsurvey.evaluation.run import Run, Scored

SCHEMA = 1


def run_value(run: Run) -> dict[str, Any]:
    """The run with its figures as plain values; ``tallies`` are pairs of total and count."""
    return {
        "schema": SCHEMA,
        "index": run.index,
        "model": run.model,
        "median_milliseconds": round(run.median_milliseconds, 1),
        "figures": {figure.name: asdict(figure) for figure in run.figures},
        "questions": [_scored_value(question) for question in run.questions],
    }


def read_run(path: Path) -> Run:
    """Read a saved run.

    Raises:
        NotFoundError: the file does not exist.
        UnreadableError: the file is a folder or not text.
        UsageError: the file is not a saved run; the message says how to create one.
    """
    try:
        value = json.loads(read_file(path, "a run that --save wrote"))
        questions = tuple(_scored(question) for question in value["questions"])
        return Run(value["index"], value["model"], questions)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} is not a saved run ({error}); make one with: mlsurvey eval QUESTIONS --save"
        ) from error


def _scored_value(question: Scored) -> dict[str, Any]:
    return {
        "id": question.id,
        "kind": question.kind,
        "abstained": question.abstained,
        "missed": list(question.missed),
        "milliseconds": question.milliseconds,
        "tallies": {name: [t.total, t.count] for name, t in question.tallies.items()},
    }


def _scored(value: Mapping[str, Any]) -> Scored:
    """Figures missing from an older saved run count as not measured."""
    tallies = {name: Tally(float(total), int(count)) for name, (total, count) in value["tallies"].items()}
    return Scored(
        id=value["id"],
        kind=value["kind"],
        abstained=value["abstained"],
        missed=tuple(value["missed"]),
        milliseconds=value["milliseconds"],
        tallies={name: tallies.get(name, NOTHING) for name in FIGURES}
        | {name: tallies[name] for name in SUMMARY_FIGURES if name in tallies},
    )
