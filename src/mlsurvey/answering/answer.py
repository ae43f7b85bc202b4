"""From a question to a cited answer: understand, retrieve for each side, choose evidence, compose."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mlsurvey.answering import compose
from mlsurvey.answering.compose import Citations, Dispute, Finding
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.evidence import Scored, choose, speaks_of_part
from mlsurvey.answering.gather import Gatherer
from mlsurvey.answering.members import Member, of_class, ranked, verdict
from mlsurvey.answering.question import AskedAspect, Understood, understand
from mlsurvey.answering.silence import ENOUGH, MEMBER, Verdict, judge
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Answer, Filters, Kind, Status
from mlsurvey.vocabulary.load import Vocabulary

DISPUTED = 0.25
"""Least estimated probability of both statements of a disagreement."""
RECOMMENDED = 3
"""Candidates that a recommendation names: a shortlist, not a catalogue."""
RELATION = "native-or-wrapper"
"""Aspect that says what a library has to do with another one that the question names."""
Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found, before it is put into the contract's form."""

    entities: tuple[str, ...]
    findings: tuple[Finding, ...]
    silent: dict[Pair, int] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nearest: tuple[Scored, ...] = ()
    """Best evidence that was not good enough."""


class Answerer:
    """Answers questions over one snapshot. Holds the opened engines, keeps no state between questions."""

    def __init__(self, searcher: Searcher, vocabulary: Vocabulary) -> None:
        self.snapshot = searcher.snapshot
        self.vocabulary = vocabulary
        self.gatherer = Gatherer(searcher)
        self.gazetteer = self.gatherer.gazetteer

    def understand(self, question: str) -> Understood:
        """What the question is taken to mean."""
        return understand(
            question,
            self.gazetteer,
            self.vocabulary.aspects,
            categories=self.vocabulary.categories,
            frequency=self.snapshot.frequency,
        )

    def answer(self, question: str, filters: Filters | None = None, max_statements: int = 3) -> Answer:
        """The cited answer; abstains where nothing good enough was found.

        Args:
            question: in plain words.
            filters: restrict what may be quoted.
            max_statements: for each entity and aspect.
        """
        started = time.perf_counter()
        understood = self.understand(question)
        draft = self._draft(understood, filters or Filters(), max_statements)
        answer = self._compose(understood, draft)
        return replace(answer, timings_ms={"total": round(1000 * (time.perf_counter() - started), 1)})

    def _draft(self, understood: Understood, filters: Filters, limit: int) -> Draft:
        if understood.unknown and not understood.entities:
            return Draft((), ())
        if understood.kind is Kind.LIST:
            return self._members(understood, filters)
        if understood.kind is Kind.RECOMMEND:
            return self._recommendation(understood, filters, limit)
        return self._sides(understood, filters, limit)

    def _sides(self, understood: Understood, filters: Filters, limit: int) -> Draft:
        """Evidence for each side and aspect, with a quota for each."""
        groups: dict[str | None, list[list[Finding]]] = {}
        silent: dict[Pair, int] = {}
        disputes: list[Dispute] = []
        nearest: list[Scored] = []
        cells = self.gatherer.cells(understood, understood.entities or (None,))
        for cell, vector in zip(cells, self.gatherer.vectors(cells), strict=True):
            scored, searched = self.gatherer.evidence(cell, vector, filters)
            told = [f.evidence for group in groups.get(cell.entity, ()) for f in group]
            chosen = _chosen(scored, limit, told) if speaks_of_part(scored, cell) else []
            groups.setdefault(cell.entity, []).append([Finding(cell.entity, cell.aspect, s) for s in chosen])
            nearest += scored[:1]
            if not chosen:
                silent[cell.entity, cell.aspect] = searched
            if ((cell.asked and cell.asked.aspect.polar) or understood.kind is Kind.LOOKUP) and (
                found := dispute(scored, cell, DISPUTED)
            ):
                disputes.append(found)
        said = tuple(f for group in groups.values() for f in compose.interleave(group))
        return Draft(understood.entities, said, silent, tuple(disputes), nearest=tuple(nearest))

    def _members(self, understood: Understood, filters: Filters) -> Draft:
        """Every entity of the class, in the group where its evidence puts it."""
        asked = self._predicate(understood)
        members = ranked(self._judged(understood, asked, filters))
        by_verdict = {v: tuple(m for m in members if m.verdict == v) for v in ("yes", "no", "unknown")}
        aspect = asked.aspect.slug if asked else None
        said = tuple(Finding(m.slug, aspect, s) for v in ("yes", "no") for m in by_verdict[v] for s in m.evidence[:2])
        return Draft(
            entities=tuple(m.slug for m in by_verdict["yes"]),
            findings=said,
            silent={(m.slug, aspect): m.searched for m in by_verdict["unknown"]},
            groups={v: tuple(m.slug for m in group) for v, group in by_verdict.items()},
            nearest=tuple(s for m in members for s in m.evidence[:1])[:3],
        )

    def _predicate(self, understood: Understood) -> AskedAspect | None:
        """What is asked of each member: a known aspect, what it has to do with a named object, or the class itself."""
        known = [a for a in understood.aspects if a.known]
        if known:
            return known[0]
        if understood.objects:
            relation = next((a for a in self.vocabulary.aspects if a.slug == RELATION), None)
            return AskedAspect(relation, understood.terms) if relation else None
        return self._class_aspect(understood) or (understood.aspects[0] if understood.aspects else None)

    def _class_aspect(self, understood: Understood) -> AskedAspect | None:
        """The aspect that says what the class is about, where the question asks for nothing else."""
        if not understood.categories:
            return None
        category = next(c for c in self.vocabulary.categories if c.slug == understood.categories[0])
        wanted = (category.aspect, category.slug.replace(" ", "-"))
        aspect = next((a for a in self.vocabulary.aspects if a.slug in wanted), None)
        return AskedAspect(aspect, understood.class_words) if aspect else None

    def _judged(self, understood: Understood, asked: AskedAspect | None, filters: Filters) -> list[Member]:
        members = []
        pool = self.gatherer.pool(understood, asked, filters)
        for entity in of_class(understood, self.gazetteer.entities):
            scored, searched = self.gatherer.about(entity.slug, pool)
            if understood.objects and entity.slug not in understood.objects:
                scored = [s for s in scored if s.features["object"] > 0]
            judged = verdict(entity, scored, understood, asked, MEMBER)
            if searched:
                members.append(Member(entity.slug, judged, tuple(choose(scored, 2)), searched))
        return members

    def _recommendation(self, understood: Understood, filters: Filters, limit: int) -> Draft:
        """The candidates of the class that the documents speak for most, need by need."""
        needs = [*understood.aspects, *self._use_case(understood)]
        pools = [self.gatherer.pool(understood, asked, filters) for asked in needs]
        shortlist: list[tuple[float, str, list[list[Finding]]]] = []
        for entity in of_class(understood, self.gazetteer.entities):
            groups = [
                [
                    Finding(entity.slug, pool.cell.aspect, s)
                    for s in _chosen(self.gatherer.about(entity.slug, pool)[0], limit, ())
                ]
                for pool in pools
            ]
            if any(groups):
                met = sum(group[0].evidence.score for group in groups if group)
                shortlist.append((-met, entity.slug, groups))
        best = sorted(shortlist, key=lambda item: item[:2])[:RECOMMENDED]
        said = tuple(f for _, _, groups in best for f in compose.interleave(groups))
        return Draft(tuple(slug for _, slug, _ in best), said, nearest=tuple(f.evidence for f in said[:3]))

    def _use_case(self, understood: Understood) -> list[AskedAspect]:
        """What a library is for is asked of every candidate, in the words of the need."""
        known = next((a for a in self.vocabulary.aspects if a.slug == "use-case"), None)
        asked = {a.aspect.slug for a in understood.aspects}
        return [AskedAspect(known, understood.terms)] if known and known.slug not in asked else []

    def _compose(self, understood: Understood, draft: Draft) -> Answer:
        judged = judge(understood, draft.findings, draft.silent, self.gatherer.importance(understood))
        citations = Citations(self.snapshot.document)
        abstains = judged.status is Status.ABSTAINED
        statements = () if abstains else compose.statements(draft.findings, citations)
        conflicts = () if abstains else compose.conflicts(draft.disputes, citations)
        return Answer(
            question=understood.question,
            kind=understood.kind,
            status=judged.status,
            abstained=abstains,
            reason=self._reason(judged),
            entities=draft.entities,
            aspects=tuple(a.aspect.slug for a in understood.aspects),
            statements=statements,
            citations=citations.all(),
            missing=compose.missing(draft.silent),
            conflicts=conflicts,
            index=self.snapshot.generation.id,
            model=self.snapshot.generation.model,
            groups=draft.groups,
        )

    def _reason(self, judged: Verdict) -> str | None:
        return judged.reason


def _chosen(scored: Sequence[Scored], limit: int, told: Sequence[Scored]) -> list[Scored]:
    """The best that is good enough; what the entity's other aspects have told already, only if nothing else is."""
    good = [s for s in scored if s.score >= ENOUGH]
    return choose(good, limit, taken=told) or choose(good, 1)
