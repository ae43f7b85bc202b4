"""Points of comparison: headings, labels and columns that recur among subjects."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

from mlsurvey.subjects.spelling import CACHED, is_short, key, slug_of, words
from mlsurvey.types import Aspect

LEAST_SUBJECTS = 2
"""Subjects that a label has to stand beside."""
MOST = 60
"""Aspects at most: those of the most subjects."""
CORE_SHARE = 0.5
"""Share of the subjects from which a comparison without an aspect asks for it too."""
_STEMMER = snowballstemmer.stemmer("english")


@dataclass
class Label:
    """A label in all its spellings."""

    spellings: Counter[str] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)


@lru_cache(maxsize=CACHED)
def stems(text: str) -> tuple[str, ...]:
    """Stems of the words of a label: "Delivery guarantee" and "Delivery guarantees" are one."""
    return tuple(_STEMMER.stemWords([word.casefold() for word in words(text)]))


def recurring(labels: Iterable[tuple[str, str]], names: Iterable[str]) -> list[Label]:
    """Labels that recur, those of the most subjects first.

    Args:
        labels: pairs of label and slug of the subject that it stands beside.
        names: collapsed names of subjects, which are no labels.
    """
    known = frozenset(names)
    found: dict[tuple[str, ...], Label] = defaultdict(Label)
    for text, subject in labels:
        if is_short(text) and key(text) not in known:
            label = found[stems(text)]
            label.spellings[text] += 1
            label.subjects.add(subject)
    kept = [label for label in found.values() if len(label.subjects) >= LEAST_SUBJECTS]
    return sorted(kept, key=lambda label: (-len(label.subjects), label.spellings.most_common(1)[0][0]))


def aspects(labels: Iterable[Label], subjects: int) -> Iterator[Aspect]:
    """Aspects for labels.

    Args:
        labels: from :func:`recurring`.
        subjects: number of subjects in all.
    """
    for label in [*labels][:MOST]:
        name = label.spellings.most_common(1)[0][0]
        wordings = tuple(dict.fromkeys([*(spelling.lower() for spelling in label.spellings), *_inflected(name)]))
        yield Aspect(
            slug=slug_of(name),
            name=f"{name[:1].upper()}{name[1:]}",
            question=wordings,
            strong=wordings,
            labels=wordings,
            description=name,
            found=True,
            core=len(label.subjects) >= max(LEAST_SUBJECTS, CORE_SHARE * subjects),
        )


def _inflected(name: str) -> Iterator[str]:
    """The label in any inflection of its last word: ``delivery guarantee*``."""
    parts = [word.lower() for word in words(name)]
    if parts and len(last := _STEMMER.stemWord(parts[-1])) > 3:
        yield " ".join([*parts[:-1], f"{last}*"])
