"""Sentences that are true of their quotes are kept, and those that turn them are dropped, on the real judge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlsurvey.answering.answer import Answerer
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Citation, Kind, Statement, Status
from mlsurvey.writing.evidence import evidence_of, names_of_matters
from mlsurvey.writing.names import Known
from mlsurvey.writing.sentences import Lines, sentences_of, written
from mlsurvey.writing.summary import Checker
from mlsurvey.writing.support import Supporter

QUOTES = {
    1: ("burn", "Burn supports GPUs through CUDA, Metal and WebGPU."),
    2: ("candle", "Candle supports GPUs through CUDA and Metal, but not through WebGPU."),
    3: ("candle", "Candle 0.9.1 runs in the browser by way of WebAssembly."),
    4: ("burn", "Burn is dual licensed under MIT and Apache 2.0."),
    5: ("candle", "Candle does not support ROCm."),
    6: ("burn", "It has six back-ends, of which only three run on a GPU."),
}


def made_answer() -> Answer:
    citations = tuple(
        Citation(n, f"{slug}.md", "0" * 64, slug, (slug.title(),), 0, len(quote), 1, 1, quote, 0.9)
        for n, (slug, quote) in QUOTES.items()
    )
    statements = tuple(Statement(slug, "gpu", quote, (n,)) for n, (slug, quote) in QUOTES.items())
    question = "How do Burn and Candle differ in GPU support?"
    asked = (question, Kind.COMPARE, Status.ANSWERED, False, None, ("burn", "candle"), ("gpu",))
    return Answer(*asked, statements, citations, (), (), "index", "model")


@pytest.fixture(scope="module")
def checker(indexed):
    with (
        Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey,
        survey._reader.reading() as reading,
    ):
        answerer: Answerer = reading.answerer
        answer, known = made_answer(), Known(answerer.gazetteer)
        support = Supporter(answerer.bench.planner, answerer.bench.scorer)
        yield Checker(evidence_of(answer, known), known, names_of_matters(answer, {"gpu": "GPU support"}), support)


@pytest.mark.parametrize(
    "text",
    [
        "Burn supports GPUs through CUDA, Metal and WebGPU. [1]",
        "Burn supports GPUs through WebGPU [1].",
        "Both Burn and Candle support GPUs through CUDA and Metal. [1][2]",
        "Burn supports WebGPU, but Candle does not support WebGPU. [1][2]",
        "Candle does not support WebGPU. [2]",
        "Candle runs in the browser by way of WebAssembly. [3]",
        "Burn is licensed under MIT and Apache 2.0. [4]",
        "Candle does not support ROCm. [5]",
        "Burn supports GPUs through CUDA, and Candle runs in the browser. [1][3]",
    ],
)
def test_what_the_quotes_say_is_kept(text: str, checker) -> None:
    assert checker.fault(written(text)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Burn supports GPUs through CUDA.", "no number"),
        ("Burn supports GPUs through CUDA. [7]", "no quote 7"),
        ("[1]", "no words"),
        ("It supports GPUs through CUDA. [1]", "no subject"),
        ("Gorgonia and Burn support GPUs through CUDA. [1]", "'Gorgonia' is not in its quotes"),
        ("Burn supports GPUs through ROCm. [1]", "'ROCm' is not in its quotes"),
        ("Burn supports GPUs through DirectML. [1]", "'DirectML' is not in its quotes"),
        ("Candle 0.9.2 runs in the browser. [3]", "'0.9.2' is not in its quotes"),
        ("Burn supports 3 GPUs through CUDA. [1]", "is not in its quotes"),
        ("Burn supports GPUs through three back-ends. [1]", "the number three is not in its quotes"),
        ("Burn supports more GPUs through CUDA. [1]", "'more' is not in its quotes"),
        ("Burn always supports GPUs through CUDA. [1]", "'always' is not in its quotes"),
        ("Burn crashes frequently under heavy load. [1]", "not those of its quotes"),
        ("Candle supports WebGPU. [1][2]", "leaves out a denial"),
        ("Candle supports WebGPU. [2]", "leaves out a denial"),
        ("Candle supports ROCm. [5]", "leaves out a denial"),
        ("Candle does not support CUDA. [2]", "denies what its quotes do not deny"),
        ("Burn does not support WebGPU. [1]", "denies what its quotes do not deny"),
        ("Burn has six back-ends, three run on a GPU. [6]", "leaves out a denial"),
        ("Burn runs in the browser by way of WebAssembly. [1][3]", "of another"),
        ("Candle is licensed under MIT. [3][4]", "of another"),
        ("Burn does not support WebGPU, but Candle supports WebGPU. [1][2]", "not deny"),
        ("Burn supports GPUs. [4]", "'GPUs' is not in its quotes"),
        ("Burn supports GPUs through CUDA. " + "Really " * 80 + "[1]", "too long"),
    ],
)
def test_what_the_quotes_do_not_say_is_dropped(text: str, reason: str, checker) -> None:
    assert reason in (checker.fault(written(text)) or "")


@pytest.mark.parametrize(
    ("judged", "reason"), [({"score": 0.2}, "finds no support"), ({"denies": 0.95}, "finds that its quotes deny it")]
)
def test_what_the_judge_does_not_find_in_the_quotes_is_dropped(judged: dict[str, float], reason: str, checker) -> None:
    scorer = checker.support.scorer
    doubting = replace(
        checker.support, scorer=lambda jobs: [[replace(one, **judged) for one in row] for row in scorer(jobs)]
    )
    text = written("Burn supports GPUs through CUDA, Metal and WebGPU. [1]")
    assert checker.fault(text) is None
    assert reason in replace(checker, support=doubting).fault(text)


def lines(*pieces: str) -> list[str]:
    collected = Lines()
    return [*(line for piece in pieces for line in collected.feed(piece)), *collected.end()]


def test_lines_come_whole_and_without_thoughts() -> None:
    assert lines("<thi", "nk>a\nb</think>\nBurn ", "runs [1].\n", "\nEnd") == ["Burn runs [1].", "End"]
    assert lines("<think>never ends\nBurn runs. [1]") == []
    assert [len(line) for line in lines("x" * 9000)] == [4000, 4000, 1000]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Burn runs. [1] Candle runs [2, 3].", [("Burn runs.", (1,)), ("Candle runs.", (2, 3))]),
        ("- Burn 0.9.1 runs [1][1][2].", [("Burn 0.9.1 runs.", (1, 2))]),
        ("2. Burn runs; [1]", [("Burn runs;", (1,))]),
        ("Burn runs", [("Burn runs", ())]),
        ("Burn has the feature `cuda` [1].", [("Burn has the feature cuda.", (1,))]),
        ("Burn has `cuda and ```x```. [1]", [("Burn has `cuda and ```x```.", (1,))]),
        ("See e.g. Burn. [1]", [("See e.g.", ()), ("Burn.", (1,))]),
        ("   ", []),
    ],
)
def test_sentences_carry_their_own_numbers(line: str, expected) -> None:
    assert [(one.text, one.numbers) for one in sentences_of(line)] == expected
