"""How the network's inputs are written. Pure; training makes the same inputs by the same numbers."""

from __future__ import annotations

from typing import Final, NamedTuple

CLS: Final = 101
SEP: Final = 102
"""Pieces before and after a text, of BERT's uncased vocabulary."""


class Pair(NamedTuple):
    """What is judged: a stretch, against what is asked."""

    asked: str
    stretch: str
    features: tuple[float, ...]
    """In the order of :data:`mlsurvey.answering.features.NAMES`."""
