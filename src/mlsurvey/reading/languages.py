"""Programming languages, by the names used in folders, front matter and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlsurvey.vocabulary.languages import LANGUAGES

_LANGUAGES = {name: language.slug for language in LANGUAGES for name in language.names}
_WORD = re.compile(r"\.?[A-Za-z]+(?:\+\+|#)?")


def language_named(name: str | None) -> str | None:
    """The language called ``name``; None if unknown."""
    return _LANGUAGES.get(name.lower().lstrip(".")) if name else None


def language_in(headings: Iterable[str]) -> str | None:
    """The language named by the innermost of ``headings``, if spelled as a name: with a capital or a dot."""
    for heading in reversed(tuple(headings)):
        for word in _WORD.findall(heading):
            if len(word) > 1 and not word.islower() and (language := language_named(word)):
                return language
    return None
