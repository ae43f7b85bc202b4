"""Corpora of other fields, without any configuration: subjects, points of comparison and answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlsurvey.evaluation.gates import bounds, breaches
from mlsurvey.evaluation.measures import called
from mlsurvey.evaluation.questions import quote_faults, read_questions
from mlsurvey.evaluation.run import Gold, Run, corpus_text, evaluate
from mlsurvey.found import Rank
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
QUESTIONS = "questions.jsonl"
LEAST = ("verbatim=1", "cell_recall=0.88", "hit_at_1=0.70", "abstain_right=1")
GREATEST = ("abstain_wrong=0",)
SUBJECTS = {
    "telescopes": {"Nightjar 200", "Kestrel 80ED", "Bittern 254", "Plover C6"},
    "bread": {"Harrow Rye", "Brindle Loaf", "Saltmarsh Flatbread", "Copperfield Sourdough"},
    "cycling": {"Oldhaven", "Norrby", "Quill Bay"},
}
ASPECTS = {
    "telescopes": {"Optics", "Weight and transport", "Cooling", "Price", "Aperture", "Focal length"},
    "bread": {"Flour", "Rising", "Baking", "Keeping"},
    "cycling": {"Lights", "Helmets", "Pavements", "Parking", "Fines"},
}


@pytest.fixture(scope="module", params=sorted(SUBJECTS))
def field(request, tmp_path_factory):
    """The name of a field, and a survey of its documents."""
    home = tmp_path_factory.mktemp(request.param)
    corpus = home / "corpus"
    shutil.copytree(HERE / request.param, corpus, ignore=shutil.ignore_patterns(QUESTIONS))
    with Survey(Settings(corpus=corpus, index=home / "index")) as survey:
        survey.refresh()
        yield request.param, survey


def test_subjects_and_points_of_comparison_are_those_of_the_documents(field) -> None:
    name, survey = field
    _, found = survey.subjects()
    assert {s.name for s in found.subjects if s.rank is not Rank.MENTION} == SUBJECTS[name]
    assert ASPECTS[name] <= {aspect.name for aspect in found.aspects}
    assert not found.in_field


def test_no_bundled_name_is_known_in_another_field(field) -> None:
    name, survey = field
    assert {entity.name for entity in survey.entities()} == SUBJECTS[name]


def test_answers_are_as_good_as_in_the_field_of_the_bundled_names(field) -> None:
    name, survey = field
    run = measured(survey, HERE / name / QUESTIONS)
    failed = [*breaches(bounds(LEAST, GREATEST), run.figures)]
    assert not failed, (failed, [(q.id, q.missed) for q in run.questions if q.missed or q.abstained])


def measured(survey: Survey, file: Path) -> Run:
    questions = read_questions(file)
    gold = Gold(questions, corpus_text(survey.settings.corpus), called(survey.entities()))
    assert not [fault for fault in quote_faults(questions, gold.text) if "once" not in fault and "40" not in fault]
    return evaluate(
        gold,
        ask=survey.ask,
        search=lambda query, limit: survey.search(query, limit=limit).hits,
        watch=lambda done, total: None,
    )
