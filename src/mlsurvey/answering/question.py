"""Understand a question: which libraries, which points of comparison, which kind of answer.

Pure: everything that is known comes in as arguments, nothing is looked up on disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mlsurvey.answering.asked import (
    beside_classes,
    find_aspects,
    find_categories,
    in_own_words,
    kinds_of,
    other_terms,
    own_words,
    with_terms,
)
from mlsurvey.answering.names import (
    LANGUAGES,
    blank,
    find_names,
    language_spans,
    languages_of,
    respell,
    sides_and_objects,
)
from mlsurvey.answering.polarity import is_denied
from mlsurvey.answering.understood import AskedAspect, Correction, Understood
from mlsurvey.types import Aspect, Category, Kind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

__all__ = ["LANGUAGES", "AskedAspect", "Correction", "Understood", "understand"]

_MEMBERS = (
    r"(?:librar(?:y|ies)|libs?|crates?|packages?|frameworks?|tools?|toolkits?|bindings?|wrappers?|modules?|ones|projects?"
    r"|options|engines?|runtimes?|systems?)"
)
_MEMBER = re.compile(rf"\b{_MEMBERS}\b", re.IGNORECASE)
_PLURAL = (
    r"(?:libraries|libs|crates|packages|frameworks|tools|toolkits|bindings|wrappers|modules|ones|projects|options|engines"
    r"|runtimes|systems)"
)
_LIST = re.compile(
    rf"\b(?:which|what|list|name|show|enumerate|all|any|every|give\s+me|are\s+there)\b[^.?!]{{0,80}}?\b{_PLURAL}\b"
    rf"|^\s*(?:[\w.#+-]+[\s/]+){{1,6}}{_PLURAL}\b|\bwhich\s+(?:of\s+them|ones|are)\b"
    rf"|\b{_MEMBERS}\b[^.?!]{{0,30}}\b(?:avoid|stay\s+away|steer\s+clear)\b",
    re.IGNORECASE,
)
_RECOMMEND = re.compile(
    rf"\bwhat\s+(?:should|would|do|can|could)\s+(?:i|we|one)\b|\bshould\s+(?:i|we)\s+(?:use|take|choose|pick|start)\b"
    rf"|\bwhich\s+(?:\w+\s+)?(?:crate|library|lib|framework|package|tool)\b|\brecommend|\bsuggest|\bbest\b|\bsimplest\b"
    rf"|\bwhere\s+(?:to|do\s+i|should\s+i)\s+(?:start|begin)\b|\b(?:i|we)\s+(?:need|want|have|would\s+like)\b|\bgood\s+(?:choice|{_MEMBERS})\b"
    rf"|\bhow\s+(?:do|can|could|should|would)\s+(?:i|we|one)\b"
    rf"|\bis\s+there\s+(?:something|anything|an?\b|some)[^.?!]{{0,60}}?\b(?:like|similar|equivalent|alternative|counterpart|replacement|for|to)\b"
    rf"|\b(?:is|are)\s+there\s+(?:an?|any|some|another)\b[^.?!]{{0,60}}?\b{_MEMBERS}\b"
    rf"|\b(?:alternatives?|substitutes?|replacements?)\b|\beasiest\b|\bwhat(?:\s+is|['’]s)\s+the\s+(?:right|best|most\s+\w+|(?!lat|new|old|earli|high)[a-z]{{3,}}est)\b|\blooking\s+for\b",
    re.IGNORECASE,
)
_FACT = re.compile(r"\s*(?:who|when|where|why|how|what|is|are|does|do|did|was|were|has|have)\b", re.IGNORECASE)
"""Openings of a question for a fact, not for a choice."""
RELATION = "interoperability"
"""Aspect that a question asks for which names two libraries and says no more than that one works with the other."""
_MAY_USE = re.compile(r"\b(?:can|could|may)\s+(?:i|we|one)\s+use\b", re.IGNORECASE)
_ALTERNATIVE = re.compile(r"\b(?:alternatives?|substitutes?|replacements?|instead\s+of)\b", re.IGNORECASE)
_INCLUSIVE = re.compile(r"\b(?:ma[dk]es?\s+up|part\s+of|belongs?\s+to|ecosystem|family|suite|stack)\b", re.IGNORECASE)


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
    asked_as, question = question, respell(question, gazetteer, aspects, frequency)
    languages = languages_of(question, gazetteer)
    names = find_names(question, gazetteer, frequency, languages[0] if len(languages) == 1 else None)
    rest = blank(question, [m.span for m in names.mentions] + [span for span, _ in names.unknown])
    asked = find_aspects(rest, question, names.mentions, aspects)
    known = blank(question, [span for span, _ in names.unknown])
    sides, objects = sides_and_objects(known, names.mentions, asked, names_class=_LIST.search(question) is not None)
    asked = tuple(a for a in asked if a.aspect.slug not in sides)
    if _is_asked_to_use(question, sides, objects, languages, gazetteer):
        sides, objects = objects, ()
    if _is_only_known(question, sides, languages, gazetteer):
        sides, objects = (), (*objects, *sides)
    names_class = bool(languages or find_categories(rest, categories))
    is_ours = names_class or bool(objects or asked) or _MEMBER.search(question) is not None
    kind = _kind(question, sides, names.unknown, names_class, is_ours)
    classes: tuple[tuple[Category, tuple[str, ...]], ...] = ()
    if kind in (Kind.LIST, Kind.RECOMMEND):
        sides, objects = (), tuple(dict.fromkeys((*sides, *objects)))
        rest = blank(rest, language_spans(rest))
        languages = _of_members(languages) or _of_replaced(question, objects, gazetteer)
        classes = find_categories(rest, categories)
        asked = beside_classes(asked, classes)
    elif not sides:
        sides, objects = tuple(s for s in objects if s not in {a.aspect.slug for a in asked}) or objects, ()
        asked = tuple(a for a in asked if a.aspect.slug not in sides)
    terms = other_terms(rest, asked, classes)
    asked = with_terms(asked, rest, terms)
    if kind is Kind.COMPARE or not asked:
        asked = (*asked, *in_own_words(asked, rest, terms, names.mentions))
    if not asked and terms:
        asked = (own_words(terms),)
    if not asked and sides and objects:
        asked = tuple(AskedAspect(a, ()) for a in aspects if a.slug == RELATION)
    return Understood(
        question=asked_as,
        kind=kind,
        entities=sides,
        objects=objects,
        unknown=tuple(dict.fromkeys(name for _, name in names.unknown)),
        languages=languages,
        aspects=asked,
        terms=terms,
        kinds=kinds_of(question),
        corrections=names.corrections,
        categories=tuple(c.slug for c, _ in classes),
        class_words=tuple(w for _, wording in classes for w in wording),
        objects_denied=any(m.slug in objects and is_denied(question, m.span) for m in names.mentions),
        inclusive=_INCLUSIVE.search(question) is not None,
    )


def _of_members(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that members may be of: beside others, Python is the world that they are measured by."""
    return tuple(language for language in languages if language != "python") or languages


def _is_asked_to_use(
    question: str, sides: Sequence[str], objects: Sequence[str], languages: Sequence[str], gazetteer: Gazetteer
) -> bool:
    """Whether "can I use X from Rust" asks about X itself, which is there for Rust, and not what brings it there."""
    if sides or len(objects) != 1 or not _MAY_USE.search(question):
        return False
    return not languages or gazetteer.entities[objects[0]].language in languages


def _of_replaced(question: str, objects: Sequence[str], gazetteer: Gazetteer) -> tuple[str, ...]:
    """The language of what an alternative is wanted for, where the question names no other."""
    found = (gazetteer.entities[slug].language for slug in objects) if _ALTERNATIVE.search(question) else ()
    return tuple(dict.fromkeys(language for language in found if language))


def _is_only_known(question: str, sides: Sequence[str], languages: Sequence[str], gazetteer: Gazetteer) -> bool:
    """Whether somebody who asks for advice in one language names a library of another as what they know or have."""
    if len(sides) != 1 or not languages or not _RECOMMEND.search(question):
        return False
    return gazetteer.entities[sides[0]].language not in languages


def _kind(
    question: str, sides: Sequence[str], unknown: Sequence[tuple[Span, str]], names_class: bool, is_ours: bool
) -> Kind:
    """What is wanted. ``is_ours``: anything in the question belongs to the field, so that advice may be given."""
    if len(sides) + len(unknown) >= 2:
        return Kind.COMPARE
    if _LIST.search(question) and not unknown:
        return Kind.LIST
    wants_advice = _RECOMMEND.search(question) or (names_class and not _FACT.match(question))
    if is_ours and wants_advice and not sides and not unknown:
        return Kind.RECOMMEND
    return Kind.LOOKUP
