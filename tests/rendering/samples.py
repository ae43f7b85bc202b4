"""Answers to render."""

from __future__ import annotations

from mlsurvey.rendering.layout import Names
from mlsurvey.types import Answer, Citation, Conflict, Kind, Missing, Statement, Status

NAMES = Names({"burn": "Burn", "candle": "Candle"}, {"gpu": "GPU support", "licence": "Licence"})
LONG = "Burn supports graphics cards through CUDA, Metal and WebGPU, and runs on the processor where there is none."


def citation(number: int, document: str = "rust/burn.md", quote: str = LONG) -> Citation:
    return Citation(number, document, "0" * 64, "Burn", ("Burn", "Hardware"), 10, 10 + len(quote), 4, 5, quote, 0.8)


def comparison(*, conflicts: tuple[Conflict, ...] = (), text: str = LONG) -> Answer:
    return Answer(
        question="How do Burn and Candle differ in GPU support and licence?",
        kind=Kind.COMPARE,
        status=Status.PARTIAL,
        abstained=False,
        reason="Some of what was asked for is not stated.",
        entities=("burn", "candle"),
        aspects=("gpu", "licence"),
        statements=(
            Statement("burn", "gpu", text, (1,)),
            Statement("candle", "gpu", "Candle has CUDA and Metal.", (2, 3)),
            Statement("burn", "licence", "Burn is MIT or Apache 2.0.", (4,)),
        ),
        citations=(citation(1), citation(2, "rust/candle.md"), citation(3, "notes [x].md"), citation(4)),
        missing=(Missing("candle", "licence", 16),),
        conflicts=conflicts,
        index="abc123",
        model="MiniLM-0:fp32",
        timings_ms={"total": 31.0},
    )


def abstention() -> Answer:
    return Answer(
        question="Which cheese is best?",
        kind=Kind.LOOKUP,
        status=Status.ABSTAINED,
        abstained=True,
        reason="No passage states this.",
        entities=(),
        aspects=(),
        statements=(),
        citations=(),
        missing=(Missing(None, None, 30),),
        conflicts=(),
        index="abc123",
        model="MiniLM-0:fp32",
        nearest=(citation(1, "food.md", "Burn is no\n*cheese*."),),
    )


def recommendation() -> Answer:
    return Answer(
        question="Which Rust library should I take for GPU work under a free licence?",
        kind=Kind.RECOMMEND,
        status=Status.ANSWERED,
        abstained=False,
        reason=None,
        entities=("burn", "candle"),
        aspects=("gpu", "licence"),
        statements=(
            Statement("burn", "gpu", LONG, (1,), "for"),
            Statement("burn", "gpu", "Burn has no OpenCL.", (2,), "against"),
            Statement("candle", "licence", "Candle is MIT.", (3,), "for"),
        ),
        citations=(citation(1), citation(2), citation(3, "rust/candle.md")),
        missing=(),
        conflicts=(),
        index="abc123",
        model="MiniLM-0:fp32",
    )


def listing() -> Answer:
    return Answer(
        question="Which libraries support GPUs?",
        kind=Kind.LIST,
        status=Status.PARTIAL,
        abstained=False,
        reason=None,
        entities=("burn",),
        aspects=("gpu",),
        statements=(Statement("burn", "gpu", LONG, (1,)), Statement("candle", "gpu", "Candle has none.", (2,))),
        citations=(citation(1), citation(2, "rust/candle.md")),
        missing=(Missing("linfa", "gpu", 9), Missing("tch-rs", "gpu", 3)),
        conflicts=(),
        index="abc123",
        model="MiniLM-0:fp32",
        groups={"yes": ("burn",), "no": ("candle",), "unknown": ("linfa", "tch-rs")},
    )
