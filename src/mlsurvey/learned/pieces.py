"""How the network's inputs are written: special pieces, and the types of the pieces of a pair. Pure.

Training makes the same inputs by the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CLS: Final = 101
SEP: Final = 102
COMMON: Final = frozenset(range(2074))
"""Marks, single letters and the commonest words, up to "than": BERT's uncased vocabulary numbers words by frequency
from 1996 on. That both sides have one of them says little."""
QUESTION, STRETCH, QUESTION_SHARED, STRETCH_SHARED = range(4)
"""Types: the side that a piece is of, and whether the other side has it too."""


def pair_types(question: Sequence[int], stretch: Sequence[int]) -> list[int]:
    """Types of ``[CLS] question [SEP] stretch [SEP]``."""
    shared = ({*question} & {*stretch}) - COMMON
    return [
        QUESTION,
        *(QUESTION_SHARED if piece in shared else QUESTION for piece in question),
        QUESTION,
        *(STRETCH_SHARED if piece in shared else STRETCH for piece in stretch),
        STRETCH,
    ]
