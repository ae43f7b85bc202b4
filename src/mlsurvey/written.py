"""What a language model did for an answer: what passed every check, and what became of the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of a language model that its quotes support."""

    text: str
    citations: tuple[int, ...]
    """Numbers of the citations of the answer that support it; at least one."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary of the quotes of an answer by a language model. It stands above the quotes, never in their place."""

    sentences: tuple[SummarySentence, ...]
    written: int
    """Number of sentences that the model wrote."""
    dropped: int
    """Number of these that failed a check and are not shown."""
    note: str | None
    """Why there is no summary, or why it is incomplete; null if neither."""
    seconds: float
    """Time from the complete extractive answer to the end of the summary."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a language model chose among the candidates of the cells of an answer. Candidates are quotes like others."""

    cells: int
    """Number of cells for which it was asked to choose: those with more candidates than are shown."""
    chosen: int
    """Number of these in which its choice is shown; in the others it was not valid, and the program's own stands."""
    note: str | None
    """Why it did not choose for all of them; null if it did."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How a language model read the question: it marks words, and the program parses the marks like its own."""

    marks: int
    """Number of stretches of the question that it marked."""
    valid: int
    """Number of these that are used; for the words of the others, the program's own reading stands."""
    note: str | None
    """Why not all are used, or why it did not read the question; null if it did and all are."""
