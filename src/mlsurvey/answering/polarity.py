"""Does a text affirm or deny an aspect? Pure.

Rules over surface cues, after the negation scopes of NegEx (Chapman et al., "A Simple Algorithm for
Identifying Negated Findings…", J. Biomedical Informatics 2001): a negator governs the words of its clause that
follow it, a few "post-negators" govern what precedes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from mlsurvey.types import Aspect, Span
from mlsurvey.vocabulary.phrases import phrases

_BEFORE = re.compile(
    r"\b(?:no|not|none|nobody|no\s+one|never|hardly|barely|scarcely|without|neither|nor|cannot|lacks?|lacking|lack\s+of|missing|no\s+longer|isn['’]t|aren['’]t|doesn['’]t|don['’]t|didn['’]t"
    r"|won['’]t|can['’]t|wasn['’]t|hasn['’]t|haven['’]t|remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|rather\s+than|instead\s+of|fails?\s+to)\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^\s*:\s*(?:no|none|not\s+\w+)\b|^[^.;:!?(),–—]{0,40}?(?:\b(?:is|are|was|were|has|have)\s+(?:currently\s+|been\s+)?(?:no\s+longer|removed|dropped|unsupported|missing)\b"
    r"|(?:\bnot|n['’]t)\s+(?:yet\s+|currently\s+|officially\s+)?"
    r"(?:supported|available|implemented|planned|possible|provided|included|maintained|part|among|there|enabled)\b"
    r"|\bunsupported\b|\bunavailable\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[.;:!?()–—]|\band\s+(?:for|it|they|is|are|can)\b|,\s+(?:but|and|so|it|they|which|while|although|though)\b|\b(?:but|however|although|though|while)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(rf"{_BEFORE.pattern}|unsupported|unavailable|n['’]t", re.IGNORECASE)
"""Whatever denies: a text without any of it affirms, and need not be cut into clauses."""
_REMOVED = re.compile(r"\b(?:removed|deprecated|dropped)\b", re.IGNORECASE)
_REACH = 7  # words that a negator governs; NegEx uses 5 to 6, technical noun phrases are longer
_NOT_ONLY = re.compile(
    r"\bnot\s+(?:only|just|limited)\b|\bno\s+(?:problem|matter|doubt|need\s+to)\b|\bwithout\s+(?:having|needing|leaving)\b",
    re.IGNORECASE,
)


def polarity(text: str, aspect: Aspect, trail: Iterable[str] = ()) -> int:
    """+1 where the text affirms the aspect, -1 where it denies it, 0 where it does neither.

    A text that does both ("CUDA works, OpenCL does not yet") affirms, unless what it denies is the aspect by its
    very name ("trains by backpropagation; automatic differentiation is not among its features"). ``trail`` holds
    the headings above it: what stands under "Removed" in a change log is denied.
    """
    if phrases(aspect.negative).match(text):
        return -1
    named = [is_denied(text, span) for span in phrases((f"{aspect.name.casefold()}*",)).found(text)]
    if named and all(named):
        return -1
    denials = [is_denied(text, span) for span in phrases(aspect.strong).found(text)]
    if not denials:
        return 0
    under_removed = any(_REMOVED.fullmatch(heading.strip()) for heading in trail)
    return -1 if all(denials) or under_removed else 1


def is_denied(text: str, span: Span, reach: int = _REACH) -> bool:
    """Whether a negator governs the words at ``span``, from at most ``reach`` words before them or just behind."""
    if not _has_negation(text):
        return False
    masked = _NOT_ONLY.sub(lambda m: "_" * len(m.group()), text)
    before = _CLAUSE.split(masked[: span.start])[-1]
    negators = list(_BEFORE.finditer(before or ""))
    if negators and len(before[negators[-1].end() :].split()) <= reach:
        return True
    return _AFTER.match(masked[span.end :]) is not None


@lru_cache(maxsize=32768)
def _has_negation(text: str) -> bool:
    """Remembered: a text is asked about for each of its words on an aspect, and by several questions."""
    return _NEGATION.search(text) is not None
