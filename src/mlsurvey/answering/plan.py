"""Plan an answer: one cell for each library and matter, with what is searched for it and what is judged. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsurvey.answering.names import blank
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.words import content_words, stem
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.phrases import Phrases, phrases


@dataclass(frozen=True)
class PlannedCell:
    """What is looked for: evidence on ``asked`` for ``entity``."""

    entity: str | None
    asked: AskedAspect | None
    query: str
    """The text that is searched for."""
    premise: str
    """What a stretch is judged against: the library, the matter, and the question as it was typed."""
    importance: Mapping[str, float]
    """Inverse document frequency of each stem of the words that ask for the matter."""
    rest: Mapping[str, float]
    """The same of the other words of the question, names left out."""
    objects: tuple[str, ...] = ()
    """Entities that the statement should name beside: what the entity wraps, loads or resembles."""
    sides: tuple[str, ...] = ()
    """All sides of the comparison that the cell belongs to."""
    wants_figure: bool = False
    """A number is asked for."""

    @property
    def aspect(self) -> str | None:
        """Slug of the aspect."""
        return self.asked.aspect.slug if self.asked else None

    @property
    def is_turned(self) -> bool:
        """Whether the contrary of the matter is asked for."""
        return self.asked is not None and self.asked.negated

    @cached_property
    def strong(self) -> Phrases:
        """Wordings that all but always speak of the aspect."""
        return phrases(self.asked.aspect.strong if self.asked else ())

    @cached_property
    def weak(self) -> Phrases:
        """Wordings that often do."""
        return phrases(self.asked.aspect.weak if self.asked else ())

    @cached_property
    def labels(self) -> Phrases:
        """Headings and labels under which the aspect stands."""
        return phrases(self.asked.aspect.labels if self.asked else ())


@dataclass(frozen=True, slots=True)
class Planner:
    """What cells are made with.

    Args:
        gazetteer: known names.
        frequency: number of passages that hold a word.
        passages: number of passages in all.
    """

    gazetteer: Gazetteer
    frequency: Callable[[str], int]
    passages: int

    def cells(self, understood: Understood, entities: Iterable[str | None]) -> list[PlannedCell]:
        """One cell for each entity and asked matter."""
        asked: Sequence[AskedAspect | None] = understood.aspects or (None,)
        return [self.cell(e, a, understood) for e in entities for a in asked]

    def cell(self, entity: str | None, asked: AskedAspect | None, understood: Understood) -> PlannedCell:
        """What to look for about ``entity``, and in which words."""
        names = self._names(understood)
        said = blank(understood.question, [m.span for m in self.gazetteer.candidates(understood.question)])
        words = asked.words if asked else said
        importance = self._rarity(words)
        name = self.gazetteer.entities[entity].name if entity else ""
        return PlannedCell(
            entity=entity,
            asked=asked,
            query=" ".join((name, *names, words, *(_description(asked)), *_beside(asked, understood, said))).strip(),
            premise=premise(name, asked, _said_of(asked, understood)),
            importance=importance,
            rest={s: weight for s, weight in self._rarity(said).items() if s not in importance},
            objects=understood.objects,
            sides=understood.entities,
            wants_figure="count" in understood.flags,
        )

    def _names(self, understood: Understood) -> list[str]:
        return [self.gazetteer.entities[slug].name for slug in understood.objects]

    def _rarity(self, words: str) -> dict[str, float]:
        """Inverse document frequency of the stems of the content words."""
        total = max(1, self.passages)
        return {stem(w): math.log(1 + total / (1 + self.frequency(w))) for w in content_words(words)}


def premise(name: str, asked: AskedAspect | None, question: str) -> str:
    """What a stretch is judged against; ``training/`` makes the same."""
    about = ", ".join(part for part in (name, asked.words if asked else "") if part)
    return f"{about}: {question}" if about else question


def _said_of(asked: AskedAspect | None, understood: Understood) -> str:
    """The question without the words that ask for other matters: what answers these must not count for this one."""
    if asked is None:
        return understood.question
    if not any(
        words in understood.question for words in asked.wording
    ):  # it was given: no word of the question asks it
        return asked.words
    said = understood.question
    for words in (w for other in understood.aspects if other.aspect.slug != asked.aspect.slug for w in other.wording):
        said = said.replace(words, " ")
    return " ".join(said.split())


def _description(asked: AskedAspect | None) -> tuple[str, ...]:
    return (asked.aspect.description,) if asked and asked.known else ()


def _beside(asked: AskedAspect | None, understood: Understood, said: str) -> tuple[str, ...]:
    """The whole question too, where it asks for one matter only: a story tells what the words alone do not."""
    return (said,) if asked and len(understood.aspects) < 2 else ()
