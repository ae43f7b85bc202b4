"""Hand-made answers, independent of any index."""

from __future__ import annotations

from mlsurvey.rendering.layout import Names
from mlsurvey.types import Answer, Citation, Kind, Missing, Statement, Status

NAMES = Names({"burn": "Burn", "candle": "Candle"}, {"gpu": "GPU support", "licence": "Licence"})


def citation(number: int, document: str = "rust/burn.md", quote: str = "Burn supports GPUs.") -> Citation:
    return Citation(number, document, "0" * 64, "Burn", ("Burn", "Hardware"), 10, 10 + len(quote), 4, 5, quote, 0.8)


def comparison() -> Answer:
    return Answer(
        question="How do Burn and Candle differ in GPU support and licence?",
        kind=Kind.COMPARE,
        status=Status.PARTIAL,
        abstained=False,
        reason="Some of what was asked for is not stated.",
        entities=("burn", "candle"),
        aspects=("gpu", "licence"),
        statements=(
            Statement("burn", "gpu", "Burn supports GPUs.", (1,)),
            Statement("candle", "gpu", "Candle has CUDA and Metal.", (2,)),
            Statement("burn", "licence", "Burn is MIT or Apache 2.0.", (3,)),
        ),
        citations=(citation(1), citation(2, "rust/candle.md", "Candle has CUDA and Metal."), citation(3)),
        missing=(Missing("candle", "licence", 16),),
        conflicts=(),
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
        nearest=(citation(1, "food.md", "Burn is no cheese."),),
    )
