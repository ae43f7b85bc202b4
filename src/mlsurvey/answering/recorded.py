"""What a question asks that front matter records as a fact: "runs in the browser" is ``browser: yes``. Pure.

A fact decides only where it says all that is asked: "trains on several GPUs" is asked of the documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mlsurvey.answering.names import blank, languages_in
from mlsurvey.answering.polarity import LACKING, affirmed
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.answering.words import content_words, stem
from mlsurvey.types import Aspect, Fact, Span
from mlsurvey.vocabulary.phrases import phrases
from mlsurvey.vocabulary.records import NO, NONE, UNKNOWN, YES, items, names, value

OPTIONAL = "optional"
"""In the remark of an item that a library can do without: whether it counts depends on what is asked for."""
Recorded = Mapping[str, str]
"""The facts of one library: field to line."""
Match = tuple[Span, Fact, str | None]
"""Where words ask for a fact, and for which of its items."""
_AND = re.compile(r"\s*(?:[,;&]\s*(?:and\b)?|\band\b)\s*", re.IGNORECASE)
_WITHOUT = re.compile(r"\b(?:without|lack(?:s|ing)?)\b", re.IGNORECASE)
"""Whether "runs without a GPU" asks for ``gpu: no`` is for the documents to say."""
_LACKING = re.compile(rf"\s*(?:(?:that|which)\s+lacks?|{LACKING})\s+(?:any\s+|an?\s+)?", re.IGNORECASE)
"""Before all that is asked, it asks for a fact to be missing: "without GPU support"."""
_FREE = re.compile(r"(?<=\w)-free$", re.IGNORECASE)
"""Behind all that is asked, it asks for the same: "Python-free"."""
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_LIGHT_WORDS = """
    run support need require have come ship include contain handle allow let able available built-in builtin exist speak
    target exploit leverage employ understand know accept deal cope already natively directly fully currently model file
    format data kind type version algorithm method feature
"""
_LIGHT = frozenset(map(stem, _LIGHT_WORDS.split()))
"""Stems of words that add nothing to a fact: a library that has it *supports* it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fact that is asked for."""

    fact: Fact
    items: tuple[frozenset[str], ...] = ()
    """Items that its list should have, one of each set; empty if the fact as such is asked for."""

    def holds(self, recorded: Recorded) -> bool | None:
        """Whether it is so for a library; None if its facts do not say."""
        line = recorded.get(self.fact.slug, UNKNOWN)
        if not self.items:
            return {NO: False, **dict.fromkeys(YES, True)}.get(value(line))
        whole = recorded.get(self.fact.details or "", UNKNOWN)
        if value(line) == NONE or value(whole) == NO:
            return False
        return self._has(item for item in items(line) if OPTIONAL not in item) or None

    def is_open(self, recorded: Recorded) -> bool:
        """Whether a library's facts leave it open: recorded as unknown, or a list with other items only."""
        line = recorded.get(self.fact.slug)
        if line is None:
            return False
        return value(line) == UNKNOWN or (bool(self.items) and not self._has(items(line)))

    def _has(self, listed: Iterable[str]) -> bool:
        has = frozenset(listed)
        return all(not some.isdisjoint(has) for some in self.items)


@dataclass(frozen=True, slots=True)
class Records:
    """What facts may be asked for.

    Args:
        facts: the facts of the vocabulary.
        aspects: whose phrases also ask for the item of the same name: "SVM" for "support vector machines".
        named: slugs of the entities with a name.
    """

    facts: Sequence[Fact]
    aspects: Sequence[Aspect]
    named: Callable[[str], Collection[str]]

    def wanted(
        self, asked: AskedAspect, listed: Mapping[str, Collection[str]], objects: Collection[str] = ()
    ) -> tuple[Wanted, ...]:
        """The facts that together say all that is asked; empty if they do not.

        Args:
            asked: the matter.
            listed: for each field, the items that any library in question lists.
            objects: entities that the members of a set are asked to wrap, read or run on.
        """
        read = _Reading(self, listed, frozenset(objects))
        words = [affirmed(said) if asked.negated else said for said in asked.wording]
        found = dict.fromkeys(wanted for said in words for wanted in read.all(said))
        if None in found:
            return ()
        wanted = tuple(one for one in found if one)
        has_objects = any(read.is_object(item) for one in wanted for some in one.items for item in some)
        return wanted if has_objects or not objects else ()

    def affirmative(self, asked: AskedAspect) -> tuple[str, ...]:
        """The wording of a matter that asks for a fact to be missing, without the word that says so; empty if none."""
        if asked.negated or not all(_LACKING.match(words) or _FREE.search(words) for words in asked.wording):
            return ()
        wording = tuple(_FREE.sub("", _LACKING.sub("", words)) for words in asked.wording)
        return wording if self.wanted(replace(asked, wording=wording), {}) else ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads what words ask for, with what may be asked for in this question."""

    records: Records
    listed: Mapping[str, Collection[str]]
    objects: frozenset[str]

    def all(self, words: str) -> Iterator[Wanted | None]:
        """The facts that the words ask for, one or several in a row; None for a part that asks for none."""
        whole = self(words)
        yield from (whole,) if whole else (self(part) for part in _AND.split(words))

    def __call__(self, words: str) -> Wanted | None:
        """The fact that says all that the words ask for."""
        every = [match for fact in self.records.facts for match in self._matches(fact, words)]
        matches = list(_longest(every))
        rest = blank(words, [span for span, _, _ in every])
        says_more = _WITHOUT.search(rest) or any(not self._adds_nothing(word) for word in content_words(rest))
        if not matches or says_more:
            return None
        itemised = {fact.slug: fact for _, fact, item in matches if item}
        asked = {fact.slug: fact for _, fact, _ in matches}
        for fact in itemised.values():
            asked.pop(fact.details or "", None)
        if len(asked) > 1:
            return None
        (fact,) = asked.values()
        return Wanted(fact, _sets(((span, item) for span, of, item in matches if of == fact and item), words))

    def is_object(self, item: str) -> bool:
        """Whether an item is one of the question's objects."""
        return any(not self.objects.isdisjoint(self.records.named(name)) for name in names(item))

    def _adds_nothing(self, word: str) -> bool:
        is_name = languages_in(word) or not self.objects.isdisjoint(self.records.named(word))
        return stem(word) in _LIGHT or bool(is_name)

    def _matches(self, fact: Fact, words: str) -> Iterator[Match]:
        """Where the words ask for the fact, and for which item."""
        yield from ((span, fact, None) for span in phrases(fact.question).found(words))
        leads = phrases(fact.leads).found(words)
        if fact.leads and not leads:
            return
        listed = self.listed.get(fact.slug, ())
        said = [(span, fact, item) for item in listed for span in self._said(item, words)]
        yield from said
        related = [item for item in listed if self.is_object(item)] if leads else []
        for span in leads:
            yield from ((span, fact, item) for item in related or [i for s, _, i in said if s == said[0][0]])

    def _said(self, item: str, words: str) -> tuple[Span, ...]:
        """Where the words name an item."""
        also = [p for a in self.records.aspects if item.casefold() == a.name.casefold() for p in a.question]
        return phrases((*(f"{name}*" if len(name) > 3 else name for name in names(item)), *also)).found(words)


def _longest(found: Sequence[Match]) -> Iterator[Match]:
    """The matches less those that overlap a longer one, and less items that are a fact of their own."""
    whole = {span for span, _, item in found if item is None}
    for span, fact, item in found:
        is_part = any(len(other) > len(span) and other.overlap(span) for other, _, _ in found)
        if not is_part and (item is None or span not in whole):
            yield span, fact, item


def _sets(said: Iterable[tuple[Span, str]], words: str) -> tuple[frozenset[str], ...]:
    """The items that are asked for, as sets of which one is enough: those that one name stands for, or an "or"."""
    sets: dict[Span | None, set[str]] = {}
    is_either = _EITHER.search(words) is not None
    for span, item in said:
        sets.setdefault(None if is_either else span, set()).add(item)
    return tuple(dict.fromkeys(frozenset(some) for some in sets.values()))
