"""Classes of subjects: from what the documents say that each of them is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import snowballstemmer

from mlsurvey.subjects.spelling import slug_of, words
from mlsurvey.types import Category

MOST = 40
"""Classes at most: those of the most subjects."""
LEAST = 2
"""Members of a class that is named by an ordinary word; a proper name ("Erlang") may have one."""
_END = re.compile(
    r"\s(?:for|of|in|on|with|that|which|who|to|from|by|written|built|made|based|using|designed|intended|where|whose|and"
    r"|as|at|into|under|over|between|without|is|are|was|has|have|can|like|such|used|known|called)\s|[,;:.()–—]"
)
"""Words of grammar at which the noun that says what a thing is ends."""
_PROPER = re.compile(r"(?<=\s)[A-Z][\w+#]*(?:\.\w+)?")
_LONGEST = 3
"""Words of the longest class."""
_STEMMER = snowballstemmer.stemmer("english")


_BEFORE = re.compile(r"^(?:[\w-]+,\s+(?!(?:and\s+)?(?:an?|the)\s)(?:and\s+)?)+")
"""Adjectives before the last one."""


def noun_phrase(said: str) -> str:
    """What a definition says that a thing is, without what is said of that: "lightweight message queue"."""
    said = _BEFORE.sub("", said)
    return _END.split(f"{said} ", maxsplit=1)[0].strip()


def _names_of(said: str) -> Iterator[str]:
    """Classes that a definition puts a subject in, as phrases: ever longer ends of its noun, and proper names."""
    noun = [word for word in words(noun_phrase(said)) if word.isalpha()]
    for size in range(1, min(_LONGEST, len(noun)) + 1):
        yield " ".join(noun[-size:]).lower()
    yield from (match.group() for match in _PROPER.finditer(f" {said}") if match.start() > 1)


def classes(said: Mapping[str, str]) -> tuple[tuple[Category, ...], dict[str, tuple[str, ...]]]:
    """Classes, and the classes of each subject; the longer ones first.

    Args:
        said: what the documents say that a subject is, by slug.
    """
    members: dict[str, set[str]] = defaultdict(set)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for slug, text in said.items():
        for name in _names_of(text):
            stem = " ".join(_STEMMER.stemWords([word.casefold() for word in words(name)]))
            members[stem].add(slug)
            spellings[stem][name] += 1
    kept = {
        stem: found
        for stem, found in members.items()
        if len(found) >= (1 if spellings[stem].most_common(1)[0][0][:1].isupper() else LEAST)
    }
    ranked = sorted(kept, key=lambda stem: (-len(kept[stem]), -len(stem), stem))[:MOST]
    found = tuple(_category(stem, spellings[stem], len(kept[stem])) for stem in ranked)
    of: dict[str, list[str]] = {slug: [] for slug in said}
    for stem, category in zip(ranked, found, strict=True):
        for slug in sorted(kept[stem]):
            of[slug].append(category.slug)
    return found, {slug: tuple(names) for slug, names in of.items()}


def _category(stem: str, spellings: Counter[str], members: int) -> Category:
    name = spellings.most_common(1)[0][0]
    phrases = (f"{stem}*",) if len(stem) > 3 else (name.lower(), f"{name.lower()}s")
    return Category(
        slug_of(name), f"{name[:1].upper()}{name[1:]}", tuple(dict.fromkeys([*phrases, name.lower()])), None, members
    )
