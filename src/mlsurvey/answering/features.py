"""Features of a candidate for a cell, cheap to compute before anything is judged. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from mlsurvey.answering.candidates import Candidate, Naming
from mlsurvey.answering.plan import PlannedCell
from mlsurvey.types import SentenceKind

_VERSION = re.compile(
    r"\[?(?:version|release|v)?\s*v?\d+\.\d+[\w.\-+]*\]?(?:\s*[-–—(/:].*)?|.*\b(?:change\s*log|release\s+notes|unreleased)\b.*|\W*20\d\d-\d\d-\d\d\W*",
    re.IGNORECASE,
)
"""A heading that is a version, not a numbered heading ("2.4.1 tch-rs")."""
_DEFINES = re.compile(r"\b(?:is|are)\s+(?:an?|the)\b", re.IGNORECASE)
"""Pattern of a definition; Hildebrandt, Katz and Lin, "Answering Definition Questions…", HLT-NAACL 2004."""
_HISTORY = re.compile(r"(?:^|[/\-_])(?:changelog|changes|history|releases?|release-?notes|news)\b", re.IGNORECASE)
"""File names of change logs."""
_COMPARES = re.compile(
    r"\b(?:than|while|whereas|unlike|compared|in contrast|as opposed to|both|neither|rather|instead|versus|vs"
    r"|more|less|better|worse|faster|slower|easier|harder|smaller|larger|simpler|newer|older)\b",
    re.IGNORECASE,
)
"""Markers of a comparison, after Schildwächter et al., "Answering Comparative Questions…", CHIIR 2019 (CAM)."""
_COMMAND = re.compile(r"(?:^|\s)--[a-z][\w-]+(?=[\s=.,]|$)")
"""A command-line option: usually an instruction, not a statement."""
_FIGURE = re.compile(r"\d|\b(?:dozens?|hundreds?|thousands?|millions?|billions?)\b", re.IGNORECASE)
"""A numeric answer, the coarsest answer type; Li and Roth, "Learning Question Classifiers", COLING 2002."""

NAMES = (
    "strong", "weak", "label", "terms", "context", "rest", "whole", "relevance", "near", "opens", "named", "defines",
    "compares", "foreign", "elsewhere", "others", "object", "code", "command", "bullet", "row", "short",
    "release_notes", "lead_in", "figure", "run",
)  # fmt: skip
"""Names of the features, in the order used for training."""


def features(candidate: Candidate, cell: PlannedCell, named: Naming) -> dict[str, float]:
    """Feature values in 0..1, except ``relevance`` in 0..2 and ``near`` in -1..1."""
    text, passage, stems, above = candidate.text, candidate.passage, candidate.stems, candidate.context_stems
    heading = passage.trail[-1] if passage.trail else ""
    foreign = cell.entity is not None and bool(named.opening) and cell.entity not in named.opening
    opens = cell.entity in named.opening
    return {
        "strong": _saturated(len(cell.strong.distinct(text))),
        "weak": _saturated(len(cell.weak.distinct(text))),
        "label": float(cell.labels.match(candidate.label or "") or cell.labels.match(heading)),
        "terms": _covered(cell.importance, stems),
        "context": _covered(cell.importance, above - stems),
        "rest": _covered(cell.rest, stems | above),
        "whole": float(bool(cell.importance) and cell.importance.keys() <= stems | above),
        "relevance": candidate.relevance,
        "near": candidate.near,
        "opens": float(opens),
        "named": float(cell.entity in named.slugs),
        "defines": float(opens and _DEFINES.search(text[:120]) is not None),
        "compares": float(bool(named.slugs & (set(cell.sides) - {cell.entity})) and _COMPARES.search(text) is not None),
        "foreign": float(foreign),
        "elsewhere": float(
            foreign and cell.entity not in passage.subjects and bool(named.opening & set(passage.subjects))
        ),
        "others": float(bool(named.slugs - {cell.entity, *cell.objects})),
        "object": _share(frozenset(cell.objects), named.slugs | frozenset(passage.subjects)),
        "code": float(candidate.kind is SentenceKind.CODE),
        "command": float("--" in text and _COMMAND.search(text) is not None),
        "bullet": float(candidate.kind is SentenceKind.BULLET),
        "row": float(candidate.kind is SentenceKind.ROW),
        "short": float(len(text) < 40),
        "release_notes": float(_is_release_notes(passage.path, passage.trail)),
        "lead_in": float(text.rstrip().endswith(":")),
        "figure": float(cell.wants_figure and _FIGURE.search(text) is not None),
        "run": float(len(candidate.sentences) > 1),
    }


def in_order(values: Mapping[str, float]) -> tuple[float, ...]:
    """The values in the order of :data:`NAMES`, as input to the network."""
    return tuple([values[name] for name in NAMES])


def _covered(importance: Mapping[str, float], stems: frozenset[str]) -> float:
    """Share of the total importance whose stems are present."""
    whole = sum(importance.values())
    return sum(weight for s, weight in importance.items() if s in stems) / whole if whole else 0.0


@lru_cache(maxsize=8192)
def _is_release_notes(path: str, trail: tuple[str, ...]) -> bool:
    return _HISTORY.search(path) is not None or any(_VERSION.fullmatch(heading) for heading in trail)


def _saturated(count: int) -> float:
    """0, 0.7, 1: a second phrase adds little, a third nothing."""
    return (0.0, 0.7, 1.0)[min(count, 2)]


def _share(wanted: frozenset[str], present: frozenset[str]) -> float:
    return len(wanted & present) / len(wanted) if wanted else 0.0
