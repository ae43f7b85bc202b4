"""Find names in a question: libraries, including misspelt ones, and languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from mlsurvey.answering.words import STOP_WORDS, stem
from mlsurvey.parsed import Correction
from mlsurvey.types import Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention, collapse
from mlsurvey.vocabulary.languages import ASKED

_LANGUAGE = {slug: re.compile(rf"(?<![\w.])(?:{pattern})(?!\w)", re.IGNORECASE) for slug, pattern in ASKED.items()}
_NAME_LIKE = re.compile(
    r"(?=[\w.-]*?[._-][A-Za-z])[A-Za-z]\w*+(?:[.-][A-Za-z]\w*+)*+|[a-z0-9]+_\w+|[A-Z][a-z0-9]+(?:-?[A-Z])\w*"
    r"|(?![A-Z]+s$)[A-Z]{2,}[a-z]\w*"
)
"""Not spelt like an ordinary word: a dot, hyphen or underscore inside, or capitals in the middle."""
_PROPER = re.compile(r"(?<=[\w,;:()/-] )[A-Z]\w{2,}(?:[.\-_][A-Za-z0-9#+]\w*)*")
"""Capitalised within a sentence, and long enough to be told from an initial or the name of a letter."""
_FILE_TYPE = re.compile(r"\*?\.[A-Za-z]\w*")
"""The ending of a file name."""
_WORD = re.compile(r"[A-Za-z][\w]*(?:[.\-_][A-Za-z0-9#+]\w*)*")
_MIN_FUZZY = 5  # shorter names differ from ordinary words by a letter or two
_RARER = 10  # a typo is at least this many times rarer in the documents than the name

Frequency = Callable[[str], int]
"""Returns the number of passages in the index that contain a word."""


@dataclass(frozen=True, slots=True)
class Names:
    """The known names in a question, and the spelling corrections."""

    mentions: tuple[Mention, ...]
    corrections: tuple[Correction, ...]


def languages_in(text: str) -> tuple[str, ...]:
    """Slugs of the languages named in the text, in order."""
    found = [(m.start(), slug) for slug, pattern in _LANGUAGE.items() if (m := pattern.search(text))]
    return tuple(slug for _, slug in sorted(found))


def without_languages(text: str) -> str:
    """The text with names of languages replaced by spaces."""
    return blank(text, [Span(*m.span()) for pattern in _LANGUAGE.values() for m in pattern.finditer(text)])


def find_names(question: str, gazetteer: Gazetteer, frequency: Frequency, language: str | None) -> Names:
    """All known names in the question; ``language`` disambiguates names that libraries share."""
    mentions = list(gazetteer.candidates(question, language=language))
    corrections: list[Correction] = []
    for span in _unrecognised(question, mentions):
        word = span.of(question)
        if slugs := respelt(word, gazetteer, frequency):
            mentions.append(Mention(span, word, slugs))
            corrections.append(Correction(word, slugs[0]))
    return Names(tuple(sorted(mentions, key=lambda m: m.span)), tuple(corrections))


def proper_names(question: str, wording: Iterable[str]) -> list[str]:
    """Words of some stretches that are written like names, not only because a sentence begins with them."""
    inside = {m.group() for m in _PROPER.finditer(question)}
    return [word for words in wording for word in dict.fromkeys(_WORD.findall(words)) if word in inside]


def looks_unknown(words: str, frequency: Frequency) -> bool:
    """Whether words used like a name are an unknown name: at least one of them occurs in no document.

    The ending of a file name (".xlsx") is no name, whether or not a document has it.
    """
    if _FILE_TYPE.fullmatch(words):
        return False
    parts = [word for word in _WORD.findall(words) if word.casefold() not in STOP_WORDS]
    if not parts or _is_compound(words, frequency):
        return False
    return (_NAME_LIKE.fullmatch(words) is not None and not frequency(words)) or any(not frequency(p) for p in parts)


def _is_compound(words: str, frequency: Frequency) -> bool:
    """Whether words of the documents are joined by hyphens with a function word or "free": "on-device", "cgo-free"."""
    first, *rest = words.casefold().split("-")
    named = rest if first in STOP_WORDS else [first, *rest[:-1]] if rest[-1:] == ["free"] else []
    return bool(named) and all(frequency(word) for word in named)


def _unrecognised(question: str, mentions: Iterable[Mention]) -> list[Span]:
    """Spans of words outside the known names; a compound such as ``rusty-machine`` is one word."""
    blanked = blank(question, [m.span for m in mentions])
    return [Span(*m.span()) for m in _WORD.finditer(blanked) if len(m.group()) > 2]


def respelt(word: str, gazetteer: Gazetteer, frequency: Frequency) -> tuple[str, ...]:
    """Entities whose name is a typo away; empty for words that occur in documents in their own right."""
    key = collapse(word)
    if len(key) < _MIN_FUZZY:
        return ()
    allowed = 1 if len(key) < 9 else 2
    near = [
        (d, name)
        for name in gazetteer.like(key[0], range(max(_MIN_FUZZY, len(key) - allowed), len(key) + allowed + 1))
        if (d := DamerauLevenshtein.distance(key, name, score_cutoff=allowed)) <= allowed
    ]
    if not near:
        return ()
    name = min(near)[1]
    is_own_word = stem(word) != stem(name) and frequency(word) * _RARER > frequency(name)
    return () if is_own_word else gazetteer.lookup(name)


def blank(text: str, spans: Sequence[Span]) -> str:
    """``text`` with the spans replaced by spaces, so that positions do not change."""
    kept: list[str] = []
    position = 0
    for span in sorted(spans):
        if span.end > position:
            start = max(span.start, position)
            kept += text[position:start], " " * (span.end - start)
            position = span.end
    return "".join([*kept, text[position:]])
