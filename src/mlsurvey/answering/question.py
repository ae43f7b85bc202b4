"""Understand a question: which libraries, which points of comparison, which kind of answer.

Pure: everything that is known comes in as arguments, nothing is looked up on disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from mlsurvey.answering.polarity import is_denied
from mlsurvey.answering.words import content_words, stem, words
from mlsurvey.types import Aspect, Category, Kind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention, collapse
from mlsurvey.vocabulary.phrases import phrases

LANGUAGES = {
    "rust": r"rust",
    "go": r"golang|(?:in|for|to|with|from|of|idiomatic|pure|official|native)\s+go|(?-i:Go)(?=\W|$)"
          r"|go(?=\s+(?:librar|packag|framework|binding|module|project|program|developer|code|ecosystem|ml\b|machine))",
    "dart": r"dart|flutter",
    "javascript": r"javascript|js|typescript|node(?:\.?js)?|npm",
    "dotnet": r"c\#|\.net|dotnet|f\#|csharp|nuget|c sharp",
    "python": r"python",
}
"""How questions name the languages. "go" alone is a verb; it counts where it stands like a name."""

_LANGUAGE = {
    slug: re.compile(rf"(?<![\w.])(?:{pattern})(?!\w)", re.IGNORECASE) for slug, pattern in LANGUAGES.items()
}
_CRATE = re.compile(r"\bcrates?\b", re.IGNORECASE)
_MEMBERS = (r"(?:librar(?:y|ies)|crates?|packages?|frameworks?|tools?|toolkits?|bindings?|wrappers?|modules?|ones|projects?"
            r"|options|engines?|runtimes?|systems?)")
_PLURAL = (r"(?:libraries|crates|packages|frameworks|tools|toolkits|bindings|wrappers|modules|ones|projects|options|engines"
           r"|runtimes|systems)")
_LIST = re.compile(
    rf"\b(?:which|what|list|name|show|enumerate|all|any|every|give\s+me|are\s+there)\b[^.?!]{{0,80}}?\b{_PLURAL}\b"
    rf"|^\s*(?:[\w.#+-]+[\s/]+){{1,6}}{_PLURAL}\b|\bwhich\s+(?:of\s+them|ones|are)\b",
    re.IGNORECASE,
)
_RECOMMEND = re.compile(
    rf"\bwhat\s+(?:should|would|do|can|could)\s+(?:i|we|one)\b|\bshould\s+(?:i|we)\s+(?:use|take|choose|pick|start)\b"
    rf"|\bwhich\s+(?:\w+\s+)?(?:crate|library|framework|package|tool)\b|\brecommend|\bsuggest|\bbest\b|\bsimplest\b"
    rf"|\bwhere\s+(?:to|do\s+i|should\s+i)\s+(?:start|begin)\b|\b(?:i|we)\s+(?:need|want|have|would\s+like)\b|\bgood\s+(?:choice|{_MEMBERS})\b"
    rf"|\beasiest\b|\bwhat\s+is\s+the\s+(?:right|simplest|best)\b|\blooking\s+for\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?:[,;:?!]|\.(?=\s|$)|\s[–—-]\s|\band\b|\bor\b)\s*", re.IGNORECASE)
_ASKS = re.compile(r"\s*(?:who|when|where|why|how|what|which|is|are|does|do|did|was|were|has|have|can|could|will)\b", re.IGNORECASE)
_FACT = re.compile(r"\s*(?:who|when|where|why|how|what|is|are|does|do|did|was|were|has|have)\b", re.IGNORECASE)
"""Openings of a question for a fact, not for a choice."""
_OBJECT_BEFORE = re.compile(
    r"(?:\b(?:like|as|around|bind|binds|binding|bindings\s+(?:for|to|of)|wrap|wraps|wrapping|use|uses|using|used\s+by|via|through|"
    r"instead\s+of|replac(?:e|ing|ement\s+for)|alternatives?\s+to|on\s+top\s+of|based\s+on|built\s+on|under|from|load|loads|import|export|existing|trained\s+(?:in|with)|bring|brings|to)"
    r"(?:\s+(?:the|an?|its|existing))*)\s*$",
    re.IGNORECASE,
)
"""Words before a name that make it what the sides have to do with, not a side: "wrappers around libtorch"."""
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
_NAME_LIKE = re.compile(r"[A-Za-z]\w*(?:[._][A-Za-z]\w*)+|[a-z0-9]+_\w+|[A-Z][a-z0-9]+(?:-?[A-Z])\w*|[A-Z]{2,}[a-z]+\w*")
"""Written as no ordinary word is: a dot or underscore inside, or capitals in the middle."""
_NAMED_THING = re.compile(
    r"\b(?:the\s+)?([A-Za-z][\w.\-]+)\s+(?:crate|library|framework|package|toolkit)\b", re.IGNORECASE
)
_INCLUSIVE = re.compile(r"\b(?:ma[dk]es?\s+up|part\s+of|belongs?\s+to|ecosystem|family|suite|stack)\b", re.IGNORECASE)
_NEGATIVE_CLASS = re.compile(r"\b(?:no|not|without|non-?|isn't|aren't|excluding|except)\s*$", re.IGNORECASE)
_MIN_FUZZY = 5  # shorter names differ from ordinary words by a letter or two
_RARER = 10  # a typing error is at least so many times rarer in the documents than the name


@dataclass(frozen=True, slots=True)
class AskedAspect:
    """A point of comparison that the question asks for."""

    aspect: Aspect
    wording: tuple[str, ...]
    """The question's own words for it."""
    known: bool = True
    """False where it is made of the question's words alone."""
    denied: bool = False
    """The question asks for its absence ("no longer maintained")."""
    terms: tuple[str, ...] = ()
    """Other content words of the part of the question that asks for it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A name that was not typed as it is written."""

    typed: str
    slug: str


@dataclass(frozen=True, slots=True)
class Understood:
    """What mlsurvey takes a question to mean; shown by ``ask --explain``."""

    question: str
    kind: Kind
    entities: tuple[str, ...]
    """The sides or subjects, in the order of their naming."""
    objects: tuple[str, ...]
    """Entities that are named but not asked about: what the sides wrap, resemble or load."""
    unknown: tuple[str, ...]
    """Names that look like libraries and that nothing here knows."""
    languages: tuple[str, ...]
    aspects: tuple[AskedAspect, ...]
    terms: tuple[str, ...]
    """Content words that are neither names nor words of a known aspect."""
    kinds: tuple[str, ...] = ()
    """``native`` or ``binding`` where the question wants only such."""
    categories: tuple[str, ...] = ()
    """Classes of entities that the question names ("deep learning")."""
    class_words: tuple[str, ...] = ()
    """The question's words for those classes."""
    inclusive: bool = False
    """A named entity may itself be part of the set that is asked for ("what makes up X")."""
    corrections: tuple[Correction, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Names:
    mentions: tuple[Mention, ...]
    corrections: tuple[Correction, ...]
    unknown: tuple[tuple[Span, str], ...]


def understand(
    question: str,
    gazetteer: Gazetteer,
    aspects: Sequence[Aspect],
    *,
    categories: Sequence[Category] = (),
    frequency: Callable[[str], int],
) -> Understood:
    """Read a question.

    ``frequency`` gives the number of passages of the index that contain a word;
    a word that documents use is not taken for a misspelt or unknown name.
    """
    asked_as, question = question, _respell_words(question, gazetteer, aspects, frequency)
    languages = _languages(question, gazetteer)
    names = _names(question, gazetteer, frequency, languages[0] if len(languages) == 1 else None)
    rest = _blank(question, [m.span for m in names.mentions] + [span for span, _ in names.unknown])
    asked = _aspects(rest, question, names.mentions, aspects)
    sides, objects = _sides(question, names.mentions, asked)
    asked = tuple(a for a in asked if a.aspect.slug not in sides)
    kind = _kind(question, sides, names.unknown, bool(languages or _categories(rest, categories)))
    classes: tuple[tuple[Category, tuple[str, ...]], ...] = ()
    if kind in (Kind.LIST, Kind.RECOMMEND):
        sides, objects = (), tuple(dict.fromkeys((*sides, *objects)))
        rest = _blank(rest, _language_spans(rest))
        classes = _categories(rest, categories)
        asked = _beside_classes(asked, classes)
    elif not sides:
        sides, objects = tuple(s for s in objects if s not in {a.aspect.slug for a in asked}) or objects, ()
    terms = _terms(rest, asked, classes)
    asked = _with_terms(asked, rest, terms)
    if kind is Kind.COMPARE or kind is Kind.LOOKUP:
        asked = (*asked, *_asked_in_own_words(asked, rest, terms, names.mentions))
    if not asked and terms:
        asked = (_own_words(terms),)
    return Understood(
        question=asked_as, kind=kind, entities=sides, objects=objects,
        unknown=tuple(dict.fromkeys(name for _, name in names.unknown)),
        languages=languages, aspects=asked, terms=terms, kinds=_kinds(question), corrections=names.corrections,
        categories=tuple(c.slug for c, _ in classes), class_words=tuple(w for _, wording in classes for w in wording),
        inclusive=_INCLUSIVE.search(question) is not None,
    )


def _language_spans(text: str) -> list[Span]:
    return [Span(*m.span()) for pattern in (*_LANGUAGE.values(), _CRATE) for m in pattern.finditer(text)]


def _languages(question: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    blanked = _blank(question, [m.span for m in gazetteer.candidates(question)])
    found = [(m.start(), slug) for slug, pattern in _LANGUAGE.items() if (m := pattern.search(blanked))]
    if not any(slug == "rust" for _, slug in found) and (crate := _CRATE.search(blanked)):
        found.append((crate.start(), "rust"))
    return tuple(slug for _, slug in sorted(found))


def _names(question: str, gazetteer: Gazetteer, frequency: Callable[[str], int], language: str | None) -> _Names:
    mentions = [m for m in gazetteer.candidates(question, language=language) if _is_meant(m, question, gazetteer)]
    corrections: list[Correction] = []
    unknown: list[tuple[Span, str]] = []
    for span in _unrecognised(question, mentions):
        word = span.of(question)
        if slugs := _respelt(word, gazetteer, frequency):
            mentions.append(Mention(span, word, slugs))
            corrections.append(Correction(word, slugs[0]))
        elif _looks_like_name(question, span) and _is_rare(word, frequency):
            unknown.append((span, word))
    return _Names(tuple(sorted(mentions, key=lambda m: m.span)), tuple(corrections), tuple(unknown))


def _is_meant(mention: Mention, question: str, gazetteer: Gazetteer) -> bool:
    """Whether a name that is an ordinary word too is meant as a name here."""
    plain = {collapse(w) for slug in mention.slugs for w in gazetteer.entities[slug].plain_words}
    if collapse(mention.surface) not in plain or mention.surface[0].isupper():
        return True
    before = question[: mention.span.start].rstrip().casefold()
    return not re.search(r"\b(?:to|my|your|our|human|a|an)$", before)


def _unrecognised(question: str, mentions: Iterable[Mention]) -> list[Span]:
    """Words outside the known names; a compound such as ``rusty-machine`` is one word."""
    blanked = _blank(question, [m.span for m in mentions])
    found = re.finditer(r"[A-Za-z][\w]*(?:[.\-_][A-Za-z0-9#+]\w*)*", blanked)
    return [Span(*m.span()) for m in found if len(m.group()) > 2]


def _respelt(word: str, gazetteer: Gazetteer, frequency: Callable[[str], int]) -> tuple[str, ...]:
    """Entities whose name is a typing error away; empty for words that documents use in their own right."""
    key = collapse(word)
    if len(key) < _MIN_FUZZY:
        return ()
    allowed = 1 if len(key) < 9 else 2
    near = [(d, name) for name in gazetteer.keys if len(name) >= _MIN_FUZZY and name[0] == key[0]
            and (d := DamerauLevenshtein.distance(key, name, score_cutoff=allowed)) <= allowed]
    if not near:
        return ()
    name = min(near)[1]
    is_own_word = stem(word) != stem(name) and frequency(word) * _RARER > frequency(name)
    return () if is_own_word else gazetteer.lookup(name)


@lru_cache(maxsize=8)
def _lexicon_words(aspects: tuple[Aspect, ...]) -> tuple[str, ...]:
    """Words of at least five letters by which the lexicon speaks of aspects."""
    wordings = (w for a in aspects for w in (*a.question, *a.strong, *a.weak))
    found = {word.casefold() for w in wordings for word in words(w.replace("*", "").replace("?", ""))}
    return tuple(sorted(word for word in found if len(word) >= _MIN_FUZZY))


def _respell_words(question: str, gazetteer: Gazetteer, aspects: Sequence[Aspect], frequency: Callable[[str], int]) -> str:
    """The question with the typing errors in words of the lexicon mended, where no document has the word as typed.

    The place of everything else stays: the mended word is cut or filled up to the typed one's length.
    """
    known = [m.span for m in gazetteer.candidates(question)]
    for match in re.finditer(r"[a-z]{5,}", question):
        span = Span(*match.span())
        if any(span.overlap(k) for k in known) or frequency(match.group()) or _respelt(match.group(), gazetteer, frequency):
            continue
        if word := _nearest(match.group(), _lexicon_words(tuple(aspects))):
            question = question[: span.start] + word.ljust(len(span))[: len(span)] + question[span.end :]
    return question


def _nearest(typed: str, lexicon: Sequence[str]) -> str | None:
    """The word one typing error away, if exactly one is nearest and has no more letters than were typed."""
    near = [w for w in lexicon if len(w) <= len(typed) and DamerauLevenshtein.distance(typed, w, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else None


def _looks_like_name(question: str, span: Span) -> bool:
    word = span.of(question)
    named = any(m.span(1) == (span.start, span.end) for m in _NAMED_THING.finditer(question))
    beside_versus = re.search(r"\b(?:vs\.?|versus)\s*$", question[: span.start], re.I) or re.match(
        r"\s*(?:vs\.?|versus)\b", question[span.end :], re.I)
    return bool(named or beside_versus or _NAME_LIKE.fullmatch(word))


def _is_rare(word: str, frequency: Callable[[str], int]) -> bool:
    return frequency(word) == 0


def _aspects(rest: str, question: str, mentions: Sequence[Mention], aspects: Sequence[Aspect]) -> tuple[AskedAspect, ...]:
    """Aspects whose words occur, in the order of their occurrence; a longer wording hides the shorter ones inside it."""
    entity_like = {m.slug for m in mentions}
    found = [(span, aspect) for aspect in aspects
             for span in phrases((*aspect.question, *aspect.narrow)).found(question if aspect.slug in entity_like else rest)]
    kept = [(span, aspect) for span, aspect in found
            if not any(len(other) > len(span) and other.overlap(span) for other, _ in found)]
    kept = [(span, aspect) for span, aspect in kept if not (aspect.general and _is_head(span, kept, question))]
    order: dict[str, AskedAspect] = {}
    for span, aspect in sorted(kept, key=lambda pair: pair[0]):
        before = order.get(aspect.slug)
        wording = (*(before.wording if before else ()), span.of(question))
        denied = is_denied(question, span) or phrases(aspect.negative).match(span.of(question)) or bool(before and before.denied)
        order[aspect.slug] = AskedAspect(aspect, tuple(dict.fromkeys(wording)), denied=denied)
    return tuple(order.values())


def _is_head(span: Span, found: Sequence[tuple[Span, Aspect]], question: str) -> bool:
    """Whether the wording is the head of a compound that another aspect's wording opens ("clustering algorithms")."""
    return any(o.end < span.start and not question[o.end : span.start].strip() for o, a in found if not a.general)


def _sides(
    question: str, mentions: Sequence[Mention], asked: Sequence[AskedAspect]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the named entities into those asked about and those that only qualify the question."""
    aspects = {a.aspect.slug for a in asked}
    run = {m.slug for m in _coordinated(question, [m for m in mentions if not _is_attribute(question, m)], aspects)}
    objects = [
        m.slug for m in mentions if m.slug not in run and (run or m.slug in aspects or _is_object(question, m))
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
    return bool(_OBJECT_BEFORE.search(question[: mention.span.start])) or _is_attribute(question, mention)


def _is_attribute(question: str, mention: Mention) -> bool:
    """Whether the name qualifies the noun behind it: "libtorch version", "NumPy-like"."""
    return _OBJECT_AFTER.match(question[mention.span.end :]) is not None


def _kind(question: str, sides: Sequence[str], unknown: Sequence[tuple[Span, str]], names_class: bool) -> Kind:
    if len(sides) + len(unknown) >= 2:
        return Kind.COMPARE
    if _LIST.search(question) and not unknown:
        return Kind.LIST
    if not sides and not unknown and (_RECOMMEND.search(question) or (names_class and not _FACT.match(question))):
        return Kind.RECOMMEND
    return Kind.LOOKUP


def _categories(rest: str, categories: Sequence[Category]) -> tuple[tuple[Category, tuple[str, ...]], ...]:
    """Classes that the question names, with its words for them."""
    found = ((c, tuple(span.of(rest) for span in phrases(c.question).found(rest))) for c in categories)
    return tuple((category, wording) for category, wording in found if wording)


def _beside_classes(
    asked: Sequence[AskedAspect], classes: Sequence[tuple[Category, tuple[str, ...]]]
) -> tuple[AskedAspect, ...]:
    """The aspects that say more than the class that is asked for does."""
    naming = " ".join(w.casefold() for _, wording in classes for w in wording)
    return tuple(a for a in asked if not (naming and all(w.casefold() in naming for w in a.wording)))


def _terms(
    rest: str, asked: Sequence[AskedAspect], classes: Sequence[tuple[Category, tuple[str, ...]]] = ()
) -> tuple[str, ...]:
    """Content words of the question outside names, known wordings and languages."""
    wordings = [w for a in asked for w in a.wording] + [w for _, wording in classes for w in wording]
    spoken = {word for w in wordings for word in content_words(w)}
    return tuple(w for w in dict.fromkeys(content_words(rest)) if w not in spoken)


def _segments(question: str) -> list[Span]:
    """Parts of a question that each may ask for something: between commas, colons, "and", "or" and sentence ends."""
    cuts = [0, *(place for m in _CUT.finditer(question) for place in m.span()), len(question)]
    return [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if b > a]


def _with_terms(asked: Sequence[AskedAspect], rest: str, terms: Sequence[str]) -> tuple[AskedAspect, ...]:
    """The aspects, each with the content words that stand in its part of the question."""
    parts = [span.of(rest) for span in _segments(rest)]
    beside = {
        a.aspect.slug: {w for part in parts if any(wording in part for wording in a.wording) for w in content_words(part)}
        for a in asked
    }
    return tuple(replace(a, terms=tuple(t for t in terms if t in beside[a.aspect.slug])) for a in asked)


def _asked_in_own_words(
    asked: Sequence[AskedAspect], rest: str, terms: Sequence[str], mentions: Sequence[Mention]
) -> list[AskedAspect]:
    """Aspects outside the lexicon: parts of the question that follow the names, or ask by themselves, and hold no known one."""
    rest = _blank(rest, _language_spans(rest))
    last = max((m.span.end for m in mentions), default=0)
    wordings = [w for a in asked for w in a.wording]
    found = []
    for span in _segments(rest):
        part = span.of(rest)
        own = [t for t in dict.fromkeys(content_words(part)) if t in terms]
        asks = span.start >= last or _ASKS.match(part) is not None
        if own and asks and not any(w in part for w in wordings):
            found.append(_own_words(own))
    return found


def _own_words(terms: Sequence[str]) -> AskedAspect:
    """An aspect made of the question's own words, for what the lexicon does not know."""
    slug = "-".join(terms[:4])
    return AskedAspect(Aspect(slug=slug, name=" ".join(terms[:4]), description=" ".join(terms)), tuple(terms), known=False)


def _kinds(question: str) -> tuple[str, ...]:
    wants: list[str] = []
    for kind, pattern in (("native", r"\b(?:native|pure)\b"), ("binding", r"\b(?:bindings?|wrappers?|binds?|wraps?)\b")):
        for m in re.finditer(pattern, question, re.IGNORECASE):
            negated = _NEGATIVE_CLASS.search(question[: m.start()])
            other = {"native": "binding", "binding": "native"}[kind]
            wants.append(other if negated else kind)
    return tuple(dict.fromkeys(wants))


def _blank(text: str, spans: Iterable[Span]) -> str:
    """``text`` with the spans overwritten by spaces, so that positions stay."""
    for span in spans:
        text = text[: span.start] + " " * len(span) + text[span.end :]
    return text
