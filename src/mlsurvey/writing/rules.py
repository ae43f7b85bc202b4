"""Rules that a sentence must keep to stand above its quotes. Pure; every rule prefers to drop a true sentence.

The words of a sentence must come from its quotes: names, numbers, versions, comparisons, and most other words. What it
says of a subject must be in a quote about that subject, affirmed where the quote affirms and denied where it denies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mlsurvey.answering.polarity import denies
from mlsurvey.answering.words import stem
from mlsurvey.writing.clauses import PLAIN, Clause, blanked, clauses_of, stems_of
from mlsurvey.writing.evidence import Evidence
from mlsurvey.writing.names import Known
from mlsurvey.writing.sentences import Written

LONGEST = 400
"""Maximum characters of a sentence."""
NEW_WORDS = 0.34
"""Maximum share of content words that are neither in the quotes nor in the question."""

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|\b(?:www\.|mailto:|javascript:|data:)|\]\s*\(|!\[|\b[\w.-]+@[\w-]+\.\w|"
    r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/|(?:^|\s)(?:\.{0,2}/)?\w+/\w+/\w",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<[/!?a-z]|&#?\w+;|`|\*\*|^\s*[#>|{}\[]|\||"
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffd\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
"""HTML, Markdown, and characters that are invisible or change the direction of reading."""
_TOKEN = re.compile(r"[^\W_]+(?:[.\-_][^\W_]+)*[+#]*")
_UNUSUAL = re.compile(r"\w*[A-Z]\w*|.*[\d._].*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS_OF_NUMBER = {word: str(number) for number, word in enumerate(_COUNTED, start=2)}
_WORD = re.compile(r"[a-z]+")
_DOMAIN = re.compile(
    r"\b[\w-]+\.(?:com|org|net|io|ai|dev|app|co|info|biz|me|xyz|site|online|example|invalid|test|cloud|page|ly|ru|cn)\b",
    re.IGNORECASE,
)
"""An address without a scheme, which some programs make a link of."""
_LIST = """
    all always any best better bigger biggest both cheaper comparable different easier easiest entirely equally
    every faster fastest first former fully harder higher highest largest larger latest latter less lower lowest
    main more most mostly newer never older outperforms primary same simpler slower smaller smallest superior
    than typically unique unlike usually worse worst half double twice dozen dozens hundred hundreds thousand
    thousands million billion must should
"""
_COMPARING = frozenset(_LIST.split())
"""Words that compare, count or advise: a quote must use them too."""
_FREE = frozenset({"both", "different", "unlike", "same"})
"""Of these, what a sentence about several subjects may say of its own; their quotes are checked one by one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with what it is checked against."""

    written: Written
    quotes: tuple[Evidence, ...]
    """The quotes whose numbers it carries."""
    known: Known
    repeated: frozenset[str]
    """Stems that it may use although no quote has them: those of the question."""
    clauses: tuple[Clause, ...]

    @property
    def text(self) -> str:
        """The sentence without its numbers."""
        return self.written.text

    @property
    def quoted(self) -> str:
        """The text of its quotes."""
        return "\n".join(quote.text for quote in self.quotes)

    @property
    def nameless(self) -> str:
        """The text without the names of subjects."""
        return blanked(self.text, self.known.spans_in(self.text))

    @property
    def stems(self) -> frozenset[str]:
        """Stems of its quotes."""
        return _all(quote.stems for quote in self.quotes)


def claim_of(written: Written, quotes: Sequence[Evidence], known: Known, repeated: frozenset[str]) -> Claim:
    """A claim, with its clauses."""
    return Claim(written, tuple(quotes), known, repeated, clauses_of(written.text, known.mentions(written.text)))


def fault_of(claim: Claim) -> str | None:
    """The first rule that a sentence breaks, in words; None if it keeps all."""
    return next((fault for rule in _RULES if (fault := rule(claim))), None)


def form_fault(written: Written) -> str | None:
    """What is wrong with a sentence whatever its quotes say; None if nothing is."""
    if len(written.text) > LONGEST:
        return "too long"
    if not written.numbers:
        return "no number of a quote"
    if _LINK.search(written.text):
        return "a link or an address"
    if _MARKUP.search(written.text):
        return "markup or invisible characters"
    return None if stems_of(written.text) else "no words"


def _addresses(claim: Claim) -> str | None:
    return "a link or an address" if _DOMAIN.search(claim.nameless) else None


def _subject(claim: Claim) -> str | None:
    """A sentence on quotes about subjects must name one, or it might speak of anything."""
    about = _all(quote.about for quote in claim.quotes)
    return "no subject of its quotes" if about and not about & claim.known.slugs_in(claim.text) else None


def _names(claim: Claim) -> str | None:
    allowed = _all(quote.slugs for quote in claim.quotes)
    strange = (m.surface for m in claim.known.mentions(claim.text) if not allowed & set(m.slugs))
    return f"{name!r} is not in its quotes" if (name := next(strange, None)) else None


def _tokens(claim: Claim) -> str | None:
    """Words that are written like a name or a version must occur in the quotes, letter for letter but for case."""
    text, stems = claim.nameless, claim.stems
    there = {match.group().casefold() for match in _TOKEN.finditer(claim.quoted)}
    for match in _TOKEN.finditer(text):
        token = match.group()
        is_first = not text[: match.start()].strip()
        plain = token.casefold()
        if plain in there or (stem(plain) in stems and not _NUMBER.search(plain)):
            continue
        if _UNUSUAL.fullmatch(token[1:] if is_first else token):
            return f"{token!r} is not in its quotes"
    return None


def _numbers(claim: Claim) -> str | None:
    words = set(_WORD.findall(claim.quoted.casefold()))
    there = {*_NUMBER.findall(claim.quoted), *(n for word, n in _WORDS_OF_NUMBER.items() if word in words)}
    said = [(number, number) for number in _NUMBER.findall(claim.text)]
    said += [(w, _WORDS_OF_NUMBER[w]) for w in _WORD.findall(claim.text.casefold()) if w in _WORDS_OF_NUMBER]
    return next((f"the number {word} is not in its quotes" for word, number in said if number not in there), None)


def _comparisons(claim: Claim) -> str | None:
    subjects = {slugs for clause in claim.clauses for slugs in clause.subjects}
    there = set(_WORD.findall(claim.quoted.casefold())) | (_FREE if len(subjects) > 1 else frozenset())
    said = (word for word in _WORD.findall(claim.text.casefold()) if word in _COMPARING)
    return next((f"{word!r} is not in its quotes" for word in said if word not in there), None)


def _wording(claim: Claim) -> str | None:
    stems = stems_of(claim.nameless)
    new = stems - claim.repeated - claim.stems
    return "its words are not those of its quotes" if len(new) > NEW_WORDS * len(stems) else None


def _grounding(claim: Claim) -> str | None:
    """At least one word of content must come from the quotes themselves, not from the question."""
    return None if stems_of(claim.nameless) & claim.stems else "its words are not those of its quotes"


def _sides(claim: Claim) -> str | None:
    """What a clause says of a subject must be in quotes about that subject."""
    everything = claim.stems
    for clause in claim.clauses:
        for slugs in clause.subjects:
            own = _about(claim, slugs)
            if not own:
                return "a subject without a quote about it"
            if (clause.stems & everything) - _all(quote.stems for quote in own):
                return "says of one subject what its quotes say of another"
    return None


def _polarity(claim: Claim) -> str | None:
    for clause in claim.clauses:
        groups = [_about(claim, slugs) for slugs in clause.subjects] or [claim.quotes]
        for quotes in groups:
            if fault := _turned(clause, quotes):
                return fault
    if denies(claim.text) and not any(quote.denied for quote in claim.quotes):
        return "denies what no quote denies"
    return None


def _turned(clause: Clause, quotes: Sequence[Evidence]) -> str | None:
    affirmed, denied = _all(quote.affirmed for quote in quotes), _all(quote.denied for quote in quotes)
    if clause.denies and ((clause.stems & affirmed) - denied - PLAIN or not clause.stems & denied):
        return "denies what its quotes do not deny"
    if not clause.denies and (clause.stems & denied) - affirmed - PLAIN:
        return "leaves out a denial of its quotes"
    return None


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _about(claim: Claim, slugs: Sequence[str]) -> tuple[Evidence, ...]:
    return tuple(quote for quote in claim.quotes if quote.slugs & set(slugs))


_RULES: tuple[Callable[[Claim], str | None], ...] = (
    _addresses,
    _subject,
    _names,
    _tokens,
    _numbers,
    _comparisons,
    _wording,
    _grounding,
    _sides,
    _polarity,
)
