"""Find statements of different documents that contradict each other. Pure.

Few false alarms matter more than finding all: both statements must be about the entity, speak of the
same thing in the same words, and one must affirm what the other denies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlsurvey.answering.compose import Dispute
from mlsurvey.answering.evidence import Cell, Scored
from mlsurvey.answering.polarity import is_denied
from mlsurvey.answering.words import stem, words
from mlsurvey.types import Aspect, Kind, SentenceKind
from mlsurvey.vocabulary.phrases import phrases

DISPUTED = 0.25
"""Least estimated probability of both statements of a disagreement."""
DENYING = 0.1
"""The same for a plain denial: a text that says no has fewer of the aspect's words."""
_VERSIONED = re.compile(r"(?P<name>[A-Za-z][\w.+#-]*[A-Za-z])\s+(?:versions?\s+)?v?(?P<number>\d+(?:\.\d+)+)")
_PARTIAL = re.compile(
    r"^\W*(?:without|if|when|unless)\b|\bnot\s+(?:all|every|only)\b"
    r"|(?:\bnot|n['’]t)\b[^.;]{0,40}\b(?:on|with|when|if|unless|by default|without)\b",
    re.IGNORECASE,
)
"""A denial under a condition, or of a part."""
NEAR = 4
"""Words between a negator and what it denies, for a statement to count against another one."""


def dispute(scored: Sequence[Scored], cell: Cell, kind: Kind) -> Dispute | None:
    """The strongest contradiction among the evidence for a cell, or None.

    The best statement of each side is shown. Whether another library is supported, and in which version,
    is looked at where the question is about one library only: a comparison speaks of too many things.
    """
    if cell.entity is None or cell.asked is None:
        return None
    about = [s for s in scored if s.score >= DENYING and _about(s, cell.entity) and _is_plain(s)]
    good = [s for s in about if s.score >= DISPUTED]
    if cell.asked.aspect.polar and (found := _denied(good, about, cell, cell.asked.aspect)):
        return found
    if kind is not Kind.LOOKUP:
        return None
    if cell.objects and (found := _denied(good, good, cell, _naming(cell))):
        return found
    return _versions(good, cell)


def _denied(good: Sequence[Scored], about: Sequence[Scored], cell: Cell, aspect: Aspect) -> Dispute | None:
    """One document affirms what another denies; the denial may be the less obvious evidence."""
    for affirmed in (s for s in good if _polarity(s, aspect) > 0):
        for denied in (s for s in about if _polarity(s, aspect) < 0 and not _of_another(s)):
            if _contradict(affirmed, denied, aspect):
                return Dispute(cell.entity or "", cell.aspect, "negation", (affirmed, denied))
    return None


def _versions(good: Sequence[Scored], cell: Cell) -> Dispute | None:
    """Two documents give different versions of what the question asks the version of."""
    if not ({"version", "releas"} & set(cell.importance)):
        return None
    stated = [(s, numbers) for s in good if (numbers := _version_of(s.candidate.text, cell))]
    for first, its in stated:
        for second, other in stated:
            if first.candidate.passage.path != second.candidate.passage.path and _differ(its, other):
                return Dispute(cell.entity or "", cell.aspect, "version", (first, second))
    return None


def _version_of(text: str, cell: Cell) -> dict[str, str]:
    """Version number behind each word of the question, as the text gives it."""
    found = ((stem(m["name"]), m["number"]) for m in _VERSIONED.finditer(text))
    return {name: number for name, number in found if name in cell.importance}


def _differ(a: dict[str, str], b: dict[str, str]) -> bool:
    """Whether a shared name has numbers of which neither is a shorter form of the other."""
    return any(not (a[n].startswith(b[n]) or b[n].startswith(a[n])) for n in a.keys() & b.keys())


def _naming(cell: Cell) -> Aspect:
    """Where the question is about another entity ("support nalgebra"), that entity is what both must speak of."""
    return Aspect(slug=cell.aspect or "", name="", strong=tuple(slug.replace("-", " ") for slug in cell.objects))


def _about(scored: Scored, entity: str) -> bool:
    """Only what stands where the entity is the sole subject, or opens with it, counts against another statement."""
    return scored.candidate.passage.subjects == (entity,) or scored.features.get("opens", 0.0) > 0


def _is_plain(scored: Scored) -> bool:
    """One sentence of prose: a run of bullets says many things, and code says nothing."""
    return len(scored.candidate.sentences) == 1 and scored.candidate.kind is not SentenceKind.CODE


def _of_another(scored: Scored) -> bool:
    """Whether the sentence names another library and does not open with this one: the denial may be of that."""
    return scored.features.get("others", 0.0) > 0 and not scored.features.get("opens", 0.0)


def _polarity(scored: Scored, aspect: Aspect) -> int:
    """The statement's polarity; 0 where a denial is of a part only, or too far from the aspect's words to be sure."""
    text = scored.candidate.text
    if _PARTIAL.search(text):
        return 0
    says = scored.candidate.polarity(aspect)
    if says < 0 and not phrases(aspect.negative).match(text):
        near = any(is_denied(text, span, NEAR) for span in phrases(aspect.strong).found(text))
        return says if near else 0
    return says


def _contradict(a: Scored, b: Scored, aspect: Aspect) -> bool:
    if a.candidate.passage.path == b.candidate.passage.path:
        return False
    if phrases(aspect.negative).match(b.candidate.text):
        return True
    return bool(_topic(a.candidate.text, aspect) & _topic(b.candidate.text, aspect))


def _topic(text: str, aspect: Aspect) -> frozenset[str]:
    """Stems of the aspect's words in the text: "GPU" against "CUDA" is no contradiction, "GPU" against "GPU" is."""
    return frozenset(stem(w) for span in phrases(aspect.strong).found(text) for w in words(span.of(text)))
