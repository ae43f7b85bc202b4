"""Find the names in a question: libraries, languages, and names that nobody here knows. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from mlsurvey.answering.understood import AskedAspect, Correction
from mlsurvey.answering.words import STOP_WORDS, stem
from mlsurvey.types import Aspect, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention, collapse

LANGUAGES = {
    "rust": r"rust",
    "go": r"golang|(?:in|for|to|with|from|of|idiomatic|pure|official|native)\s+go|(?-i:Go)(?=\W|$)"
    r"|go(?=\s+(?:lib|packag|framework|binding|module|project|program|developer|code|ecosystem|ml\b|machine))",
    "dart": r"dart|flutter",
    "javascript": r"javascript|js|typescript|node(?:\.?js)?|npm",
    "dotnet": r"c\#|\.net|dotnet|f\#|csharp|nuget|c sharp",
    "python": r"python",
}
"""How questions name the languages. "go" alone is a verb; it counts where it stands like a name."""
_LANGUAGE = {slug: re.compile(rf"(?<![\w.])(?:{pattern})(?!\w)", re.IGNORECASE) for slug, pattern in LANGUAGES.items()}
_CRATE = re.compile(r"\bcrates?\b", re.IGNORECASE)
_OBJECT_BEFORE = re.compile(
    r"(?:\b(?:versions?\s+of|like|as|around|bind|binds|binding|bindings\s+(?:for|to|of)|wrap|wraps|wrapping|use|uses|using|used\s+by|via|through|work(?:s|ing)?\s+with|together\s+with|compatible\s+with|integrat(?:e|es|ed)\s+with|"
    r"instead\s+of|replac(?:e|ing|ement\s+for)|(?:alternatives?|substitutes?|replacements?)\s+(?:to|for)|on\s+top\s+of|based\s+on|built\s+on|under|from|load|loads|import|export|existing|trained\s+(?:in|with)|bring|brings|to)"
    r"(?:\s+(?:the|an?|its|existing))*)\s*$",
    re.IGNORECASE,
)
"""Words before a name that make it what the sides have to do with, not a side: "wrappers around libtorch"."""
_CHOSEN = re.compile(
    r"\b(?:should\s+(?:i|we|one)|would\s+you|when\s+to|why|(?:don['’]t|do\s+not|never))\s+use\s+$", re.IGNORECASE
)
"""Words before a name that ask whether to take that very thing: there "use" makes it no mere means."""
_OBJECT_AFTER = re.compile(
    r"-(?:like|style|compatible|based)\b|(?:['’]s)?\s+(?:versions?|models?|backends?|back-ends?|format|weights|checkpoints?|users?|itself|matrices|arrays|installation"
    r"|c\+\+|under\s+the\s+hood|files?)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s,/&+()–-]*(?:(?:\([^()]{1,30}\)|vs\.?|versus|or|and|against|with|to|than|from|compared\s+(?:to|with)|for|the|official|oder|und)[\s,/&+()–-]*)*",
    re.IGNORECASE,
)
"""What may stand between two sides of a comparison."""
_COMMA = re.compile(r"\s*(?:[,/&]|\bvs\.?|\bversus\b|\bor\b|\band\b)+\s*(?:(?:or|and)\s+)?", re.IGNORECASE)
"""What stands between two members of a list."""
_NAME_LIKE = re.compile(
    r"[A-Za-z]\w*(?:[._][A-Za-z]\w*)+|[a-z0-9]+_\w+|[A-Z][a-z0-9]+(?:-?[A-Z])\w*|(?![A-Z]+s$)[A-Z]{2,}[a-z]+\w*"
)
"""Written as no ordinary word is: a dot or underscore inside, or capitals in the middle."""
_NAMED_THING = re.compile(
    r"\b(?:the\s+)?([A-Za-z][\w.\-]+)\s+(?:crate|library|framework|package|toolkit)\b", re.IGNORECASE
)
_IS_PLACE = re.compile(r"\b(?:on|dataset|benchmark)\s+(?:the\s+)?$", re.IGNORECASE)
"""Words before a name that make it the data or machine on which something is done: no library is asked for."""
_MIN_FUZZY = 5  # shorter names differ from ordinary words by a letter or two
_RARER = 10  # a typing error is at least so many times rarer in the documents than the name


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a question: known ones, mended ones, and those that nothing here knows, with their places."""

    mentions: tuple[Mention, ...]
    corrections: tuple[Correction, ...]
    unknown: tuple[tuple[Span, str], ...]


def language_spans(text: str) -> list[Span]:
    """Where a text names a programming language."""
    return [Span(*m.span()) for pattern in (*_LANGUAGE.values(), _CRATE) for m in pattern.finditer(text)]


def languages_of(question: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Slugs of the languages that the question names, in order."""
    blanked = blank(question, [m.span for m in gazetteer.candidates(question)])
    found = [(m.start(), slug) for slug, pattern in _LANGUAGE.items() if (m := pattern.search(blanked))]
    if not any(slug == "rust" for _, slug in found) and (crate := _CRATE.search(blanked)):
        found.append((crate.start(), "rust"))
    return tuple(slug for _, slug in sorted(found))


def find_names(question: str, gazetteer: Gazetteer, frequency: Callable[[str], int], language: str | None) -> Names:
    """Every name in the question; ``language`` settles those that several libraries share."""
    mentions = [m for m in gazetteer.candidates(question, language=language) if _is_meant(m, question, gazetteer)]
    corrections: list[Correction] = []
    unknown: list[tuple[Span, str]] = []
    for span in _unrecognised(question, mentions):
        word = span.of(question)
        if slugs := _respelt(word, gazetteer, frequency):
            mentions.append(Mention(span, word, slugs))
            corrections.append(Correction(word, slugs[0]))
        elif _names_something(question, span, mentions) and frequency(word) == 0:
            unknown.append((span, word))
    return Names(tuple(sorted(mentions, key=lambda m: m.span)), tuple(corrections), tuple(unknown))


def _names_something(question: str, span: Span, mentions: Sequence[Mention]) -> bool:
    """Whether a word that nobody knows is meant as the name of a library."""
    if _is_listed(question, span, mentions):
        return True
    return _looks_like_name(question, span) and not _IS_PLACE.search(question[: span.start])


def _is_listed(question: str, span: Span, mentions: Sequence[Mention]) -> bool:
    """Whether the word stands between two names in a list: "SmartCore, rten or Linfa"."""
    after = any(_COMMA.fullmatch(question[m.span.end : span.start]) for m in mentions if m.span.end <= span.start)
    before = any(_COMMA.fullmatch(question[span.end : m.span.start]) for m in mentions if span.end <= m.span.start)
    return after and before


def _is_meant(mention: Mention, question: str, gazetteer: Gazetteer) -> bool:
    """Whether a name that is an ordinary word too is meant as a name here."""
    if not gazetteer.is_plain_word(mention) or mention.surface[0].isupper():
        return True
    before = question[: mention.span.start].rstrip().casefold()
    return not re.search(r"\b(?:to|my|your|our|human|a|an)$", before)


def _unrecognised(question: str, mentions: Iterable[Mention]) -> list[Span]:
    """Words outside the known names; a compound such as ``rusty-machine`` is one word."""
    blanked = blank(question, [m.span for m in mentions])
    found = re.finditer(r"[A-Za-z][\w]*(?:[.\-_][A-Za-z0-9#+]\w*)*", blanked)
    return [Span(*m.span()) for m in found if len(m.group()) > 2]


def _respelt(word: str, gazetteer: Gazetteer, frequency: Callable[[str], int]) -> tuple[str, ...]:
    """Entities whose name is a typing error away; empty for words that documents use in their own right."""
    key = collapse(word)
    if len(key) < _MIN_FUZZY:
        return ()
    allowed = 1 if len(key) < 9 else 2
    near = [
        (d, name)
        for name in gazetteer.keys
        if len(name) >= _MIN_FUZZY
        and name[0] == key[0]
        and (d := DamerauLevenshtein.distance(key, name, score_cutoff=allowed)) <= allowed
    ]
    if not near:
        return ()
    name = min(near)[1]
    is_own_word = stem(word) != stem(name) and frequency(word) * _RARER > frequency(name)
    return () if is_own_word else gazetteer.lookup(name)


@lru_cache(maxsize=8)
def _lexicon_words(aspects: tuple[Aspect, ...]) -> tuple[str, ...]:
    """Words of at least five letters by which the lexicon speaks of aspects."""
    wordings = (w for a in aspects for w in (*a.question, *a.strong, *a.weak))
    found = {word.casefold() for w in wordings for word in w.split() if "?" not in word}
    return tuple(sorted(word for word in found if len(word.rstrip("*")) >= _MIN_FUZZY))


def respell(question: str, gazetteer: Gazetteer, aspects: Sequence[Aspect], frequency: Callable[[str], int]) -> str:
    """The question with the typing errors in words of the lexicon mended, where no document has the word as typed.

    The place of everything else stays: the mended word is cut or filled up to the typed one's length.
    """
    known = [m.span for m in gazetteer.candidates(question)]
    lexicon = _lexicon_words(tuple(aspects))
    for match in re.finditer(r"\b[a-z]{5,}\b(?!['’])", question):
        span = Span(*match.span())
        if (
            any(span.overlap(k) for k in known)
            or frequency(match.group())
            or _respelt(match.group(), gazetteer, frequency)
        ):
            continue
        if word := _nearest(match.group(), lexicon):
            question = question[: span.start] + word.ljust(len(span))[: len(span)] + question[span.end :]
    return question


def _nearest(typed: str, lexicon: Sequence[str]) -> str | None:
    """The word one typing error away, if exactly one is nearest and has no more letters than were typed.

    A whole word is nearer than one of which only the beginning is known.
    """
    found = [w for w in lexicon if _is_near(typed, w)]
    near = {w for w in found if not w.endswith("*")} or {w.rstrip("*") for w in found}
    return near.pop() if len(near) == 1 else None


def _is_near(typed: str, word: str) -> bool:
    """Whether at most one letter differs; where the word may have any ending, its beginning is compared."""
    stem_ = word.rstrip("*")
    if len(stem_) > len(typed):
        return False
    ends = (len(stem_) - 1, len(stem_), len(stem_) + 1) if word.endswith("*") else (len(typed),)
    return any(DamerauLevenshtein.distance(typed[:end], stem_, score_cutoff=1) <= 1 for end in ends)


def _looks_like_name(question: str, span: Span) -> bool:
    word = span.of(question)
    if word.casefold() in STOP_WORDS:
        return False
    named = any(m.span(1) == (span.start, span.end) for m in _NAMED_THING.finditer(question))
    beside_versus = re.search(r"\b(?:vs\.?|versus)\s*$", question[: span.start], re.I) or re.match(
        r"\s*(?:vs\.?|versus)\b", question[span.end :], re.I
    )
    return bool(named or beside_versus or _NAME_LIKE.fullmatch(word))


def sides_and_objects(
    question: str, mentions: Sequence[Mention], asked: Sequence[AskedAspect], *, names_class: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the named entities into those asked about and those that only qualify the question.

    ``names_class``: the question asks for members of a class, so that names in brackets explain it.
    """
    aspects = {a.aspect.slug for a in asked}
    free = [
        m for m in mentions if not _is_attribute(question, m) and not (names_class and in_brackets(question, m.span))
    ]
    run = {m.slug for m in _coordinated(question, free, aspects)}
    objects = [
        m.slug
        for m in mentions
        if m.slug not in run and (run or m not in free or m.slug in aspects or _is_object(question, m))
    ]
    sides = [m.slug for m in mentions if m.slug not in objects]
    return tuple(dict.fromkeys(sides)), tuple(dict.fromkeys(objects))


def _coordinated(question: str, mentions: Sequence[Mention], aspects: Collection[str]) -> list[Mention]:
    """The longest run of names with nothing but "vs", "or", "and", commas and brackets between them.

    A name that is an aspect too ("burn onnx import") has to be joined by a word or a comma.
    """
    runs: list[list[Mention]] = []
    for mention in mentions:
        gap = question[runs[-1][-1].span.end : mention.span.start] if runs else ""
        if runs and _BETWEEN.fullmatch(gap) and (gap.strip() or not {mention.slug, runs[-1][-1].slug} & set(aspects)):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    longest = max(runs, key=len, default=[])
    return longest if len({m.slug for m in longest}) > 1 else []


def _is_object(question: str, mention: Mention) -> bool:
    before = question[: mention.span.start]
    is_means = _OBJECT_BEFORE.search(before) and not _CHOSEN.search(before)
    return bool(is_means) or _is_attribute(question, mention)


def in_brackets(question: str, span: Span) -> bool:
    """Whether the words stand in brackets, as an example of what was said before."""
    before = question[: span.start]
    return before.count("(") > before.count(")")


def _is_attribute(question: str, mention: Mention) -> bool:
    """Whether the name qualifies the noun behind it: "libtorch version", "NumPy-like"."""
    return _OBJECT_AFTER.match(question[mention.span.end :]) is not None


def blank(text: str, spans: Iterable[Span]) -> str:
    """``text`` with the spans overwritten by spaces, so that positions stay."""
    for span in spans:
        text = text[: span.start] + " " * len(span) + text[span.end :]
    return text
