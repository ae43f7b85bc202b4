"""Parse a question: what is asked, of which libraries, under which conditions.

The network says what each word is; the gazetteer says which library a name means. Pure but for what is passed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mlsurvey.answering import strangers
from mlsurvey.answering.asked import is_detail
from mlsurvey.answering.conditions import DECIDED, FACTS, SAYING, UPKEEP, condition, fact, is_denied, licences
from mlsurvey.answering.matters import (
    Recognise,
    asked_stretches,
    beside_names,
    fewest,
    from_its_beginning,
    matters,
    whole,
    with_lack,
    with_object,
)
from mlsurvey.answering.names import blank, find_names, languages_in, looks_unknown, without_languages
from mlsurvey.answering.polarity import affirmed, free_of
from mlsurvey.answering.stated import attributes, stated_facts, upkeep
from mlsurvey.answering.tongue import foreign_tongue
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.words import content_words
from mlsurvey.learned.reading import (
    ASKED,
    KNOWN,
    LIKE,
    NAMES,
    PLAIN,
    RELATIONS,
    SIDE,
    USED_BY,
    USES,
    WORD,
    Mark,
    Reader,
    Reading,
)
from mlsurvey.parsed import Condition, Correction
from mlsurvey.types import Category, Kind, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention, collapse

SURE = 0.8
"""Probability from which a kind that the names do not suggest is believed."""
HARDLY = 0.4
"""Probability below which a name is no side of a question that surely is no comparison."""
FLAGGED = 0.5
"""Least probability of a flag."""
FOLLOWING = 0.1
"""The same of the flag that a comparison follows a question: above that of all 386 labelled ones that follow none."""
_FROM = re.compile(
    r"\b(?:(?:from|without|no|not|like|than|unlike)\s+(?:\w+\s+)?|non(?:-|\s+))[\w#.+]+|[\w#.+]+-free\b", re.IGNORECASE
)
"""What one comes from, lives without or compares with is not what members have to be."""
_AND = r"\s*(?:,\s*(?:(?:and|or)\b)?|/|&|\b(?:and|or)\b)\s*"
_AND_NEXT = re.compile(rf"{_AND}(?P<word>[\w#.+]+)", re.IGNORECASE)
_BEFORE_AND = re.compile(rf"(?<![\w#.+])(?P<word>[\w#.+]+){_AND}$", re.IGNORECASE)

Slugs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """What a name is to the question."""

    slug: str
    label: str
    side: float
    """Probability that it is asked about."""


@dataclass(frozen=True, slots=True)
class Parser:
    """What a question is parsed with.

    Args:
        gazetteer: known names.
        reader: the network.
        recognise: words to the matter that they ask about.
        frequency: number of passages that hold a word; what documents use is no misspelt or unknown name.
        categories: classes of libraries that a question may name.
        mentioned: collapsed names that documents mention and none is about.
        strangers: slugs of entities whose names the network was not trained on; see :mod:`.strangers`.
        in_field: whether the documents are of a field that the network was trained on.
        revise: corrects the reading of a question, like a language model; None leaves it as it is.
    """

    gazetteer: Gazetteer
    reader: Reader
    recognise: Recognise
    frequency: Callable[[str], int]
    categories: Sequence[Category] = ()
    mentioned: Collection[str] = ()
    strangers: Collection[str] = ()
    in_field: bool = True
    revise: Callable[[str, Reading], Reading] | None = None

    def __call__(self, question: str) -> Understood:
        """What the question is taken to mean."""
        reading = self._read(question)
        if self.revise is not None:
            reading = self.revise(question, reading)
        marks = reading.marks()
        languages = _languages(question, marks)
        names = find_names(question, self.gazetteer, self.frequency, languages[0] if len(languages) == 1 else None)
        roles = _surely([role for mention in names.mentions if (role := self._role(mention, reading))], reading)
        unknown = _once((*self._unknown(question, marks, names.mentions), *self._only_mentioned(question, reading)))
        kind = _kind(reading, roles, unknown, in_field=self.in_field)
        sides, objects, known = _parted(roles, kind, unknown)
        facts = [m.span for m in marks if m.label in FACTS] if kind.is_set else []
        stretches = asked_stretches(question, [*self._asked_for(question, marks, names.mentions)], facts)
        conditions = tuple(self._conditions(question, marks, names.mentions, kind, stretches))
        if kind.is_set:
            conditions = (*conditions, *attributes(question, reading, conditions))
            stretches, stated = stated_facts(question, self._unbound(question, marks, stretches), conditions)
            conditions = _either((*conditions, *stated, *_unmarked_languages(question, marks, conditions)))
        tongue = foreign_tongue(question)
        nameless = blank(question, [m.span for m in names.mentions])
        aspects = matters(question, nameless, stretches, self.recognise, is_set=kind.is_set)
        if kind.is_set and not any(c.field == "state" for c in conditions):
            kept_up = [a for a in aspects if a.aspect.slug == UPKEEP and not is_detail(a)]
            conditions = (*conditions, *map(upkeep, kept_up))
            aspects = tuple(a for a in aspects if a not in kept_up)
        if kind.is_set and not objects:
            decided = {SAYING.get(c.field) for c in conditions}
            aspects = tuple(a for a in aspects if a.aspect.slug not in decided or is_detail(a))
        aspects = fewest(question, aspects, is_list=kind is Kind.LIST)
        if tongue:
            aspects = tuple(a for a in aspects if a.known)
        is_worded = bool(aspects)
        is_related = kind.is_set and any(r.label in (USES, USED_BY) for r in roles)
        if not aspects and not tongue and (is_related or not conditions):
            aspects = self._found(nameless, kind) or whole(question, nameless, kind)
        return Understood(
            question=question,
            kind=kind,
            entities=sides,
            objects=objects,
            unknown=unknown,
            aspects=aspects,
            conditions=conditions,
            known=known,
            flags=tuple(_flags(reading, kind)),
            corrections=_kept(names.corrections, (*sides, *objects, *known)),
            tongue=tongue,
            is_worded=is_worded,
        )

    def _read(self, question: str) -> Reading:
        if not self.strangers:
            return self.reader.read(question)
        names = find_names(question, self.gazetteer, self.frequency, None).mentions
        strange = [m.span for m in names if m.slug in self.strangers and (not _is_word(m, self.gazetteer))]
        return strangers.read(question, strange, self.reader, self.frequency)

    def _role(self, mention: Mention, reading: Reading) -> Role | None:
        """None for an ordinary word that is spelt like a name."""
        scores = reading.of(mention.span, (PLAIN, WORD, *NAMES))
        if self._may_be_a_word(mention) and scores[PLAIN] + scores[WORD] > sum(scores[n] for n in NAMES):
            return None
        label = max(NAMES, key=scores.__getitem__) if any(scores[n] > 0.1 for n in NAMES) else RELATIONS[0]
        return Role(mention.slug, label, scores[SIDE])

    def _may_be_a_word(self, mention: Mention) -> bool:
        """Whether it is spelt like an ordinary word, or was mended to a name from one."""
        return self.gazetteer.is_plain_word(mention) or mention.slug not in self.gazetteer.lookup(mention.surface)

    def _unknown(self, question: str, marks: Sequence[Mark], mentions: Sequence[Mention]) -> Iterator[str]:
        """Words that stand like a library that is asked about, and that nothing here knows."""
        for mark in marks:
            free = not any(mark.span.overlap(mention.span) for mention in mentions)
            words = _token(question, mark.span)
            may_be_one = free and mark.label in (SIDE, *RELATIONS) and fact(words, negated=False) is None
            if may_be_one and looks_unknown(words, self.frequency):
                yield words

    def _only_mentioned(self, question: str, reading: Reading) -> Iterator[str]:
        """Sides that documents mention and none is about; a set is asked of what documents are about anyway."""
        if self.mentioned and max(reading.kinds, key=reading.kinds.__getitem__, default="") not in (
            "list",
            "recommend",
        ):
            for mark in reading.marks():
                words = _token(question, mark.span)
                if mark.label == SIDE and collapse(words) in self.mentioned:
                    yield words

    def _found(self, nameless: str, kind: Kind) -> tuple[AskedAspect, ...]:
        """The heading of the documents that a question names without asking for it in so many words.

        Of a comparison, any aspect that its one word beside the names stands for: "licence: A or B?".
        """
        asked = self.recognise(" ".join(nameless.split()))
        is_all_said = kind is Kind.COMPARE and len(content_words(nameless)) == 1 and asked.known
        return (asked,) if asked.aspect.found or is_all_said else ()

    def _asked_for(self, question: str, marks: Sequence[Mark], mentions: Sequence[Mention]) -> Iterator[Span]:
        """Stretches that ask; and what stands like a library, is none, and is a word of the documents: "autodiff"."""
        objects = [m.span for m in mentions if _is_object(m, marks)]
        for mark in marks:
            is_thing = mark.label in (SIDE, *RELATIONS) and not any(mark.span.overlap(m.span) for m in mentions)
            if mark.label == ASKED or (is_thing and not looks_unknown(_token(question, mark.span), self.frequency)):
                span = with_lack(question, from_its_beginning(question, mark.span))
                span = beside_names(question, span, mentions)
                yield with_object(question, span, objects)

    def _conditions(
        self, question: str, marks: Sequence[Mark], mentions: Sequence[Mention], kind: Kind, stretches: list[Span]
    ) -> Iterator[Condition]:
        """Conditions that facts decide; the words of the others join what is asked of the documents."""
        for mark in marks:
            words = mark.span.of(question)
            negated = mark.negated or is_denied(question[: mark.span.start])
            if mark.label in (ASKED, WORD, *NAMES):
                is_free = mark.label in NAMES and not any(mark.span.overlap(m.span) for m in mentions)
                if kind.is_set and is_free and (stated := fact(words, negated)):
                    yield stated
            elif mark.label == "language" and (free := free_of(question, mark.span)):
                stretches.append(free)
            elif mark.label == "licence" and (named := licences(question, mark.span, negated=negated)):
                yield from named
            elif stated := condition(mark.label, words, negated, self.categories):
                yield stated
            elif kind.is_set and mark.label != "language" and _says_something(without_languages(words)):
                stretches.append(mark.span)

    def _unbound(self, question: str, marks: Sequence[Mark], stretches: Iterable[Span]) -> list[Span]:
        """The stretches but for words that only lead to a condition of facts: "not available under" before "MIT"."""
        facts = [m.span for m in marks if m.label in DECIDED and condition(m.label, m.span.of(question), False, ())]
        return [
            span
            for span in stretches
            if not any(question[span.end : f.start].isspace() for f in facts)
            or self.recognise(affirmed(span.of(question))).known
        ]


def _is_object(mention: Mention, marks: Iterable[Mark]) -> bool:
    """Whether a name is marked as related to what is asked about."""
    return any(m.label in RELATIONS and m.span.overlap(mention.span) for m in marks)


def _is_word(mention: Mention, gazetteer: Gazetteer) -> bool:
    """Whether a name is also an ordinary word, and written like one."""
    return gazetteer.is_plain_word(mention) and mention.surface.islower()


def _token(question: str, span: Span) -> str:
    """The words with what is written together with them: a mark may begin or end inside "Infer.NET"."""
    before = re.search(r"(?<![\w.+#-])[\w.+#-]*+$", question[: span.start])
    behind = re.match(r"[\w+#-]*(?:\.\w+)*", question[span.end :])
    return f"{before.group() if before else ''}{span.of(question)}{behind.group() if behind else ''}"


def _says_something(words: str) -> bool:
    return bool(content_words(words))


def _either(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions, with the languages that are asked for as one: no library is of two."""
    languages = [c for c in conditions if c.field == "language" and not c.negated]
    if len(languages) < 2:
        return tuple(conditions)
    values = _once(value for c in languages for value in c.values)
    whole = Condition("language", ", ".join(c.words for c in languages), values)
    return (whole, *(c for c in conditions if c not in languages))


def _unmarked_languages(question: str, marks: Sequence[Mark], conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """The languages that a set is of, where the network did not mark them: words for them mean little else.

    Beside one that is marked, only those that are named together with it: "in Rust or Go".
    """
    if stated := {v for c in conditions if c.field == "language" for v in c.values}:
        spans = [m.span for m in marks if m.label == "language" and not m.negated]
        beside = _once(v for span in spans for v in _named_with(question, span) if v not in stated)
        return (Condition("language", ", ".join(beside), beside),) if beside else ()
    rest = blank(question, [m.span for m in marks if m.label in NAMES])
    rest = _FROM.sub(lambda m: " " * len(m.group()), rest)
    found = languages_in(rest)
    members = tuple(language for language in found if language != "python") or found
    return (Condition("language", ", ".join(members), members),) if members else ()


def _named_with(question: str, span: Span) -> Iterator[str]:
    """The languages in a row with the one that stands there."""
    start, end = span.start, span.end
    while (after := _AND_NEXT.match(question, end)) and (found := languages_in(after["word"])):
        yield from found
        end = after.end()
    while (before := _BEFORE_AND.search(question[:start])) and (found := languages_in(before["word"])):
        yield from found
        start = before.start()


def _languages(question: str, marks: Iterable[Mark]) -> tuple[str, ...]:
    said = [m.span.of(question) for m in marks if m.label in ("language", "class") and not m.negated]
    return tuple(dict.fromkeys(language for words in said for language in languages_in(words)))


def _surely(roles: Sequence[Role], reading: Reading) -> list[Role]:
    """The roles, less sides that hardly are any where surely one library is asked about: "export *X* to ONNX"."""
    strong = any(r.label == SIDE and r.side >= HARDLY for r in roles)
    if not strong or reading.kinds.get(Kind.LOOKUP.value, 0.0) <= SURE:
        return list(roles)
    return [replace(r, label=RELATIONS[0]) if r.label == SIDE and r.side < HARDLY else r for r in roles]


def _kind(reading: Reading, roles: Sequence[Role], unknown: Sequence[str], *, in_field: bool) -> Kind:
    """What is wanted: by the network, within what the names allow.

    That a question asks for nothing in the documents is only believed ``in_field``: any other field seems so.
    """
    count = len({role.slug for role in roles if role.label == SIDE}) + len(unknown)
    if count >= 2:
        return Kind.COMPARE
    if in_field and reading.kinds.get("none", 0.0) > 0.5:
        return Kind.LOOKUP
    best = _likeliest(reading, [kind for kind in Kind if kind is not Kind.COMPARE])
    if best is Kind.LOOKUP and not count and any(role.label == LIKE for role in roles):
        return _likeliest(reading, [kind for kind in Kind if kind.is_set])  # what is like it is another library
    sure = reading.kinds.get(best.value, 0.0) > SURE
    is_allowed = best is Kind.LOOKUP or (best.is_set and not count)
    return best if is_allowed or (sure and not unknown) else Kind.LOOKUP


def _flags(reading: Reading, kind: Kind) -> Iterator[str]:
    for flag, score in reading.flags.items():
        if score >= (FOLLOWING if flag == "follows" and kind is Kind.COMPARE else FLAGGED):
            yield flag


def _likeliest(reading: Reading, kinds: Iterable[Kind]) -> Kind:
    return max(kinds, key=lambda kind: reading.kinds.get(kind.value, 0.0))


def _parted(roles: Sequence[Role], kind: Kind, unknown: Sequence[str]) -> tuple[Slugs, Slugs, Slugs]:
    """Sides, objects and what is only known, in the order of their naming."""
    sides = [r.slug for r in roles if r.label == SIDE]
    objects = [r.slug for r in roles if r.label in RELATIONS and r.slug not in sides]
    known = [r.slug for r in roles if r.label == KNOWN and r.slug not in (*sides, *objects)]
    if kind.is_set:
        sides, objects = [], [*sides, *objects]
    elif not sides and roles and not unknown:
        best = max(roles, key=lambda role: role.side).slug
        sides, objects, known = [best], [s for s in objects if s != best], [s for s in known if s != best]
    return _once(sides), _once(objects), _once(known)


def _once(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slugs))


def _kept(corrections: Iterable[Correction], slugs: Sequence[str]) -> tuple[Correction, ...]:
    return tuple(c for c in corrections if c.slug in slugs)
