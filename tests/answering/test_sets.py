"""Classes with more members than can be looked at one by one."""

from __future__ import annotations

import pytest

from mlsurvey.answering import sets
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Status


@pytest.mark.parametrize("question", ["Which libraries support GPUs?", "Recommend a library for GPUs"])
def test_of_a_large_class_those_that_a_search_finds_nearest_are_looked_at(
    indexed, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    monkeypatch.setattr(sets, "MOST_MEMBERS", 2)
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        answer = survey.ask(question)
    assert answer.status is Status.PARTIAL
    assert answer.reason is not None and "Only the 2 likeliest candidates were looked at" in answer.reason
    assert 0 < len({s.entity for s in answer.statements}) <= 2


def test_of_a_class_that_is_large_only_on_paper_all_are_looked_at(indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most declared libraries may have no document."""
    monkeypatch.setattr(sets, "MOST_MEMBERS", 20)
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        answer = survey.ask("Which libraries support GPUs?")
    assert answer.reason is None and {"burn", "candle", "gorgonia"} <= set(answer.entities)
