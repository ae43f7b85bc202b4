"""Does a text deny anything by its words, and does a question? Pure.

Surface cues of negation, after the lists of NegEx (Chapman et al., "A Simple Algorithm for Identifying Negated
Findings…", J. Biomedical Informatics 2001). What is denied is for the judge to say.
"""

from __future__ import annotations

import re

from mlsurvey.types import Span

_NEGATION = re.compile(
    r"\b(?:no|not|none|nobody|never|hardly|barely|scarcely|without|neither|nor|cannot|lacks?|lacking|missing|only|yet"
    r"|remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|rather\s+than|instead\s+of|fails?\s+to|unsupported|unavailable"
    r"|unmaintained|archived|deprecated|abandoned|discontinued|ended)\b|n['’]t\b",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether any word of the text says no."""
    return _NEGATION.search(text) is not None


_NOT = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|need)n['’]t|can['’]t|won['’]t"
    r"|no|not|none|never|nobody|nothing|neither|nor|cannot|rather\s+than|instead\s+of)\b",
    re.IGNORECASE,
)
_NEAR = 3
"""Words before a stretch in which a negation still belongs to it."""


def affirmed(words: str) -> str:
    """The words without their negations: what is denied, or asked not to be."""
    return " ".join(_NOT.sub(" ", words).split())


def is_turned(question: str, span: Span) -> bool:
    """Whether a question asks for the contrary of what a stretch of it says: "which do *not* run on a GPU"."""
    before = question[: span.start].split()[-_NEAR:]
    return _NOT.search(" ".join((*before, span.of(question)))) is not None
