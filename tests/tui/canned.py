"""An engine with fixed answers, for pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlsurvey.found import Evidence, Found, Rank, Subject
from mlsurvey.state import DocumentRow, Generation, Pending, RefreshReport, Unreadable
from mlsurvey.survey import Edit, Listed, Results
from mlsurvey.survey.overview import Overview
from mlsurvey.types import (
    Answer,
    Citation,
    Conflict,
    Document,
    Entity,
    Explanation,
    Hit,
    Kind,
    Missing,
    Passage,
    Sentence,
    Span,
    Statement,
    Status,
)

GENERATION = Generation(3, "0123456789abcdef", "2026-01-02T03:04:05+00:00", "MiniLM-0:fp32", "r", 3, 9)
BURN = """# Burn

## Hardware

Burn supports GPUs through CUDA, Metal and WebGPU. On the CPU Burn has a back-end in pure Rust.

| back-end | system |
| --- | --- |
| CUDA | Linux, Windows |
| Metal | macOS |

## Licence

Burn is dual licensed under MIT and Apache 2.0. It was \x1b[31mred\x07 once.
"""
CANDLE = "# Candle\n\nCandle supports GPUs through CUDA and Metal. Candle has no WebGPU back-end.\n"
QUOTES = (
    ("rust/burn.md", BURN, "Burn supports GPUs through CUDA, Metal and WebGPU."),
    ("rust/candle.md", CANDLE, "Candle supports GPUs through CUDA and Metal."),
    ("rust/candle.md", CANDLE, "Candle has no WebGPU back-end."),
    ("rust/burn.md", BURN, "Burn is dual licensed under MIT and Apache 2.0."),
)
NAMES = {"burn": "Burn", "candle": "Candle", "linfa": "Linfa", "tch-rs": "tch-rs"}

SUBJECTS = (
    Subject("burn", "Burn", ("burn-rs",), declared=True, documents=("rust/burn.md",), said="framework in Rust"),
    Subject(
        "candle",
        "Candle",
        confidence=0.84,
        documents=("rust/candle.md",),
        evidence=(Evidence("rust/candle.md", 1, "title", "Candle"), Evidence("rust/candle.md", 3, "use", "Candle")),
    ),
    Subject("gorgonia", "Gorgonia", rank=Rank.SECTION, confidence=0.6, documents=("go/gorgonia.md", "rust/burn.md")),
)


def cite(number: int, path: str, text: str, quote: str) -> Citation:
    start = text.index(quote)
    line = text.count("\n", 0, start) + 1
    name = "Burn" if path.endswith("burn.md") else "Candle"
    return Citation(number, path, "0" * 64, name, (name,), start, start + len(quote), line, line, quote, 0.8)


CITED = tuple(cite(number, *source) for number, source in enumerate(QUOTES, start=1))


def answer(kind: Kind = Kind.COMPARE, **changes: Any) -> Answer:
    told = {
        "question": "How do Burn and Candle differ in GPU support and licence?",
        "kind": kind,
        "status": Status.PARTIAL,
        "abstained": False,
        "reason": "The documents are silent about Candle on Licence.",
        "entities": ("burn", "candle"),
        "aspects": ("gpu", "licence"),
        "statements": (
            Statement("burn", "gpu", QUOTES[0][2], (1,)),
            Statement("candle", "gpu", QUOTES[1][2], (2,)),
            Statement("candle", "gpu", QUOTES[2][2], (3,)),
            Statement("burn", "licence", QUOTES[3][2], (4,)),
        ),
        "citations": CITED,
        "missing": (Missing("candle", "licence", 16),),
        "conflicts": (Conflict("candle", "gpu", (2, 3), "negation"),),
        "index": GENERATION.id,
        "model": GENERATION.model,
    }
    return Answer(**(told | changes))


def listing() -> Answer:
    return answer(
        Kind.LIST,
        question="Which libraries support GPUs?",
        reason=None,
        aspects=("gpu",),
        statements=(Statement("burn", "gpu", QUOTES[0][2], (1,)), Statement("candle", "gpu", QUOTES[2][2], (3,))),
        missing=(Missing("linfa", "gpu", 9), Missing("tch-rs", "gpu", 3)),
        conflicts=(),
        groups={"yes": ("burn",), "no": ("candle",), "unknown": ("linfa", "tch-rs")},
    )


def abstention() -> Answer:
    return answer(
        Kind.LOOKUP,
        question="Which cheese goes with Burn?",
        status=Status.ABSTAINED,
        abstained=True,
        reason="No passage states this.",
        entities=("burn",),
        aspects=(),
        statements=(),
        citations=(),
        missing=(Missing("burn", None, 30),),
        conflicts=(),
        nearest=CITED[:2],
    )


def hit(number: int) -> Hit:
    path, text, quote = QUOTES[number]
    span = Span(text.index(quote), text.index(quote) + len(quote))
    passage = Passage(path, 0, span, 5, 5, ("Burn", "Hardware"), ("burn",), (Sentence(span, quote),))
    return Hit(number, passage, 1.0 - number / 10, {"keyword": number + 1}, {"keyword": 4.2}, {"keyword": 1.0})


class Canned:
    """An engine that implements :class:`mlsurvey_tui.engine.Engine`."""

    def parts(self, question: str, **_: Any) -> Iterator[Any]:
        yield answer(question=question)

    def compare(self, entities: Sequence[str], aspects: Sequence[str] = (), **_: Any) -> Answer:
        return answer()

    def search(self, query: str, **_: Any) -> Results:
        return Results(GENERATION, tuple(hit(number) for number in range(len(QUOTES))))

    def explain(self, query: str, hits: Iterable[Hit], **_: Any) -> tuple[Explanation, ...]:
        terms = (("webgpu", "body", 2.9), ("support", "body", 1.3))
        return tuple(Explanation(found, terms, None, ()) for found in hits)

    def stale(self, answer: Answer) -> Mapping[int, str]:
        return {4: "source changed since it was indexed"} if answer.citations else {}

    def entities(self) -> tuple[Entity, ...]:
        return tuple(Entity(slug, name) for slug, name in NAMES.items())

    def aspects(self) -> Mapping[str, str]:
        return {"gpu": "GPU support", "licence": "Licence"}

    def documents(self, filters: Any = None) -> Listed:
        rows = (
            DocumentRow("go/gorgonia.md", "0", "Gorgonia", None, "go", "2024-05-06", 1_200, 1),
            DocumentRow("rust/burn.md", "0", "Burn", "burn", "rust", "2026-01-02", 14_000, 6),
            DocumentRow("rust/candle.md", "0", "Candle", "candle", "rust", None, 5_200_000, 2),
        )
        return Listed(GENERATION, rows)

    def subjects(self) -> tuple[Generation, Found]:
        return GENERATION, Found(SUBJECTS)

    def corrections(self) -> tuple[Edit, ...]:
        return (Edit("burn", aliases=("burn-rs",)),)

    def document(self, path: str) -> Document:
        text = BURN if path.endswith("burn.md") else CANDLE
        return Document(path, text, "0" * 64, "Burn" if text is BURN else "Candle")

    def is_stale(self, document: Document) -> bool:
        return document.text is CANDLE

    def add(self, paths: Any, **_: Any) -> Any:
        raise NotImplementedError

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(names)

    def refresh(self, *, dry_run: bool = False, **_: Any) -> RefreshReport:
        unreadable = (Unreadable("old.doc", "not read: .doc files are no documents"),)
        return RefreshReport(
            dry_run, GENERATION.id, added=("new.md",), changed=("rust/burn.md",), unreadable=unreadable
        )

    def generation(self) -> Generation:
        return GENERATION

    def status(self) -> Overview:
        return Overview(
            "corpus",
            3,
            5_215_200,
            0,
            "index",
            10_000,
            GENERATION,
            Pending(1, 1, 0),
            "m",
            "auto",
            "fp32",
            "auto",
            "faiss",
        )

    def close(self) -> None:
        pass
