"""Parse conditions, and check whether a library meets them. Pure.

Words that do not match any known fact are not a condition; they are searched in the documents instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mlsurvey.answering.names import languages_in
from mlsurvey.answering.words import content_words
from mlsurvey.parsed import Condition
from mlsurvey.types import Category, Entity, Span
from mlsurvey.vocabulary.phrases import phrases

FACTS = ("language", "kind", "licence", "state", "class")
"""Fields whose values come from front matter or the vocabulary."""
_KINDS = {
    "binding": re.compile(r"\b(?:bindings?|binds?|wrappers?|wraps?|wrapping|ffi|bridges?)\b", re.IGNORECASE),
    "native": re.compile(
        r"\b(?:native|natively|pure|from\s+scratch|own\s+implementation|written\s+in)\b", re.IGNORECASE
    ),
    "mixed": re.compile(r"\b(?:mixed|hybrids?)\b", re.IGNORECASE),
}
_STATES = {
    "archived": re.compile(r"\b(?:archived?|retired|discontinued|deprecated|end[- ]of[- ]life|eol)\b", re.IGNORECASE),
    "dormant": re.compile(r"\b(?:dormant|abandoned|dead|unmaintained|stale|inactive|orphaned)\b", re.IGNORECASE),
    "active": re.compile(r"\b(?:active|actively|maintained|alive|living|kept\s+up|still\s+developed)\b", re.IGNORECASE),
    "slow": re.compile(r"\b(?:slow|slowly)\b", re.IGNORECASE),
}
ENDED, LIVING = frozenset({"archived", "dormant"}), frozenset({"active", "slow"})
"""States covered by "dead" and "alive"."""
_LICENCES = re.compile(
    r"\b(?P<name>mit|apache|bsd|l?gpl|agpl|mpl|mozilla|isc|unlicense|cc|creative\s+commons|copyleft|permissive|epl)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:,|/|,?\s*\b(?:or|and|nor)\b)\s*(?:(?:a|an|the)\s+)?", re.IGNORECASE)
"""Between names of which one is as wanted as the other."""
UPKEEP = "maintenance"
"""Aspect that the state of a library answers."""
DECIDED = ("kind", "licence", "state")
"""Fields that front matter decides for each library."""
SAYING = {"state": UPKEEP, "licence": "licence", "kind": "native-or-wrapper"}
"""Aspects that say the same of a library as a field that front matter decides."""
_PATTERNS = {
    "kind": tuple(_KINDS.values()),
    "state": tuple(pattern for state, pattern in _STATES.items() if state != "slow"),  # "slow" alone is about speed
    "licence": (_LICENCES,),
}
_NEGATORS = (
    r"(?:no|not|non-?|never|nobody|nothing|neither|nor|none|without|lack(?:s|ing)?|cease[ds]?|stop(?:s|ped)?|quit"
    r"|rather\s+than|instead\s+of|other\s+than|except"
    r"|(?:is|are|was|were|do|does|did|has|have|had|ca|could|would|wo)n['’]t)"
)
_FUNCTION_WORDS = (
    r"(?:a|an|the|any|that|which|who|just|only|mere|longer|more|yet|still|ever|even|now|currently|very|really|so"
    r"|be|been|being|is|are|was|has|have|had|to|[a-z]+ly)\b"
)
"""Words without content that may stand between a negator and what it negates: "no longer being maintained"."""
_LEADS = (
    r"(?:\s+(?:\w+(?:ed|en|able|ible)|built|bound)"
    r"(?:\s+(?:under|with|by|in|on|as|from|to|for|upon)(?:\s+(?:a|an|the))?)?\s*)"
)
"""A participle, perhaps with a preposition, between a negator and a noun: "not available under MIT"."""
_NEGATOR = re.compile(rf"\b{_NEGATORS}(?!\w)", re.IGNORECASE)
_DENIED = re.compile(rf"\b{_NEGATORS}(?:\s+{_FUNCTION_WORDS})*+(?:{_LEADS}|\W*)$", re.IGNORECASE)
COPYLEFT = ("GPL", "LGPL", "AGPL", "MPL", "EPL")
PERMISSIVE = ("MIT", "Apache", "BSD", "ISC", "Unlicense")
_WIDE = {"mozilla": ("MPL",), "creative commons": ("CC",), "copyleft": COPYLEFT, "permissive": PERMISSIVE}


def condition(about: str, words: str, negated: bool, categories: Sequence[Category]) -> Condition | None:
    """The condition that the words state, or None if they match no fact."""
    values = _values(about, words, categories)
    if not values:
        return None
    if about == "kind":  # _kind handles negation: "native rather than a wrapper" is one kind
        return Condition(about, words, values, negated and not _NEGATOR.search(words))
    return Condition(about, words, values, negated or bool(about != "class" and _NEGATOR.search(words)))


def licences(question: str, span: Span, *, negated: bool) -> tuple[Condition, ...]:
    """The licences that a stretch names, those that are wanted apart from those that are not: "MIT but not Apache".

    Args:
        question: as typed.
        span: the stretch.
        negated: whether the stretch as a whole is negated.
    """
    runs: list[tuple[bool, list[re.Match[str]]]] = []
    for name in _LICENCES.finditer(question, span.start, span.end):
        is_same = bool(runs) and _LISTED.fullmatch(question, runs[-1][1][-1].end(), name.start()) is not None
        denied = runs[-1][0] if is_same else is_denied(question[: name.start()])
        if runs and runs[-1][0] is denied:
            runs[-1][1].append(name)
        else:
            runs.append((denied, [name]))
    is_one = len(runs) == 1
    return tuple(
        Condition(
            "licence",
            span.of(question) if is_one else question[names[0].start() : names[-1].end()],
            tuple(value for name in names for value in _licence(name["name"])),
            denied or (is_one and (negated or _NEGATOR.search(span.of(question)) is not None)),
        )
        for denied, names in runs
    )


def _licence(name: str) -> tuple[str, ...]:
    known = re.sub(r"\s+", " ", name.lower())
    return _WIDE.get(known, (known.upper(),))


def fact(words: str, negated: bool) -> Condition | None:
    """The kind, state or licence that the words state; None if they say anything else as well."""
    for about, patterns in _PATTERNS.items():
        rest = words
        for pattern in (*patterns, _NEGATOR):
            rest = pattern.sub(" ", rest)
        if rest != words and not content_words(rest):
            return condition(about, words, negated, ())
    return None


def is_denied(before: str) -> bool:
    """Whether the text before a condition negates it: "rather than wrappers"."""
    return _DENIED.search(before) is not None


def _values(about: str, words: str, categories: Sequence[Category]) -> tuple[str, ...]:
    if about == "language":
        return languages_in(words)
    if about == "class":
        return _class(words, categories)
    if about == "kind":
        return _kind(words)
    if about == "state":
        return tuple(state for state, pattern in _STATES.items() if pattern.search(words))[:1]
    if about == "licence":
        return tuple(value for m in _LICENCES.finditer(words) for value in _licence(m["name"]))
    return ()


def _class(words: str, categories: Sequence[Category]) -> tuple[str, ...]:
    """The declared classes that the words name; else the smallest found one: "Erlang queues" are not all queues."""
    named = [c for c in categories if phrases(c.question).match(words)]
    declared = tuple(c.slug for c in named if not c.members)
    return declared or tuple(c.slug for c in sorted(named, key=lambda c: c.members)[:1])


def _kind(words: str) -> tuple[str, ...]:
    """The requested kind: the named one, or the other one if it is negated; mixed if that is named."""
    other = {"native": "binding", "binding": "native"}
    if _KINDS["mixed"].search(words):
        return ("mixed",)
    named = [(m.start(), kind) for kind, pattern in _KINDS.items() for m in pattern.finditer(words)]
    wanted = [other[kind] if _DENIED.search(words[:at]) else kind for at, kind in sorted(named)]
    return tuple(wanted[:1])


def meets(known: Entity, facts: Mapping[str, str], stated: Condition) -> bool | None:
    """Whether a library meets a condition; None if unknown.

    Args:
        known: the library.
        facts: values from its front matter: ``licence`` and ``state``.
        stated: the condition.
    """
    holds = _holds(known, facts, stated)
    return holds if holds is None or not stated.negated else not holds


def _holds(known: Entity, facts: Mapping[str, str], stated: Condition) -> bool | None:
    if stated.field == "language":
        return known.language in stated.values if known.language else False
    if stated.field == "class":
        return bool(set(known.category) & set(stated.values)) if known.category else None
    if stated.field == "kind":
        is_between = known.kind == "mixed" and "mixed" not in stated.values
        return None if known.kind is None or is_between else known.kind in stated.values
    fact = facts.get(stated.field)
    if fact is None or fact in ("unknown", "NOASSERTION"):
        return None
    if stated.field == "state":
        same = ENDED if stated.values[0] in ENDED else LIVING
        return fact == "archived" if stated.values == ("archived",) else fact in same
    return any(re.search(rf"(?<![A-Za-z]){value}(?![A-Za-z])", fact, re.IGNORECASE) for value in stated.values)
