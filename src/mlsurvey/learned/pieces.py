"""Input format of the network, shared with training. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

CLS: Final = 101
SEP: Final = 102
"""Ids of the start and end tokens in BERT's uncased vocabulary."""


class Pair(NamedTuple):
    """The input of the judge: a stretch and what is asked."""

    asked: str
    stretch: str
    features: tuple[float, ...]
    """In the order of :data:`mlsurvey.answering.features.NAMES`."""
