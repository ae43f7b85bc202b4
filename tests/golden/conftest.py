from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlsurvey.evaluation.questions import Question, read_questions
from mlsurvey.syncing.provenance import UPSTREAM

CORPUS = Path(__file__).parents[2] / "corpus"
QUESTIONS = Path(__file__).with_name("questions.jsonl")
REGIONS = Path(__file__).with_name("regions.tsv")


@pytest.fixture(scope="session")
def questions() -> tuple[Question, ...]:
    return read_questions(QUESTIONS)


@pytest.fixture(scope="session")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The shipped corpus with its own index, built once in about fifteen seconds."""
    from mlsurvey.settings import Settings
    from mlsurvey.survey import Survey

    corpus = tmp_path_factory.mktemp("golden_corpus") / "corpus"
    shutil.copytree(CORPUS, corpus, ignore=shutil.ignore_patterns(UPSTREAM))  # a checkout may contain fetched documents
    index = tmp_path_factory.mktemp("golden") / "index"
    with Survey(Settings(corpus=corpus, index=index)) as survey:
        survey.refresh()
        yield survey
