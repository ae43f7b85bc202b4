"""Whether the judge finds that the quotes of a sentence say what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlsurvey.answering.candidates import Candidate, naming
from mlsurvey.answering.plan import PlannedCell, Planner
from mlsurvey.answering.polarity import denies
from mlsurvey.answering.score import Named, Scorer
from mlsurvey.answering.understood import Understood
from mlsurvey.types import Citation, Kind, Passage, Sentence, Span
from mlsurvey.writing.evidence import Evidence
from mlsurvey.writing.rules import Claim

LEAST = 0.3
"""Minimum probability that a quote answers what the sentence says of a subject, taken as a question. Of 281 statements
of the shipped corpus, 276 have it with their own quote, and 5 of 80 with a quote on another aspect of the library."""
DENIED = 0.9
"""Probability that a quote denies it from which a sentence without a negation is dropped."""


@dataclass(frozen=True, slots=True)
class Support:
    """What the judge makes of a sentence and its quotes, of each subject the best."""

    answers: float
    denies: float


@dataclass(frozen=True, slots=True)
class Supporter:
    """Judges sentences by the planner and the scorer that judge stretches for questions."""

    planner: Planner
    scorer: Scorer

    def __call__(self, claim: Claim) -> str | None:
        """Why the sentence is not supported; None if it is."""
        found = self.supports(claim)
        if any(support.answers < LEAST for support in found):
            return "the judge finds no support in its quotes"
        if not denies(claim.text) and any(support.denies > DENIED for support in found):
            return "the judge finds that its quotes deny it"
        return None

    def supports(self, claim: Claim) -> list[Support]:
        """For each subject of the sentence, the probabilities of the quote that supports it most."""
        groups = self._groups(claim)
        cells = [
            self.planner.cell(entity, None, Understood(_said_of(claim, entity), Kind.LOOKUP, ()))
            for entity, _ in groups
        ]
        jobs: list[tuple[PlannedCell, list[Named]]] = [
            (cell, [self._named(quote) for quote in quotes]) for cell, (_, quotes) in zip(cells, groups, strict=True)
        ]
        best = [max(scored, key=lambda s: s.score) for scored in self.scorer(jobs)]
        return [Support(scored.score, scored.denies) for scored in best]

    def _groups(self, claim: Claim) -> list[tuple[str | None, Sequence[Evidence]]]:
        """The quotes by the subject that the answer lists them under."""
        slugs = dict.fromkeys(slug for quote in claim.quotes for slug in sorted(quote.about))
        named = claim.known.slugs_in(claim.text)
        groups: list[tuple[str | None, Sequence[Evidence]]] = [
            (slug, [quote for quote in claim.quotes if slug in quote.about]) for slug in slugs if slug in named
        ]
        return groups or [(None, claim.quotes)]

    def _named(self, quote: Evidence) -> Named:
        candidate = Candidate(0, _passage(quote.citation, quote.about), (_sentence(quote.citation),), relevance=1.0)
        return candidate, naming(candidate.text, self.planner.gazetteer)


def _said_of(claim: Claim, entity: str | None) -> str:
    """The clauses about a subject; the whole sentence if there are none."""
    own = (clause.text for clause in claim.clauses if any(entity in slugs for slugs in clause.subjects))
    return " ".join(own) or claim.text


def _sentence(citation: Citation) -> Sentence:
    return Sentence(Span(citation.start, citation.end), " ".join(citation.quote.split()))


def _passage(citation: Citation, about: frozenset[str]) -> Passage:
    return Passage(
        path=citation.document,
        ordinal=0,
        span=Span(citation.start, citation.end),
        line_start=citation.line_start,
        line_end=citation.line_end,
        trail=citation.heading_path,
        subjects=tuple(sorted(about)),
        sentences=(_sentence(citation),),
    )
