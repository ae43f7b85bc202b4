"""The parsed form of a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlsurvey.parsed import Condition, Correction
from mlsurvey.types import Aspect, Kind


@dataclass(frozen=True, slots=True)
class AskedAspect:
    """One aspect that the question asks about: a column of the answer."""

    aspect: Aspect
    """From the lexicon if the words are recognised, else made from the words themselves."""
    wording: tuple[str, ...]
    """The question's own words for it; empty if the aspect was given or added by default."""
    known: bool = True
    """False if it is made from the question's words alone."""
    negated: bool = False
    """Whether the question negates the aspect: evidence that denies it then counts for a library."""

    @property
    def words(self) -> str:
        """What is asked, as used for search and judging."""
        return "; ".join(self.wording) or self.aspect.name


@dataclass(frozen=True, slots=True)
class Understood:
    """How mlsurvey understands a question; shown by ``ask --explain``."""

    question: str
    kind: Kind
    entities: tuple[str, ...]
    """The sides or subjects, in the order in which they are named."""
    objects: tuple[str, ...] = ()
    """Related entities: what the sides wrap, resemble, load or are part of."""
    unknown: tuple[str, ...] = ()
    """Names that look like libraries but are unknown."""
    aspects: tuple[AskedAspect, ...] = ()
    conditions: tuple[Condition, ...] = ()
    known: tuple[str, ...] = ()
    """Entities that the user merely has, knows or is migrating from."""
    flags: tuple[str, ...] = ()
    """``yesno``, ``count``, ``superl``, ``not``, ``premise``: the kind of answer requested; see ``training/``."""
    corrections: tuple[Correction, ...] = field(default=())
    among: tuple[str, ...] = ()
    """Entities that a set is chosen from: those in a previous question or its answer."""
    carried: tuple[str, ...] = ()
    """What was taken from the previous question: see :mod:`mlsurvey.answering.follow`."""
    tongue: str | None = None
    """The language of a question that is not in English; only names and lexicon words are understood in it."""
    is_worded: bool = True
    """Whether the aspects were found in the question; False if the whole question is used as one, or has none."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Required languages of members."""
        return self.required("language")

    @property
    def categories(self) -> tuple[str, ...]:
        """Required classes of members."""
        return self.required("class")

    @property
    def conditions_of_class(self) -> bool:
        """Whether a class of libraries is named, by language or category."""
        return any(c.field in ("language", "class") for c in self.conditions)

    def required(self, about: str) -> tuple[str, ...]:
        """Values of all conditions on a field that are not negated."""
        return tuple(v for c in self.conditions if c.field == about and not c.negated for v in c.values)

    def mentioned(self) -> Sequence[str]:
        """All entities that the question is about, including related ones."""
        return (*self.entities, *self.objects)
