"""Follow-up questions: what one leaves unsaid is taken from the question before. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mlsurvey.answering.understood import Understood
from mlsurvey.types import Kind

LIBRARIES, MATTER, AMONG = "libraries", "matter", "answers"
"""What was carried over."""
REMEMBERED = 6
"""Questions before a follow-up that are looked at."""
_PICKS = re.compile(
    r"\b(?:of|among|between)\s+(?:them|these|those|the\s+(?:two|three|four|others|rest))\b"
    r"|\b(?:which|any)\s+(?:ones?|one)\b|\bthe\s+(?:others?|rest|former|latter)\b",
    re.IGNORECASE,
)
"""Ways to speak of what was answered before."""
_SETS = (Kind.LIST, Kind.RECOMMEND)


def picks(now: Understood) -> bool:
    """Whether a question asks which of those that were answered or named before."""
    return not now.entities and not now.unknown and (now.kind in _SETS or _PICKS.search(now.question) is not None)


def carried(now: Understood, before: Understood, answered: Sequence[str]) -> Understood:
    """The question with what it leaves unsaid.

    Args:
        now: the question by itself; its ``aspects`` are those that it asks for in words that were read as such.
        before: the question before, with all that it carried itself.
        answered: libraries of the answer to it.
    """
    if picks(now) and not now.conditions_of_class and len(answered) > 1:
        return replace(now, kind=Kind.LIST, among=tuple(answered), carried=(AMONG,), **_matter(now, before))
    if now.kind in _SETS and now.conditions_of_class:
        return now  # a new class: nothing of the old question holds
    if now.entities or now.unknown:
        return now if now.is_worded else replace(now, carried=(MATTER,), **_matter(now, before))
    sides = before.entities or tuple(answered)
    if not sides:
        return now
    kind = Kind.COMPARE if len(sides) > 1 else Kind.LOOKUP
    said = () if now.is_worded else (MATTER,)
    return replace(now, kind=kind, entities=sides, carried=(LIBRARIES, *said), **_matter(now, before))


def _matter(now: Understood, before: Understood) -> dict[str, Any]:
    """The matter of before, where the question has none of its own; objects go with it."""
    return {} if now.is_worded else {"aspects": before.aspects, "objects": now.objects or before.objects}
