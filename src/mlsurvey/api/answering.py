"""Answers and comparisons for every face of the service, computed once per generation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mlsurvey.api.logs import LOGGER
from mlsurvey.api.service import Service
from mlsurvey.calling import Cancelled
from mlsurvey.survey import Part, Passages, Understood
from mlsurvey.types import Answer
from mlsurvey.wire.requests import CompareRequest, QuestionRequest

STAGES = {Understood: "understand", Passages: "read", Answer: "compose"}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and which of its quotes no longer match their file, each with the reason."""

    answer: Answer
    stale: Mapping[int, str]
    key: str
    """What was asked, as one text."""


def ask(service: Service, wanted: QuestionRequest, cancelled: Cancelled, *, with_writer: bool = True) -> Answered:
    """Answer a question, by default with a language model if one is set.

    Call it in a thread; raises like :meth:`mlsurvey.survey.Survey.ask`.
    """
    key = wanted.model_dump_json(exclude={"stream"})

    def compute() -> Answer:
        *_, answer = parts(service, wanted, cancelled, with_writer=with_writer)
        if not isinstance(answer, Answer):
            raise TypeError("the answer is the last part")
        return answer

    return _remembered(service, "ask", key, compute, with_writer=with_writer)


def compare(service: Service, wanted: CompareRequest, cancelled: Cancelled, *, with_writer: bool = True) -> Answered:
    """Compare given libraries; likewise. Raises like :meth:`mlsurvey.survey.Survey.compare`."""
    key = wanted.model_dump_json()

    def compute() -> Answer:
        answer = service.survey.compare(
            wanted.entities,
            wanted.aspects,
            question=wanted.question,
            filters=wanted.filters.filters(),
            max_statements=wanted.max_statements,
            cancelled=cancelled,
            with_writer=with_writer,
        )
        _log_notes(answer)
        return answer

    return _remembered(service, "compare", key, compute, with_writer=with_writer)


def parts(
    service: Service, wanted: QuestionRequest, cancelled: Cancelled, *, with_writer: bool = True
) -> Iterator[Part]:
    """Yield the parts of an answer and record the time of each stage."""
    began = time.perf_counter()
    found = service.survey.parts(
        wanted.question,
        filters=wanted.filters.filters(),
        max_statements=wanted.max_statements,
        cancelled=cancelled,
        after=wanted.after,
        with_writer=with_writer,
    )
    for part in found:
        if stage := STAGES.get(type(part)):
            now = time.perf_counter()
            service.metrics.stage(stage, now - began)
            began = now
        if isinstance(part, Answer):
            _log_notes(part)
        yield part


def _remembered(
    service: Service, route: str, key: str, compute: Callable[[], Answer], *, with_writer: bool
) -> Answered:
    def of_generation() -> tuple[str, Answer]:
        answer = compute()
        return answer.index, answer

    _, answer = service.remembered(route, (key, with_writer), of_generation, _lasts)
    return Answered(answer, service.survey.stale(answer), key)  # files change without a refresh


def _lasts(answer: Answer) -> bool:
    """Whether to keep the answer: not if a language model failed, which may work the next time."""
    return not _notes(answer)


def _log_notes(answer: Answer) -> None:
    """Tell the operator that a language model failed: the notes have words of this program only."""
    if notes := _notes(answer):
        LOGGER.warning("writer", extra={"writer": answer.writer, "notes": notes})


def _notes(answer: Answer) -> list[str]:
    """Why a language model did less than it was asked to, each reason once."""
    made = (answer.interpretation, answer.choice, answer.summary)
    return list(dict.fromkeys(one.note for one in made if one is not None and one.note))
