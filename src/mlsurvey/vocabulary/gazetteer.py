"""Finds entity mentions in text.

A name is matched by its *collapsed* form: letters and digits only, case-folded,
so ``tch-rs``, ``tch rs`` and ``tchrs``, or ``TF.NET`` and ``TF .NET``, are
the same name. Names that are also ordinary words ("burn") count in a document only
if they are written like a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from mlsurvey.types import Entity, Span

_TOKEN = re.compile(r"[^\W_]+[+#]*")
_MAX_TOKENS = 5  # the longest names in use ("Rust bindings for PyTorch") have four or five words
_MAX_REMEMBERED = 100_000  # words
_MAX_GAP = re.compile(r"[\s._/\-`*@]{0,2}")
_NAME_CONTEXT = re.compile(
    r"\b(crate|library|libraries|framework|package|module|project|binding|bindings|repo|repository|backend|api)s?\b",
    re.IGNORECASE,
)

_COORDINATION = re.compile(r"[`*]*+\s*+(?:,|/|&|and|or|,\s*+and|,\s*+or)\s*+[`*]*+")


def collapse(name: str) -> str:
    """Letters, digits, ``+`` and ``#`` of a name, case-folded: the form in which names are compared."""
    return "".join(_TOKEN.findall(name)).casefold()


class _Beginnings(dict[str, bool]):
    """Whether some name begins with a word, by word as written; filled as words occur."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        self._names = sorted(names)

    def __missing__(self, word: str) -> bool:
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        return self.setdefault(word, self.begins(word.casefold()))

    def begins(self, collapsed: str) -> bool:
        """Whether any name starts with these characters."""
        place = bisect_left(self._names, collapsed)
        return place < len(self._names) and self._names[place].startswith(collapsed)


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of an entity in a text."""

    span: Span
    surface: str
    slugs: tuple[str, ...]
    """Candidates, best first; several if libraries share the name."""

    @property
    def slug(self) -> str:
        """The best candidate."""
        return self.slugs[0]


@dataclass(frozen=True, slots=True)
class _Name:
    entity: Entity
    written: str


class Gazetteer:
    """Index of all known names. Immutable; ``with_entities`` returns a larger one."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.entities: dict[str, Entity] = {}
        for entity in entities:
            self.entities[entity.slug] = entity
        self._names: dict[str, list[_Name]] = defaultdict(list)
        for entity in self.entities.values():
            for written in dict.fromkeys((entity.name, entity.slug, *entity.aliases)):
                if key := collapse(written):
                    self._names[key].append(_Name(entity, written))
        self._beginnings = _Beginnings(self._names)
        self._plain = {e.slug: frozenset(map(collapse, e.plain_words)) for e in self.entities.values()}

    def with_entities(self, entities: Iterable[Entity]) -> Gazetteer:
        """Return a gazetteer extended by these entities; an equal slug replaces the older entry."""
        return Gazetteer([*self.entities.values(), *entities])

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Collapsed names."""
        return tuple(self._names)

    def like(self, first: str, lengths: Iterable[int]) -> Iterator[str]:
        """Collapsed names that begin with a character and have one of the lengths, for spelling correction."""
        for length in lengths:
            yield from self._by_shape.get((first, length), ())

    @cached_property
    def _by_shape(self) -> dict[tuple[str, int], list[str]]:
        shapes: dict[tuple[str, int], list[str]] = defaultdict(list)
        for key in self._names:
            shapes[key[0], len(key)].append(key)
        return shapes

    def lookup(self, name: str) -> tuple[str, ...]:
        """Slugs of the entities with exactly this name, ignoring case, spaces and punctuation; empty if none."""
        return tuple(dict.fromkeys(n.entity.slug for n in self._names.get(collapse(name), ())))

    def mentions(self, text: str, *, language: str | None = None) -> tuple[Mention, ...]:
        """All mentions in running text, in order; the longest name wins where they overlap.

        ``language`` disambiguates names shared by libraries of several languages.
        """
        found = list(self._scan(text, language))
        if not found:
            return ()
        sure = [self._is_name(mention, text) for mention in found]
        joined = [_coordinated(a, b, text) for a, b in pairwise(found)]
        with_next = [*(joins and is_sure for joins, is_sure in zip(joined, sure[1:], strict=True)), False]
        with_last = [False, *(joins and is_sure for joins, is_sure in zip(joined, sure[:-1], strict=True))]
        return tuple(m for m, *reasons in zip(found, sure, with_next, with_last, strict=False) if any(reasons))

    def candidates(self, text: str, *, language: str | None = None) -> tuple[Mention, ...]:
        """Like :meth:`mentions`, but ordinary words also count as names: for questions and headings."""
        return tuple(self._scan(text, language))

    def may_mention(self, text: str) -> bool:
        """Whether some word of a text begins a name; without one, there is no mention. Much faster than looking."""
        return any(map(self._beginnings.__getitem__, _TOKEN.findall(text)))

    def is_plain_word(self, mention: Mention) -> bool:
        """Whether the mention's surface is also an ordinary word, for any of its candidate entities."""
        key = collapse(mention.surface)
        return any(key in self._plain[slug] for slug in mention.slugs)

    def _scan(self, text: str, language: str | None) -> Iterator[Mention]:
        if not self.may_mention(text):
            return
        tokens = list(_TOKEN.finditer(text))
        index = 0
        while index < len(tokens):
            if self._beginnings[tokens[index].group()] and (found := self._longest(text, tokens, index)):
                count, names = found
                span = Span(tokens[index].start(), tokens[index + count - 1].end())
                yield Mention(span, span.of(text), _ordered(names, span.of(text), language))
                index += count
            else:
                index += 1

    def _longest(self, text: str, tokens: list[re.Match[str]], index: int) -> tuple[int, list[_Name]] | None:
        best = None
        collapsed = ""
        for count in range(1, min(_MAX_TOKENS, len(tokens) - index) + 1):
            token = tokens[index + count - 1]
            if count > 1 and not _MAX_GAP.fullmatch(text, tokens[index + count - 2].end(), token.start()):
                break
            collapsed += token.group().casefold()
            plural = collapsed[:-1] if count > 1 and collapsed.endswith("s") else ""  # "TensorFlow Go bindings"
            if names := self._names.get(collapsed) or self._names.get(plural):
                best = count, names
            if not self._beginnings.begins(collapsed):
                break
        return best

    def _is_name(self, mention: Mention, text: str) -> bool:
        """Whether a mention is written like a name; only ordinary words need the check."""
        if not self.is_plain_word(mention):
            return True
        start, after = mention.span.start, text[mention.span.end : mention.span.end + 20]
        if text.startswith("`", max(0, start - 1)) and start and after.startswith("`"):
            return True
        while start and text[start - 1].isspace():
            start -= 1
        starts_sentence = not start or text[start - 1] in ".!?:•>*#|-"
        if mention.surface[0].isupper() and not mention.surface.isupper():
            return (
                not starts_sentence
                or re.match(r"['’]s\b|,|\s+(is|was|has|can|does|provides|supports|uses)\b", after) is not None
            )
        return _NAME_CONTEXT.match(after.lstrip()) is not None


def _coordinated(a: Mention, b: Mention, text: str) -> bool:
    """Whether only a comma, "and" or "or" separates a mention from the next: a word listed with a name is one too."""
    return _COORDINATION.fullmatch(text, a.span.end, b.span.start) is not None


def _ordered(names: list[_Name], surface: str, language: str | None) -> tuple[str, ...]:
    """Order slugs that share a name: same language first, then same spelling, then catalogue order."""
    ranked = sorted(names, key=lambda n: (language is not None and n.entity.language != language, n.written != surface))
    return tuple(dict.fromkeys(name.entity.slug for name in ranked))
