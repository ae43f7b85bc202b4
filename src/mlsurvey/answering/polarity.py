"""Does a text deny anything by its words? Pure.

Surface cues of negation, after the lists of NegEx (Chapman et al., "A Simple Algorithm for Identifying Negated
Findings…", J. Biomedical Informatics 2001). What is denied is for the judge to say.
"""

from __future__ import annotations

import re

_NEGATION = re.compile(
    r"\b(?:no|not|none|nobody|never|hardly|barely|scarcely|without|neither|nor|cannot|lacks?|lacking|missing|only|yet"
    r"|remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|rather\s+than|instead\s+of|fails?\s+to|unsupported|unavailable"
    r"|unmaintained|archived|deprecated|abandoned|discontinued|ended)\b|n['’]t\b",
    re.IGNORECASE,
)


def denies(text: str) -> bool:
    """Whether any word of the text says no."""
    return _NEGATION.search(text) is not None
