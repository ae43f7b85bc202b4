"""Regression gate: answers over the shipped corpus must stay within these bounds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from mlsurvey.evaluation.figures import ANSWER_FIGURES
from mlsurvey.evaluation.gates import bounds, breaches
from mlsurvey.evaluation.measures import called
from mlsurvey.evaluation.regions import read_regions
from mlsurvey.evaluation.run import Ask, Gold, Run, Search, corpus_text, evaluate
from mlsurvey.rendering.json import answer_value

from .conftest import CORPUS, QUESTIONS, REGIONS

pytestmark = [pytest.mark.golden, pytest.mark.slow]

LEAST = ("verbatim=1", "cell_recall=0.95", "hit_at_1=0.83", "list_f1=0.74", "abstain_right=0.71", "both_sides@10=0.66")
GREATEST = ("misattributed=0", "abstain_wrong=0.03")
"""Slack from the values measured when the bounds were set: two or three cells, one list member, one question.

The other bounds have none. The phrases of 0.2 were written with these questions in view and scored higher on them, but
lower on others: see ``training/README.md``.
"""

BESIDE = Path(__file__).parents[3] / "shared"
SCORER = Path(os.environ.get("MLSURVEY_SHARED", BESIDE)) / "evals" / "score_answers.py"


@pytest.fixture(scope="module")
def ask(survey) -> Ask:
    """Answers each question once; the tests measure the same answers in two ways."""
    return cache(survey.ask)


@pytest.fixture(scope="module")
def search(survey) -> Search:
    return cache(lambda query, limit: survey.search(query, limit=limit).hits)


def run(ask, search, questions, names) -> Run:
    gold = Gold(questions, corpus_text(CORPUS), names, read_regions(REGIONS))
    return evaluate(gold, ask, search, watch=lambda done, total: None)


@pytest.mark.slow
def test_answers_keep_their_bounds(survey, ask, search, questions) -> None:
    measured = run(ask, search, questions, called(survey.entities()))
    missed = {question.id: question.missed for question in measured.questions if question.missed}
    assert list(breaches(bounds(LEAST, GREATEST), measured.figures)) == [], f"missed: {missed}"


@pytest.mark.slow
def test_an_independent_scorer_finds_the_same_figures(ask, search, questions, tmp_path) -> None:
    if not SCORER.is_file():
        pytest.skip(f"no {SCORER}; set MLSURVEY_SHARED to the folder that holds evals/")
    answers = tmp_path / "answers.jsonl"
    values = ({"id": question.id} | answer_value(ask(question.text)) for question in questions)
    answers.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    command = [sys.executable, str(SCORER), str(QUESTIONS), str(answers), str(CORPUS), "--regions", str(REGIONS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = {line.split("\t")[0]: line.split("\t")[1] for line in done.stdout.splitlines()}
    ours = run(ask, search, questions, {}).figures  # without a manifest, the scorer knows no names but slugs
    assert {f.name: f"{f.value:.3f}" for f in ours if f.name in ANSWER_FIGURES} == theirs
