"""One document, one question about it, and answers that quote it."""

from __future__ import annotations

from dataclasses import replace

from mlsurvey.evaluation.questions import Evidence, GoldCell, Question
from mlsurvey.types import Answer, Citation, Hit, Kind, Passage, Span, Statement, Status

BURN = "Burn supports GPUs through CUDA, Metal and WebGPU."
CANDLE = "Candle supports GPUs through CUDA and Metal."
OTHER = "The weather in Paris is neither here nor there."
TEXTS = {"a.md": f"# GPU\n\n{BURN}\n{CANDLE}\n{OTHER}\n"}

QUESTION = Question(
    id="q1",
    text="How do Burn and Candle differ in GPU support?",
    kind="compare",
    answerable=True,
    entities=("burn", "candle"),
    cells=(
        GoldCell("burn", "gpu", (Evidence("a.md", BURN),)),
        GoldCell("candle", "gpu", (Evidence("a.md", CANDLE),)),
    ),
)


def text(document: str) -> str:
    return TEXTS.get(document, "")


def citation(number: int, quote: str, document: str = "a.md", **changes: object) -> Citation:
    start = max(text(document).find(quote), 0)
    line = text(document).count("\n", 0, start) + 1
    plain = Citation(number, document, "0" * 64, "A", (), start, start + len(quote), line, line, quote, 0.5)
    return replace(plain, **changes)


def said(entity: str | None, *numbers: int, aspect: str | None = "gpu", words: str = "short") -> Statement:
    return Statement(entity, aspect, words, numbers)


def answer(statements: tuple[Statement, ...], citations: tuple[Citation, ...], **changes: object) -> Answer:
    plain = Answer(
        question=QUESTION.text,
        kind=Kind.COMPARE,
        status=Status.ANSWERED,
        abstained=False,
        reason=None,
        entities=("burn", "candle"),
        aspects=("gpu",),
        statements=statements,
        citations=citations,
        missing=(),
        conflicts=(),
        index="g1",
        model="m",
        timings_ms={"total": 10.0},
    )
    return replace(plain, **changes)


GOOD = answer((said("burn", 1), said("candle", 2)), (citation(1, BURN), citation(2, CANDLE)))
EMPTY = answer((), (), abstained=True, status=Status.ABSTAINED, entities=())


def hit(rank: int, quote: str, document: str = "a.md") -> Hit:
    start = text(document).find(quote)
    span = Span(start, start + len(quote))
    return Hit(rank, Passage(document, rank, span, 1, 1, (), (), ()), 1 / rank, {}, {})
