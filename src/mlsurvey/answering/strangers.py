"""Reads questions about names that the network was never trained on.

The network has learnt its labels from questions about libraries. For it, a name of another field ("Saltmarsh
Flatbread") is made of ordinary words. So it reads the question with a name in its place that it knows, and what it says
of that name is said of the other. Pure but for the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlsurvey.answering.names import Frequency
from mlsurvey.answering.words import STOP_WORDS, words
from mlsurvey.learned.reading import Reader, Reading, Word
from mlsurvey.types import Span

STAND_INS = ("Linfa", "Gorgonia", "Candle", "SmartCore", "TorchSharp", "Gonum", "NumSharp", "Keras")
"""One word each, which the network takes for a name wherever it stands."""
_CAPITALS = re.compile(r"(?<=[\w,:;] )(?:[^\W\d_a-z][\w'’-]*|\d[\w.]*)(?:\s(?:[^\W\d_a-z][\w'’-]*|\d[\w.]*))*")
"""A run of words with capitals, and numbers, within a sentence."""


def read(question: str, names: Iterable[Span], reader: Reader, frequency: Frequency) -> Reading:
    """The reading of a question, with the given names and unknown ones read as names.

    Args:
        question: as typed.
        names: where names stand that the network does not know.
        reader: the network.
        frequency: number of passages that hold a word; a name with a word that none holds is an unknown one.
    """
    known = sorted(names)
    spans = sorted([*known, *_unknown(question, known, frequency)])[: len(STAND_INS)]
    if not spans:
        return reader.read(question)
    text, places = _with_stand_ins(question, spans)
    reading = reader.read(text)
    return replace(reading, words=tuple(_back(word, places) for word in reading.words))


def _unknown(question: str, known: Sequence[Span], frequency: Frequency) -> list[Span]:
    """Runs of words with capitals of which one is in no passage."""
    found = (Span(*match.span()) for match in _CAPITALS.finditer(question))
    return [
        span
        for span in found
        if not any(span.overlap(name) for name in known)
        and any(not frequency(word) for word in words(span.of(question)) if word.casefold() not in STOP_WORDS)
        and any(map(str.isalpha, span.of(question)))
    ]


def _with_stand_ins(question: str, spans: Sequence[Span]) -> tuple[str, list[tuple[Span, Span, bool]]]:
    """The question with stand-ins, and its pieces: span in that text, span in the question, whether it stands in."""
    parts: list[str] = []
    places: list[tuple[Span, Span, bool]] = []
    position = length = 0
    for stand_in, span in zip(STAND_INS, spans, strict=False):
        for piece, old, stands_in in (
            (question[position : span.start], Span(position, span.start), False),
            (stand_in, span, True),
        ):
            parts.append(piece)
            places.append((Span(length, length + len(piece)), old, stands_in))
            length += len(piece)
        position = span.end
    rest = question[position:]
    places.append((Span(length, length + len(rest)), Span(position, len(question)), False))
    return "".join([*parts, rest]), places


def _back(word: Word, places: Sequence[tuple[Span, Span, bool]]) -> Word:
    """The word at its place in the question; a stand-in covers the whole name."""
    for new, old, stands_in in places:
        if new.start <= word.span.start < new.end:
            shift = old.start - new.start
            moved = old if stands_in else Span(word.span.start + shift, min(word.span.end + shift, old.end))
            return replace(word, span=moved)
    return word
