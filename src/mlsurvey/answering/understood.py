"""What a question is taken to mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlsurvey.types import Aspect, Kind


@dataclass(frozen=True, slots=True)
class AskedAspect:
    """One matter that the question asks about: a column of the answer."""

    aspect: Aspect
    """Of the lexicon where the words are recognised as one, else made of the words themselves."""
    wording: tuple[str, ...]
    """The question's own words for it; none where the aspect was given or is a general one."""
    known: bool = True
    """False where it is made of the question's words alone."""
    negated: bool = False
    """Whether what does *not* hold of it is asked for: evidence that denies is then what speaks for a library."""

    @property
    def words(self) -> str:
        """What is asked, as it is searched and judged."""
        return "; ".join(self.wording) or self.aspect.name


@dataclass(frozen=True, slots=True)
class Condition:
    """What the members of a set have to be, beside what is judged by their documents' text."""

    field: str
    """language, kind, licence, state or class: what is known of a library as a fact."""
    words: str
    """The question's."""
    values: tuple[str, ...]
    """What they stand for: slugs of languages or classes, ``native``, an SPDX identifier, ``archived``."""
    negated: bool = False


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
    objects: tuple[str, ...] = ()
    """Entities that the answer has to do with: what the sides wrap, resemble, load or are part of."""
    unknown: tuple[str, ...] = ()
    """Names that look like libraries and that nothing here knows."""
    aspects: tuple[AskedAspect, ...] = ()
    conditions: tuple[Condition, ...] = ()
    known: tuple[str, ...] = ()
    """Entities that the asker only has, knows or comes from."""
    flags: tuple[str, ...] = ()
    """``yesno``, ``count``, ``superl``, ``not``, ``premise``: what sort of answer is wanted; see ``training/``."""
    corrections: tuple[Correction, ...] = field(default=())
    among: tuple[str, ...] = ()
    """Entities that a set is picked from: those that an earlier question named or was answered with."""
    carried: tuple[str, ...] = ()
    """What was taken from the question before: see :mod:`mlsurvey.answering.follow`."""
    tongue: str | None = None
    """The language of a question that is not in English, of which only names and the lexicon's words are read."""
    is_worded: bool = True
    """Whether the matters were read in the question; False where it stands for itself as a whole, or asks for none."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that members have to be of."""
        return self.required("language")

    @property
    def categories(self) -> tuple[str, ...]:
        """Classes that members have to be of."""
        return self.required("class")

    @property
    def conditions_of_class(self) -> bool:
        """Whether a class of libraries is named: by language or by what they are."""
        return any(c.field in ("language", "class") for c in self.conditions)

    def required(self, about: str) -> tuple[str, ...]:
        """Values of the conditions about one thing that are not denied."""
        return tuple(v for c in self.conditions if c.field == about and not c.negated for v in c.values)

    def mentioned(self) -> Sequence[str]:
        """Every entity that has to do with what is asked."""
        return (*self.entities, *self.objects)
