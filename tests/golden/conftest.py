from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import built_once

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
    """The shipped corpus with its own index, built once in about fifteen seconds; for read-only tests."""
    from mlsurvey.settings import Settings
    from mlsurvey.survey import Survey

    def opened(home: Path) -> Survey:
        return Survey(Settings(corpus=home / "corpus", index=home / "index"))

    def build(home: Path) -> None:
        shutil.copytree(CORPUS, home / "corpus", ignore=shutil.ignore_patterns(UPSTREAM))  # a checkout may have fetched
        with opened(home) as survey:
            survey.refresh()

    with opened(built_once(tmp_path_factory, "golden", build)) as survey:
        yield survey
