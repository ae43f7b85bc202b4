"""Negation in texts and questions. Pure.

Surface cues of negation, after the lists of NegEx (Chapman et al., "A Simple Algorithm for Identifying Negated
Findings…", J. Biomedical Informatics 2001). The judge decides what is denied.
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
    """Whether the text contains a negation."""
    return _NEGATION.search(text) is not None


_SILENT = re.compile(
    r"\b(?:(?:name|mention|describe|document|state|say|list|tell)s?\s+(?:no|nothing|none|neither)"
    r"|(?:do|does|did)(?:\s+not|n['’]t)\s+(?:name|mention|describe|document|state|say|tell|speak)"
    r"|(?:not|none|nowhere|neither)\s+(?:named|mentioned|described|documented|stated)"
    r"|no\s+(?:documents?|documentation|guides?|readmes?)\b[^.;]{0,60}?"
    r"\b(?:name|mention|describe|document|state|say|list|tell)s?"
    r"|(?:cannot|could\s+not)\s+be\s+(?:verified|confirmed|told))\b",
    re.IGNORECASE,
)


def is_silent(text: str) -> bool:
    """Whether a statement says that documents do not say: neither yes nor no."""
    return _SILENT.search(text) is not None


_MERELY = r"(?:only|just|mere|merely|simply|solely|plain)"
_NOT = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|need)n['’]t|can['’]t|won['’]t"
    rf"|no|not(?!\s+{_MERELY}\b)|none|never|nobody|nothing|neither|nor|cannot|rather\s+than|instead\s+of)\b",
    re.IGNORECASE,
)
_MORE = rf"(?:\bnot|n['’]t|\bmore\s+than|\bbeyond)\s+{_MERELY}\b"
_MORE_BEFORE = re.compile(rf"{_MORE}(?:\s+\w+)?\s*$", re.IGNORECASE)
_MORE_WITHIN = re.compile(rf"\W*(?:\w+\s+){{0,2}}{_MORE}", re.IGNORECASE)
LACKING = r"(?:without|lack(?:s|ing)?)"
"""Before what is to be missing; a pattern to be part of others."""
_FREE = re.compile(r"-free\b", re.IGNORECASE)
_NEAR = 3
"""Number of words before a stretch in which a negation applies to it."""


def affirmed(words: str) -> str:
    """The words without negations: what is negated."""
    return " ".join(_NOT.sub(" ", words).split())


def is_turned(question: str, span: Span) -> bool:
    """Whether a question negates one of its stretches: "which do *not* run on a GPU"."""
    before = question[: span.start].split()[-_NEAR:]
    return _NOT.search(" ".join((*before, span.of(question)))) is not None


def is_more(question: str, span: Span) -> bool:
    """Whether a question wants more than what one of its stretches says: "training, not just *inference*"."""
    before = _MORE_BEFORE.search(question[: span.start])
    return bool(before or _MORE_WITHIN.match(span.of(question)))


def free_of(question: str, span: Span) -> Span | None:
    """The stretch with the "-free" behind it, which asks for a thing to be missing: "*Python*-free"; None without."""
    behind = _FREE.match(question, span.end)
    return Span(span.start, behind.end()) if behind else None
