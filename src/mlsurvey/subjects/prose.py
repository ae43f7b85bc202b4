"""Running text of a document: what is defined in it, and which names are written like names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.sentences import sentence_spans
from mlsurvey.subjects.spelling import cleaned, is_short, is_unusual, words

MAX_PROSE = 200_000
"""Characters of a document that are looked through for names; what a document is about shows before that."""
_OPENING = 400
"""Characters of a paragraph in which a definition is looked for."""
_PRONOUNS = frozenset({
    "this", "that", "these", "those", "it", "its", "there", "here", "they", "he", "she", "we", "you", "i", "what",
    "which", "who", "one", "each", "both", "all", "some", "many", "most", "everything", "nothing", "something",
    "another", "other", "such", "note", "also", "now", "today", "if", "when", "while", "because", "then",
})  # fmt: skip
"""Words of grammar that open a sentence and name nothing."""
_DEFINED = re.compile(
    r"^(?:The\s+|An?\s+)?(?P<name>[^\s,;:()|][^,;:()|]{0,60}?)(?:\s+\((?P<also>[^()]{2,48})\))?"
    r"(?:,\s[^,.]{1,60},)?\s+(?:is|are|was|were)\s+(?:\w+ly\s+)?"
    r"(?:an?|the|one\s+of(?:\s+(?:the|many|several))?)\s+(?P<said>[^.;]{3,200})"
)
_PHRASE = re.compile(r"^(?:An?|The)\s+(?P<said>[^.;]{3,200})")
_MID_SENTENCE = re.compile(
    r"(?<=[\w,;)’'\"”] )(?P<name>[^\W\d_][\w+#]*(?:[-._/][\w+#]+)*(?:\s(?=[^\W\d_])[\w+#]+){0,3})"
)
_NAME_WORD = re.compile(r"[^\W_][\w+#]*(?:[-._/][\w+#]+)*")
_MOST_NAMES = 40
"""Names of running text that are kept of one document: those it writes most often."""


class Definition(NamedTuple):
    """What a sentence says a name is."""

    name: str
    also: str
    """Another name, in brackets."""
    said: str


class Prose:
    """The paragraphs and items of a document, without headings, code and tables."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        kinds = (BlockKind.TEXT, BlockKind.ITEM)
        self.text = "\n".join(block.reading.text for block in blocks if block.kind in kinds)[:MAX_PROSE]
        self._folded = self.text.casefold()

    def mentions(self, name: str) -> int:
        """How often the name occurs as whole words, in any case."""
        return _count(self._folded, name.casefold())

    def as_name(self, name: str) -> int:
        """How often it occurs exactly so, within a sentence: a capital there is no matter of grammar."""
        places = _places(self.text, name)
        return sum(at > 1 and self.text[at - 1] == " " and _is_within(self.text[at - 2]) for at in places)

    def as_word(self, name: str) -> int:
        """How often it occurs in lower case, as ordinary words are written."""
        return _count(self.text, name.lower()) if name != name.lower() else 0

    def names(self) -> list[tuple[str, int]]:
        """What is written like names within sentences, most frequent first, with counts."""
        found: Counter[str] = Counter()
        for match in _MID_SENTENCE.finditer(self.text):
            found.update(_runs(match["name"]))
        return [(name, count) for name, count in found.most_common(_MOST_NAMES) if is_short(name)]


def _count(text: str, name: str) -> int:
    return sum(1 for _ in _places(text, name))


def _places(text: str, name: str) -> Iterator[int]:
    """Where the name stands as whole words."""
    at = text.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        if not (at and _in_word(text[at - 1])) and not (end < len(text) and _in_word(text[end])):
            yield at
        at = text.find(name, end)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_within(character: str) -> bool:
    """Whether a sentence goes on after this character and a space."""
    return _in_word(character) or character in ",;)’'\"”"


def _runs(text: str) -> Iterator[str]:
    """The runs of words with capitals: ``the Apache Kafka project`` gives ``Apache Kafka``."""
    run: list[str] = []
    for word in _NAME_WORD.findall(text):
        if word[0].isupper() or is_unusual(word):
            run.append(word)
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def definition(block: Block) -> Definition | None:
    """What the first sentence of a paragraph defines; None if it defines nothing by name."""
    opening = first_sentence(block)
    found = _DEFINED.match(opening)
    if not found:
        return None
    name = cleaned(found["name"])
    if not is_short(name) or words(name)[0].casefold() in _PRONOUNS:
        return None
    return Definition(name, cleaned(found["also"] or ""), found["said"].strip())


def phrase(block: Block) -> str:
    """What a paragraph like "A message queue for small machines." says that the subject of the document is."""
    found = _PHRASE.match(first_sentence(block))
    return found["said"].strip() if found else ""


@lru_cache(maxsize=64)
def _first(text: str) -> str:
    spans = sentence_spans(text)
    return spans[0].of(text) if spans else ""


def first_sentence(block: Block) -> str:
    """The first sentence of a block, cut off after some length."""
    return _first(block.reading.text[:_OPENING])
