"""The names of known subjects in a sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.types import Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention


@dataclass(frozen=True, slots=True)
class Known:
    """The known subjects."""

    gazetteer: Gazetteer

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """All names in the text. A name that is also an ordinary word counts if it is written with a capital."""
        every = self.gazetteer.candidates(text)
        return tuple(m for m in every if not self.gazetteer.is_plain_word(m) or not m.surface.islower())

    def spans_in(self, text: str) -> tuple[Span, ...]:
        """Where names are."""
        return tuple(mention.span for mention in self.mentions(text))

    def slugs_in(self, text: str) -> frozenset[str]:
        """Slugs of all subjects that the text may name."""
        return frozenset(slug for mention in self.gazetteer.candidates(text) for slug in mention.slugs)

    def name(self, slug: str) -> str:
        """The display name of a subject."""
        entity = self.gazetteer.entities.get(slug)
        return entity.name if entity else slug
