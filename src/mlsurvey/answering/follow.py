"""Follow-up questions: what a question leaves out is taken from the previous one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mlsurvey.answering.understood import Understood
from mlsurvey.types import Kind

LIBRARIES, MATTER, AMONG = "libraries", "matter", "answers"
"""Values of ``Understood.carried``."""
REMEMBERED = 6
"""Number of previous questions considered."""
_PICKS = re.compile(
    r"\b(?:of|among|between)\s+(?:them|these|those|the\s+(?:two|three|four|others|rest))\b"
    r"|\b(?:which|any)\s+(?:ones?|one)\b|\bthe\s+(?:others?|rest|former|latter)\b",
    re.IGNORECASE,
)
"""Phrases that refer to a previous answer."""


def picks(now: Understood) -> bool:
    """Whether a question asks to choose among the libraries of a previous answer or question."""
    return not now.entities and not now.unknown and (now.kind.is_set or _PICKS.search(now.question) is not None)


def carried(now: Understood, before: Understood, answered: Sequence[str]) -> Understood:
    """The question, completed from the previous one.

    Args:
        now: the question by itself; its ``aspects`` are those recognised in its words.
        before: the previous question, already completed.
        answered: libraries in the answer to the previous question.
    """
    if picks(now) and not now.conditions_of_class and len(answered) > 1:
        return replace(now, kind=Kind.LIST, among=tuple(answered), carried=(AMONG,), **_matter(now, before))
    if now.kind.is_set and now.conditions_of_class:
        return now  # a new class: nothing is carried over
    if now.entities or now.unknown:
        is_whole = now.is_worded or (now.kind is Kind.COMPARE and "follows" not in now.flags)
        return now if is_whole else replace(now, carried=_said(now, before), **_matter(now, before))
    sides = before.entities or tuple(answered)
    if not sides:
        return now
    kind = Kind.COMPARE if len(sides) > 1 else Kind.LOOKUP
    return replace(now, kind=kind, entities=sides, carried=(LIBRARIES, *_said(now, before)), **_matter(now, before))


def _said(now: Understood, before: Understood) -> tuple[str, ...]:
    """Whether the matter is that of the previous question, which may have none."""
    return (MATTER,) if not now.is_worded and (before.aspects or before.objects) else ()


def _matter(now: Understood, before: Understood) -> dict[str, Any]:
    """Aspects and objects of the previous question, if the question has no aspects of its own."""
    return {} if now.is_worded else {"aspects": before.aspects, "objects": now.objects or before.objects}
