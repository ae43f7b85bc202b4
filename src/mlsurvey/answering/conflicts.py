"""Find statements of different documents that contradict each other. Pure.

Few false alarms matter more than finding all: both statements must be about the entity, speak of the
same thing in the same words, and one must affirm what the other denies.
"""

from __future__ import annotations

from collections.abc import Sequence

from mlsurvey.answering.compose import Dispute
from mlsurvey.answering.evidence import Cell, Scored
from mlsurvey.answering.polarity import is_denied, polarity
from mlsurvey.answering.words import stem, words
from mlsurvey.types import Aspect
from mlsurvey.vocabulary.phrases import phrases

NEAR = 4
"""Words between a negator and what it denies, for a statement to count against another one."""


def dispute(scored: Sequence[Scored], cell: Cell, least: float) -> Dispute | None:
    """The strongest contradiction among the evidence for a cell, or None.

    Only evidence of at least ``least`` is looked at. The best statement of each side is shown.
    """
    if cell.entity is None or cell.asked is None or not (cell.asked.aspect.polar or cell.objects):
        return None
    aspect = cell.asked.aspect if cell.asked.aspect.polar else _naming(cell)
    good = [s for s in scored if s.score >= least and _about(s, cell.entity) and len(s.candidate.sentences) == 1]
    for affirmed in (s for s in good if _polarity(s, aspect) > 0):
        for denied in (s for s in good if _polarity(s, aspect) < 0):
            if _contradict(affirmed, denied, aspect):
                return Dispute(cell.entity, cell.aspect, "negation", (affirmed, denied))
    return None


def _naming(cell: Cell) -> Aspect:
    """Where the question is about another entity ("support nalgebra"), that entity is what both must speak of."""
    return Aspect(slug=cell.aspect or "", name="", strong=tuple(slug.replace("-", " ") for slug in cell.objects))


def _about(scored: Scored, entity: str) -> bool:
    """Only what stands where the entity is the sole subject, or opens with it, counts against another statement."""
    return scored.candidate.passage.subjects == (entity,) or scored.features.get("opens", 0.0) > 0


def _polarity(scored: Scored, aspect: Aspect) -> int:
    """The statement's polarity; 0 where the negator stands too far from the aspect's words to be sure."""
    text = scored.candidate.text
    says = polarity(text, aspect, scored.candidate.passage.trail)
    if says < 0 and not phrases(aspect.negative).match(text):
        near = any(is_denied(text, span, NEAR) for span in phrases(aspect.strong).found(text))
        return says if near else 0
    return says


def _contradict(a: Scored, b: Scored, aspect: Aspect) -> bool:
    if a.candidate.passage.path == b.candidate.passage.path:
        return False
    return bool(_topic(a.candidate.text, aspect) & _topic(b.candidate.text, aspect))


def _topic(text: str, aspect: Aspect) -> frozenset[str]:
    """Stems of the aspect's words in the text: "GPU" against "CUDA" is no contradiction, "GPU" against "GPU" is."""
    return frozenset(stem(w) for span in phrases(aspect.strong).found(text) for w in words(span.of(text)))
