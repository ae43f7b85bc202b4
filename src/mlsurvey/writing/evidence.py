"""The quotes that a summary may use, each with what the answer says that it is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsurvey.answering.words import content_words, stem
from mlsurvey.types import Answer, Citation
from mlsurvey.writing.clauses import halves
from mlsurvey.writing.names import Known


@dataclass(frozen=True)
class Evidence:
    """One quote of the answer."""

    citation: Citation
    about: frozenset[str]
    """Slugs that the answer lists it under."""
    text: str
    """The quote and its form in the answer, which may name the columns of a table."""
    known: Known

    @property
    def number(self) -> int:
        """Number of its citation."""
        return self.citation.number

    @cached_property
    def slugs(self) -> frozenset[str]:
        """What it is about or names."""
        return self.about | self.known.slugs_in(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of its words, without names of known subjects."""
        return self.affirmed | self.denied

    @cached_property
    def affirmed(self) -> frozenset[str]:
        """Stems of the clauses without a negation."""
        return self._halves[0]

    @cached_property
    def denied(self) -> frozenset[str]:
        """Stems of the clauses with a negation."""
        return self._halves[1]

    @cached_property
    def _halves(self) -> tuple[frozenset[str], frozenset[str]]:
        return halves(self.text, self.known.mentions(self.text))


def evidence_of(answer: Answer, known: Known) -> Mapping[int, Evidence]:
    """The quotes of an answer, by number."""
    about: dict[int, set[str]] = {citation.number: set() for citation in answer.citations}
    said: dict[int, list[str]] = {citation.number: [citation.quote] for citation in answer.citations}
    for statement in answer.statements:
        for number in statement.citations:
            about[number] |= {statement.entity} if statement.entity else set()
            said[number] += [statement.text] if len(statement.citations) == 1 else []
    for conflict in answer.conflicts:
        for number in conflict.citations:
            about[number].add(conflict.entity)
    return {
        c.number: Evidence(c, frozenset(about[c.number]), "\n".join(dict.fromkeys(said[c.number])), known)
        for c in answer.citations
    }


def names_of_matters(answer: Answer, names: Mapping[str, str]) -> frozenset[str]:
    """Stems of the names of the aspects and of the words of the question, which a summary may repeat."""
    words: Sequence[str] = content_words(" ".join((answer.question, *(names.get(a, a) for a in answer.aspects))))
    return frozenset(stem(word) for word in words)
