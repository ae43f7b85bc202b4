"""The model may choose among candidates by number; whatever else it replies leaves the choice to the program."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from tests.conftest import DOCUMENTS, Home
from tests.writing.model_server import says, silent, status

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Waiting

QUESTION = "How do Burn and Candle differ in GPU support?"
TOLD = (
    "Burn supports NVIDIA cards through CUDA.",
    "Burn supports AMD cards through ROCm.",
    "Burn supports Apple GPUs through Metal.",
    "Burn supports every GPU in the browser through WebGPU.",
)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A corpus with more on the GPUs of Burn than an answer shows."""
    root = tmp_path_factory.mktemp("rich")
    built = Home(root / "corpus", root / "index")
    told = {f"rust/burn-{n}.md": f"# Burn\n\n## GPU support\n\n{text}\n" for n, text in enumerate(TOLD)}
    for name, text in (DOCUMENTS | told).items():
        (built.corpus / name).parent.mkdir(parents=True, exist_ok=True)
        (built.corpus / name).write_text(text, "utf-8", newline="")
    with Survey(Settings(corpus=built.corpus, index=built.index)) as survey:
        survey.refresh()
    return built


@pytest.fixture
def choosing(start, rich):
    """Opens a survey in which a server with a behaviour chooses."""
    return lambda behaviour, **more: start(behaviour, rich.corpus, rich.index, writer_uses="choose", **more)


def test_what_the_answer_waits_for_is_said_before_it_waits(start, rich) -> None:
    survey, model = start(says("{}"), rich.corpus, rich.index, writer_uses="read, choose, summary")
    asked = {}
    for part in survey.parts(QUESTION, max_statements=1):
        if isinstance(part, Waiting):
            asked[part.use] = len(model.requests)
            assert 0 < part.seconds <= 30 and (part.answer is not None) == (part.use == "summary")
    assert asked == {"read": 0, "choose": 1, "summary": 2} and len(model.requests) == 3


def test_a_set_or_a_failed_server_is_not_waited_for(start) -> None:
    survey, _ = start(status(500), writer_uses="read, choose, summary")
    assert [part.use for part in survey.parts(QUESTION) if isinstance(part, Waiting)] == ["read"]
    survey, _ = start(says("{}"), writer_uses="choose")
    parts = list(survey.parts("Which libraries support GPUs?"))
    assert parts[-1].citations and not [part for part in parts if isinstance(part, Waiting)]


@pytest.fixture(scope="module")
def own(rich):
    """The program's own answer."""
    with Survey(Settings(corpus=rich.corpus, index=rich.index)) as survey:
        return survey.ask(QUESTION, max_statements=1)


def as_own(answer, own):
    return replace(answer, choice=None, writer=own.writer, timings_ms=own.timings_ms)


def test_a_valid_choice_is_shown_and_stays_a_verbatim_quote(choosing, rich, own) -> None:
    survey, model = choosing(says('```json\n{"cells": {"1": [2]}}\n```'))
    answer = survey.ask(QUESTION, max_statements=1)
    sent = json.loads(model.requests[0]["messages"][1]["content"])["cells"]
    assert [cell["cell"] for cell in sent] == [1] and sent[0]["most"] == 1
    assert "Burn" in sent[0]["question"] and "rust/burn" not in json.dumps(model.requests)
    burn = next(s for s in answer.statements if s.entity == "burn")
    assert burn.text == sent[0]["candidates"]["2"] != next(s.text for s in own.statements if s.entity == "burn")
    cited = answer.citations[burn.citations[0] - 1]
    assert (rich.corpus / cited.document).read_text("utf-8")[cited.start : cited.end] == cited.quote
    assert answer.choice is not None and (answer.choice.cells, answer.choice.chosen, answer.choice.note) == (1, 1, None)
    assert answer.summary is None and answer.writer == "openai-compatible/toy"
    assert [s for s in answer.statements if s.entity == "candle"] != []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ('{"cells": {"1": [99]}}', "not valid for 1 of 1 cells"),
        ('{"cells": {"1": [0]}}', "not valid"),
        ('{"cells": {"1": [-1]}}', "not valid"),
        ('{"cells": {"1": []}}', "not valid"),
        ('{"cells": {"1": [1, 2]}}', "not valid"),
        ('{"cells": {"2": [1]}}', "not valid"),
        ('{"cells": {}}', "not valid"),
        ('{"cells": {"1": ["1"]}}', "not the JSON"),
        ('{"cells": {"1": [1.0]}}', "not the JSON"),
        ('{"cells": {"1": [true]}}', "not the JSON"),
        ('{"cells": {"1": "Burn is the best."}}', "not the JSON"),
        ('{"cells": {"1": [1]}, "text": "Burn is the best."}', "not the JSON"),
        ("[1]", "not the JSON"),
        ("Burn supports GPUs best through CUDA.", "not the JSON"),
        ("", "not the JSON"),
        ("1" * 30_000, "more than numbers"),
    ],
)
def test_an_invalid_choice_leaves_the_program_s_own(reply: str, reason: str, choosing, own) -> None:
    survey, _ = choosing(says(reply))
    answer = survey.ask(QUESTION, max_statements=1)
    assert answer.choice is not None and answer.choice.chosen == 0 and reason in (answer.choice.note or "")
    assert as_own(answer, own) == own


@pytest.mark.parametrize(("behaviour", "reason"), [(status(500), "HTTP 500"), (silent(), "within 1 seconds")])
def test_a_server_that_fails_leaves_the_program_s_own(behaviour, reason: str, choosing, own) -> None:
    survey, _ = choosing(behaviour, writer_seconds=1)
    began = time.perf_counter()
    answer = survey.ask(QUESTION, max_statements=1)
    assert time.perf_counter() - began < 10
    assert answer.choice is not None and reason in (answer.choice.note or "") and as_own(answer, own) == own


def test_both_uses_share_the_time(start, rich) -> None:
    survey, model = start(silent(), rich.corpus, rich.index, writer_uses="summary, choose", writer_seconds=2)
    began = time.perf_counter()
    answer = survey.ask(QUESTION, max_statements=1)
    assert time.perf_counter() - began < 10 and len(model.requests) <= 2
    assert answer.choice is not None and answer.choice.note and answer.summary is not None and answer.summary.note


def test_without_more_candidates_than_are_shown_nothing_is_asked(start, indexed) -> None:
    survey, model = start(says("{}"), writer_uses="choose")
    answer = survey.ask(QUESTION, max_statements=20)
    assert answer.choice is None and not model.requests


def test_a_follow_up_asks_for_its_own_cells_only(choosing) -> None:
    survey, model = choosing(says('{"cells": {"1": [1]}}'))
    survey.ask("and which of them supports CUDA?", max_statements=1, after=[QUESTION])
    assert len(model.requests) <= 1
