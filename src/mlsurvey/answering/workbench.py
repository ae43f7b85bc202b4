"""What all kinds of answers share: vocabulary, planning, retrieval and scoring, for one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mlsurvey.answering.asked import Recogniser
from mlsurvey.answering.facts import Facts
from mlsurvey.answering.offers import Choose
from mlsurvey.answering.plan import PlannedCell, Planner
from mlsurvey.answering.recorded import Records, Wanted
from mlsurvey.answering.retrieve import Pool, Retrieved, Retriever, Watch
from mlsurvey.answering.score import Scored, Scorer
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Aspect, Entity, Filters
from mlsurvey.vocabulary.load import Vocabulary

ASIDE = 0.33
"""What a statement is worth for a library that it names behind another, which the question does not name."""


@dataclass(frozen=True, slots=True)
class Found:
    """The scored candidates of a cell, best first, and the number of passages searched."""

    cell: PlannedCell
    scored: Sequence[Scored]
    searched: int


@dataclass(frozen=True, slots=True)
class Workbench:
    """The vocabulary and engines that an answer uses."""

    vocabulary: Vocabulary
    recognise: Recogniser
    planner: Planner
    retriever: Retriever
    scorer: Scorer
    facts: Facts
    records: Records
    choose: Choose | None = None
    """Chooses what is shown of each cell, if it is not left to the program."""

    @property
    def entities(self) -> Mapping[str, Entity]:
        """All known libraries, by slug."""
        return self.planner.gazetteer.entities

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Minimum probabilities, by purpose."""
        return self.scorer.artefact.thresholds

    def wanted(self, understood: Understood, asked: AskedAspect, entities: Sequence[str]) -> tuple[Wanted, ...]:
        """The recorded facts that together say all that is asked of these entities; empty if they do not."""
        return self.records.wanted(asked, self.facts.items(entities), understood.objects)

    def turned(self, asked: AskedAspect) -> AskedAspect:
        """The matter in the affirmative, if a fact is to be missing: "without GPU support"."""
        affirmative = self.records.affirmative(asked)
        return replace(asked, wording=affirmative, negated=True) if affirmative else asked

    def watched(self, read: Watch) -> Workbench:
        """A copy for one answer that calls ``read`` after every search."""
        return replace(self, retriever=self.retriever.watched(read))

    def least(self, cell: PlannedCell) -> float:
        """Minimum probability of a statement to show; higher if the question names no library."""
        return self.thresholds["shown" if cell.entity else "unnamed"]

    def evidence(self, understood: Understood, entities: Iterable[str | None], filters: Filters) -> list[Found]:
        """The evidence for each entity and requested aspect."""
        return self._scored(self.retriever.cells(self.planner.cells(understood, entities), filters))

    def pool(self, understood: Understood, asked: AskedAspect | None, filters: Filters) -> Pool:
        """The passages found on an aspect for all members of a class together."""
        return self.retriever.pool(self.planner.cell(None, asked, understood), filters)

    def nearest(self, pools: Sequence[Pool], most: int) -> tuple[set[str], bool]:
        """The entities nearest to what the pools are about, in equal parts of each; and whether there are others."""
        found = [self.retriever.nearest(pool) for pool in pools]
        each = max(1, most // len(pools))
        return {slug for one in found for slug in one[:each]}, any(len(one) > each for one in found)

    def about(self, understood: Understood, entities: Sequence[str], pools: Sequence[Pool]) -> list[list[Found]]:
        """For each entity, the evidence on the aspect of each pool."""
        retrieved = [self._member(understood, slug, pool) for slug in entities for pool in pools]
        found = iter(self._scored(retrieved))
        return [[next(found) for _ in pools] for _ in entities]

    def _member(self, understood: Understood, entity: str, pool: Pool) -> Retrieved:
        return self.retriever.member(self.planner.cell(entity, pool.cell.asked, understood), pool)

    def _scored(self, retrieved: Sequence[Retrieved]) -> list[Found]:
        scored = self.scorer([(r.cell, r.named) for r in retrieved])
        return [Found(r.cell, _weighed(s, r.cell), r.searched) for r, s in zip(retrieved, scored, strict=True)]

    def aspect(self, slug: str) -> Aspect | None:
        """An aspect of the vocabulary."""
        return next((a for a in self.vocabulary.aspects if a.slug == slug), None)


def _weighed(scored: Sequence[Scored], cell: PlannedCell) -> list[Scored]:
    """Best first, less sure where a statement is about another library: "trees are for A, as networks are for B"."""
    if cell.entity is None:
        return list(scored)
    asked = {cell.entity, *cell.sides, *cell.objects}
    weighed = [
        s if cell.entity in s.named.opening or s.named.slugs <= asked else replace(s, score=ASIDE * s.score)
        for s in scored
    ]
    return sorted(weighed, key=lambda s: -s.score)
