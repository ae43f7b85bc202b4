"""Whatever the model's server does, the answer with its quotes is there, and says why there is no summary."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace

import pytest
from tests.writing.model_server import Behaviour, chunk, says, serving, silent, status, streams, whole

from mlsurvey.errors import Interrupted
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Statement
from mlsurvey.written import SummarySentence

QUESTION = "How do Burn and Candle differ in GPU support?"
GOOD = "Burn supports GPUs through CUDA, Metal and WebGPU. [1]"
SECONDS = 2
"""Deadline of the writer in these tests."""
SLACK = 3.0
"""Seconds that a loaded machine may add."""


def extractive(indexed) -> Answer:
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        return survey.ask(QUESTION)


def compressed(handler) -> None:
    handler.head(Content_Encoding="gzip")
    handler.send(gzip.compress(chunk(GOOD).encode()))


def closes_at_once(handler) -> None:
    handler.close_connection = True
    handler.connection.close()


TABLE: dict[str, tuple[Behaviour, str]] = {
    "says nothing": (silent(), "within 2 seconds"),
    "drips for ever": (streams(": wait\n\n", pause=0.1, forever=True), "within 2 seconds"),
    "drips one word": (streams(chunk("Burn "), pause=0.3, forever=True), "within 2 seconds"),
    "repeats one sentence": (streams(chunk(GOOD + "\n"), forever=True), "repeated itself"),
    "never stops": (says(*(f"Sentence {n} is here." for n in range(500))), "more than 24 sentences"),
    "never ends a line": (streams(chunk("word " * 2000), forever=True), "repeated itself"),
    "never ends an event": (streams("data: " + "x" * 65536, "y" * 65536, forever=True), "longer than"),
    "is too large in one piece": (whole(b"[" * 4_000_000), "longer than"),
    "declines in words": (says("I cannot help with that."), "no sentence of the model was supported"),
    "declines by the protocol": (
        whole({"choices": [{"message": {"content": None, "refusal": "no"}}]}),
        "declined to write",
    ),
    "streams garbage": (streams(b"\xff\x00\x1b[31m garbage\n" * 50), "closed the connection"),
    "streams garbage as data": (streams(b"data: \xff\xfe{\n\n"), "does not follow"),
    "streams an error": (streams('error: {"message": "out of memory"}\n\n'), "reported an error"),
    "answers with no JSON": (whole("<html>It works!</html>"), "does not follow"),
    "answers with other JSON": (whole({"hello": "world"}), "does not follow"),
    "has content of a wrong type": (whole({"choices": [{"message": {"content": 7}}]}), "does not follow"),
    "has choices of a wrong type": (whole({"choices": {"0": "x"}}), "does not follow"),
    "has a list as content": (whole({"choices": [{"message": {"content": [GOOD]}}]}), "does not follow"),
    "nests without end": (whole("[" * 50_000), "does not follow"),
    "has no choices": (whole({"choices": []}), "wrote nothing"),
    "has empty content": (says(""), "wrote nothing"),
    "calls a tool": (
        whole({"choices": [{"message": {"content": None, "tool_calls": [{"function": {"name": "rm"}}]}}]}),
        "wrote nothing",
    ),
    "only thinks": (says("<think>", GOOD, "and so on"), "wrote nothing"),
    "wants a key": (status(401), "MLSURVEY_WRITER_KEY"),
    "forbids": (status(403), "HTTP 403"),
    "does not know the model": (status(404), "writer_model"),
    "has no credit": (status(429, Retry_After="3600"), "HTTP 429"),
    "fails": (status(500), "HTTP 500"),
    "is overloaded": (status(503), "HTTP 503"),
    "redirects": (status(307, Location="http://127.0.0.1:9/v1/chat/completions"), "not followed"),
    "closes at once": (closes_at_once, "closed the connection"),
    "closes before the first piece": (streams(), "closed the connection"),
    "compresses": (compressed, "compresses"),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_answer_is_whole_and_says_why_there_is_no_summary(name: str, start, indexed) -> None:
    behaviour, reason = TABLE[name]
    survey, model = start(behaviour, writer_seconds=SECONDS)
    began = time.perf_counter()
    answer = survey.ask(QUESTION)
    assert time.perf_counter() - began < SECONDS + SLACK
    assert answer.summary is not None and reason in (answer.summary.note or "")
    assert set(model.paths) == {"/v1/chat/completions"} and len(model.paths) == 1, "asked once, and nothing else"
    plain = extractive(indexed)
    assert replace(answer, summary=None, writer=plain.writer, timings_ms=plain.timings_ms) == plain
    assert answer.writer == "openai-compatible/toy"
    for sentence in answer.summary.sentences:
        assert f"{sentence.text} [1]" == GOOD


def test_a_server_that_is_down_is_named_with_what_to_do(start) -> None:
    survey, model = start(silent(), writer_url="http://127.0.0.1:9/v1")
    summary = survey.ask(QUESTION).summary
    assert summary is not None and summary.note is not None and not model.requests
    assert "http://127.0.0.1:9/v1" in summary.note and "writer_url" in summary.note


@pytest.mark.parametrize(("behaviour", "reason"), [(status(401), "HTTP 401"), (silent(), "within 2 seconds")])
def test_a_server_that_failed_is_not_asked_again_for_the_same_answer(start, behaviour: Behaviour, reason: str) -> None:
    survey, model = start(behaviour, writer_uses="summary, choose, read", writer_seconds=SECONDS)
    answer = survey.ask(QUESTION, max_statements=1)
    notes = {made.note for made in (answer.summary, answer.choice, answer.interpretation) if made is not None}
    assert len(model.requests) == 1 and len(notes) == 1 and reason in (notes.pop() or "")
    survey.ask(QUESTION, max_statements=1)
    assert len(model.requests) == 2, "the next answer tries again"


def test_a_server_that_failed_in_one_use_is_not_asked_in_the_next(start) -> None:
    def behave(handler) -> None:
        marks = says(
            '{"kind": "compare", "marks": [{"words": "Burn", "is": "side"}, {"words": "Candle", "is": "side"}]}'
        )
        (marks if len(handler.server.model.requests) == 1 else status(500))(handler)

    survey, model = start(behave, writer_uses="summary, choose, read")
    answer = survey.ask(QUESTION, max_statements=1)
    assert answer.interpretation is not None and answer.interpretation.note is None
    assert answer.summary is not None and "HTTP 500" in (answer.summary.note or "") and len(model.requests) == 2


def test_a_model_that_only_writes_nonsense_is_asked_for_each_use(start) -> None:
    survey, model = start(says("Sure! Burn is great."), writer_uses="summary, read")
    answer = survey.ask(QUESTION)
    assert answer.summary is not None and answer.summary.written == 2 and len(model.requests) == 2


def test_what_came_before_the_failure_is_kept(start) -> None:
    survey, _ = start(streams(chunk(f"{GOOD}\n"), chunk("Candle supports GP")))
    summary = survey.ask(QUESTION).summary
    assert summary is not None and [one.text for one in summary.sentences] == [GOOD.removesuffix(" [1]")]
    assert summary.note is not None and "before the reply was complete" in summary.note


def test_the_quotes_come_before_the_model_is_waited_for(start) -> None:
    survey, _ = start(silent(), writer_seconds=20)
    began = time.perf_counter()
    parts = survey.parts(QUESTION)
    assert any(isinstance(part, Statement) for part in parts)
    assert time.perf_counter() - began < 10
    parts.close()


def test_a_sentence_is_there_before_the_model_has_finished(start) -> None:
    def behave(handler) -> None:
        handler.head()
        handler.send(chunk(f"{GOOD}\n"))
        handler.pause(20)

    survey, _ = start(behave, writer_seconds=20)
    began = time.perf_counter()
    parts = survey.parts(QUESTION)
    assert next(part for part in parts if isinstance(part, SummarySentence)).citations == (1,)
    assert time.perf_counter() - began < 10
    parts.close()


def test_an_answer_that_nobody_waits_for_ends_the_request(start) -> None:
    survey, model = start(streams(": wait\n\n", pause=0.05, forever=True), writer_seconds=60)
    began = time.perf_counter()
    with pytest.raises(Interrupted):
        list(survey.parts(QUESTION, cancelled=lambda: bool(model.requests)))
    assert time.perf_counter() - began < 15
    assert model.is_left.wait(5), "the connection was closed"


def test_without_quotes_nothing_is_sent(start) -> None:
    survey, model = start(says(GOOD))
    answer = survey.ask("Which cheese is best?")
    assert answer.abstained and answer.summary is None and not model.requests


def test_without_a_writer_nothing_is_sent_and_nothing_changes(indexed) -> None:
    with serving(says(GOOD)) as model:
        place = {"corpus": indexed.corpus, "index": indexed.index}
        with Survey(Settings(**place, writer_url=model.url, writer_model="toy")) as survey:
            answer = survey.ask(QUESTION)
    assert answer.summary is None and answer.writer == "extractive" and not model.requests
