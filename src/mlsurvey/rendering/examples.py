"""Questions to begin with, which the index can answer. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlsurvey.types import Entity

LANGUAGES = {
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "dotnet": ".NET",
    "cpp": "C++",
    "csharp": "C#",
    "php": "PHP",
}
"""Languages whose name is not their slug with a capital letter."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the kind of answer that it gets."""

    kind: str
    about: str
    question: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An example for the corpus that comes along, with the slugs it needs."""

    example: Example
    needs: tuple[str, ...]


COMPARE = "Compare", "Side by side, point by point"
LIST = "List", "Yes, no, or not stated"
CHOOSE = "Choose", "A shortlist with points for and against"
LOOK_UP = "Look up", "One fact, with its source"
_PREPARED = (
    _Prepared(Example(*COMPARE, "How do Burn and Candle differ in GPU support and licence?"), ("burn", "candle")),
    _Prepared(Example(*LIST, "Which Rust libraries run in the browser?"), ("burn", "candle")),
    _Prepared(Example(*CHOOSE, "What should I use to serve PyTorch models from Rust?"), ("pytorch", "tch-rs")),
    _Prepared(Example(*LOOK_UP, "Is Brain.js still maintained?"), ("brain-js",)),
)


def language_name(slug: str) -> str:
    """Return the name of a programming language."""
    return LANGUAGES.get(slug, slug[:1].upper() + slug[1:])


def examples(entities: Sequence[Entity]) -> tuple[Example, ...]:
    """Return one example of each kind, from the libraries that the index knows; fewer if it knows too few."""
    known = {entity.slug for entity in entities}
    prepared = [one.example for one in _PREPARED if known.issuperset(one.needs)]
    made = {example.kind: example for example in (*_made(entities), *prepared)}
    order = (COMPARE, LIST, CHOOSE, LOOK_UP)
    return tuple(made[kind] for kind, _ in order if kind in made)


def _made(entities: Sequence[Entity]) -> Iterator[Example]:
    """Yield examples about libraries of the language that has most of them."""
    languages = Counter(entity.language for entity in entities if entity.language)
    language = next((slug for slug, _ in languages.most_common(1)), None)
    peers = [entity.name for entity in entities if entity.language == language]
    if len(peers) > 1:
        yield Example(*COMPARE, f"How do {peers[0]} and {peers[1]} differ?")
    if language:
        yield Example(*LIST, f"Which {language_name(language)} libraries run on a GPU?")
    if peers and language:  # in other fields, nothing is maintained
        yield Example(*LOOK_UP, f"Is {peers[0]} still maintained?")
