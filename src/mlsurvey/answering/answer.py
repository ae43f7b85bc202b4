"""From a question to a cited answer: parse, plan, retrieve, score, select, and compose, or abstain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace

from mlsurvey.answering import compose
from mlsurvey.answering.abstain import is_unattached, judge
from mlsurvey.answering.asked import Recogniser
from mlsurvey.answering.compose import Citations, Draft
from mlsurvey.answering.facts import Facts
from mlsurvey.answering.follow import REMEMBERED, carried, picks
from mlsurvey.answering.offers import Choose
from mlsurvey.answering.parse import Parser
from mlsurvey.answering.parts import Part, Read, last, told
from mlsurvey.answering.plan import Planner
from mlsurvey.answering.recorded import Records
from mlsurvey.answering.retrieve import Retriever
from mlsurvey.answering.score import Scored, Scorer
from mlsurvey.answering.select import choose
from mlsurvey.answering.sets import members, recommendation
from mlsurvey.answering.sides import by_side, outside_subjects
from mlsurvey.answering.understood import Understood
from mlsurvey.answering.workbench import Workbench
from mlsurvey.calling import Cancelled
from mlsurvey.found import Found, Rank
from mlsurvey.learned.reading import Reader, Reading
from mlsurvey.retrieval.search import Searcher
from mlsurvey.types import Answer, Citation, Filters, Kind, Status
from mlsurvey.vocabulary.gazetteer import Gazetteer, collapse
from mlsurvey.vocabulary.load import Vocabulary

NEAREST = 3
"""Number of passages offered with an abstention."""


class Answerer:
    """Answers questions on one snapshot. Holds the opened engines; keeps no state between questions.

    Args:
        searcher: searcher on the snapshot.
        vocabulary: aspects and classes; names come from the snapshot.
        reader: labels the words of a question.
        scorer: estimates how likely a stretch is evidence.
    """

    def __init__(self, searcher: Searcher, vocabulary: Vocabulary, reader: Reader, scorer: Scorer) -> None:
        self.snapshot = searcher.snapshot
        self.vocabulary = vocabulary
        self.gazetteer = Gazetteer(self.snapshot.entities)
        frequency = self.snapshot.frequency
        recognise = Recogniser(vocabulary.aspects, searcher.encoder.embed, frequency)
        planner = Planner(self.gazetteer, frequency, self.snapshot.generation.passages)
        self._mentioned = _mentioned(self.snapshot.found)
        self._parse = Parser(
            self.gazetteer,
            reader,
            recognise,
            frequency,
            vocabulary.categories,
            self._mentioned.keys(),
            self._strangers(),
            self.snapshot.found.in_field,
        )
        retriever = Retriever(searcher, self.gazetteer)
        facts = Facts(self.snapshot)
        records = Records(vocabulary.facts, vocabulary.aspects, self.gazetteer.lookup)
        self.bench = Workbench(vocabulary, recognise, planner, retriever, scorer, facts, records)
        self._plain = self

    def choosing(self, choose: Choose) -> Answerer:
        """A copy for one answer, in which ``choose`` may pick what is shown of each side and matter."""
        other = copy(self)
        other.bench = replace(self.bench, choose=choose)
        return other

    def revising(self, revise: Callable[[str, Reading], Reading]) -> Answerer:
        """A copy for one answer, in which ``revise`` may correct how the words of the question are read."""
        other = copy(self)
        other._parse = replace(self._parse, revise=revise)
        return other

    def _strangers(self) -> frozenset[str]:
        """Entities that no training question names: all but bundled ones in another field, else those found."""
        is_strange = (e.slug for e in self.snapshot.entities if e.found or not self.snapshot.found.in_field)
        return frozenset(is_strange)

    def understand(self, question: str, after: Sequence[str] = ()) -> Understood:
        """Parse a question.

        Args:
            question: in plain words.
            after: previous questions, oldest first; what the question leaves out is taken from them.
        """
        now = self._parse(question)
        if not after:
            return now
        before = self._plain.understand(after[-1], after[:-1])
        needs = picks(now) or not before.entities
        answered = last(self._plain.compare(before)).entities if needs else before.entities
        return carried(now, before, answered)

    def answer(
        self, question: str, filters: Filters | None = None, max_statements: int = 3, after: Sequence[str] = ()
    ) -> Answer:
        """The cited answer; abstains if nothing good enough was found.

        Args:
            question: in plain words.
            filters: restrict what may be quoted.
            max_statements: per entity and aspect.
            after: previous questions; see :meth:`understand`.
        """
        return last(self.parts(question, filters, max_statements, after=after))

    def parts(
        self,
        question: str,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
        after: Sequence[str] = (),
    ) -> Iterator[Part]:
        """The answer in parts, followed by the whole answer; ``cancelled`` is called after every search.

        Raises:
            Interrupted: ``cancelled`` returned True.
        """
        started = time.perf_counter()
        understood = self.understand(question, after[-REMEMBERED:])
        yield from self._parts(understood, filters or Filters(), max_statements, cancelled, started)

    def compare(
        self,
        understood: Understood,
        filters: Filters | None = None,
        max_statements: int = 3,
        cancelled: Cancelled | None = None,
    ) -> Iterator[Part]:
        """The parts of an answer to a question that is already parsed; see :meth:`parts`."""
        yield from self._parts(understood, filters or Filters(), max_statements, cancelled, time.perf_counter())

    def _parts(
        self, understood: Understood, filters: Filters, limit: int, cancelled: Cancelled | None, started: float
    ) -> Iterator[Part]:
        yield understood
        read = Read(cancelled)
        read.check()
        kept, excluded = self._within(understood, filters)
        kept, draft = self._draft(kept, excluded, self.bench.watched(read), filters, limit)
        yield read.passages()
        answer = self._compose(kept, excluded, draft, filters)
        yield from told(replace(answer, timings_ms={"total": round(1000 * (time.perf_counter() - started), 1)}))

    def _draft(
        self, understood: Understood, excluded: tuple[str, ...], bench: Workbench, filters: Filters, limit: int
    ) -> tuple[Understood, Draft]:
        if is_unattached(understood) or ((understood.unknown or excluded) and not understood.entities):
            return understood, Draft((), ())
        if not understood.kind.is_set:
            return by_side(understood, bench, filters, limit)
        is_list = understood.kind is Kind.LIST
        draft = members(understood, bench, filters) if is_list else recommendation(understood, bench, filters, limit)
        if not (draft.findings or understood.conditions or understood.mentioned()):
            asked, other = outside_subjects(understood, bench, filters, limit)
            if other.findings:
                return asked, other
        return understood, draft

    def _compose(self, understood: Understood, excluded: tuple[str, ...], draft: Draft, filters: Filters) -> Answer:
        sure = self.bench.thresholds["unnamed"]
        entities = self.gazetteer.entities
        judged = judge(
            understood, draft.findings, draft.silent, entities, excluded, sure, self._mentioned, draft.nearest_only
        )
        abstains = judged.status is Status.ABSTAINED
        citations = Citations(self.snapshot.document)
        return Answer(
            question=understood.question,
            kind=understood.kind,
            status=judged.status,
            abstained=abstains,
            reason=judged.reason,
            entities=draft.entities,
            aspects=tuple(a.aspect.slug for a in understood.aspects),
            statements=() if abstains else compose.statements(draft.findings, citations),
            conflicts=() if abstains else compose.conflicts(draft.disputes, citations),
            citations=citations.all(),
            missing=compose.missing(draft.silent),
            index=self.snapshot.generation.id,
            model=self.snapshot.generation.model,
            groups=draft.groups,
            carried=understood.carried,
            nearest=self._nearest(understood, draft, filters) if abstains else (),
        )

    def _nearest(self, understood: Understood, draft: Draft, filters: Filters) -> tuple[Citation, ...]:
        """Citations to offer instead of an answer: the best candidates read, else those of a general search."""
        scored: list[Scored] = list(draft.nearest)
        if not scored:
            (found, *_) = self.bench.evidence(replace(understood, aspects=()), (None,), filters)
            scored = list(found.scored)
        return compose.nearest(choose(scored, NEAREST), self.snapshot.document)

    def _within(self, understood: Understood, filters: Filters) -> tuple[Understood, tuple[str, ...]]:
        """The question without the sides that the filters exclude, and the excluded sides."""
        excluded = tuple(slug for slug in understood.entities if self._is_excluded(slug, filters))
        kept = tuple(slug for slug in understood.entities if slug not in excluded)
        return replace(understood, entities=kept), excluded

    def _is_excluded(self, slug: str, filters: Filters) -> bool:
        """Whether the filters exclude the library."""
        if filters.entities and slug not in filters.entities:
            return True
        language = self.gazetteer.entities[slug].language
        return bool(filters.languages and language and language not in filters.languages)


def _mentioned(found: Found) -> Mapping[str, tuple[str, ...]]:
    """Collapsed names that documents only mention, with the places; none in the field of the bundled names."""
    only = (s for s in found.subjects if s.rank is Rank.MENTION and not found.in_field)
    return {collapse(s.name): tuple(f"{e.path}:{e.line}" for e in s.evidence) for s in only}
