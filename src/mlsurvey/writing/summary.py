"""A summary of an answer by a language model: each sentence is checked as it arrives, and dropped if it fails."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from mlsurvey.answering.plan import Planner
from mlsurvey.answering.score import Scorer
from mlsurvey.calling import Cancelled
from mlsurvey.types import Answer
from mlsurvey.writing.client import Call
from mlsurvey.writing.errors import WriterError
from mlsurvey.writing.evidence import Evidence, evidence_of, names_of_matters
from mlsurvey.writing.messages import summary_messages
from mlsurvey.writing.names import Known
from mlsurvey.writing.rules import claim_of, fault_of, form_fault
from mlsurvey.writing.sentences import Lines, Written, sentences_of
from mlsurvey.writing.setup import Turn
from mlsurvey.writing.support import Supporter
from mlsurvey.written import Summary, SummarySentence

MOST_KEPT = 8
"""Maximum sentences of a summary; what the model writes after them is not read."""
MOST_WRITTEN = 24
"""Maximum sentences read: a model that writes more has lost its thread."""
REPEATS = 3
"""Number of repeated sentences after which the model counts as caught in a loop."""
NOTHING = "the model wrote nothing"
NONE_KEPT = "no sentence of the model was supported by its quotes"
ENDLESS = f"the model wrote more than {MOST_WRITTEN} sentences; the rest was not read"
LOOPS = "the model repeated itself; the rest was not read"


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks sentences against the quotes of one answer."""

    evidence: Mapping[int, Evidence]
    known: Known
    repeated: frozenset[str]
    support: Supporter

    def fault(self, written: Written) -> str | None:
        """Why a sentence is dropped; None if it is kept."""
        if fault := form_fault(written):
            return fault
        if unknown := [number for number in written.numbers if number not in self.evidence]:
            return f"there is no quote {unknown[0]}"
        claim = claim_of(written, [self.evidence[number] for number in written.numbers], self.known, self.repeated)
        return fault_of(claim) or self.support(claim)


@dataclass(slots=True)
class _Draft:
    kept: list[SummarySentence] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    written: int = 0
    note: str | None = None

    def is_new(self, written: Written) -> bool:
        """Whether the sentence was not written before; counts it."""
        self.written += 1
        key = written.text.casefold()
        self.seen[key] = self.seen.get(key, 0) + 1
        return self.seen[key] == 1

    @property
    def is_full(self) -> bool:
        """Whether nothing more is to be read; sets the note."""
        if sum(count - 1 for count in self.seen.values()) >= REPEATS:
            self.note = LOOPS
        elif self.written >= MOST_WRITTEN:
            self.note = ENDLESS
        return self.note is not None or len(self.kept) >= MOST_KEPT


@dataclass(frozen=True, slots=True)
class Summariser:
    """Asks a language model for summaries of answers."""

    turn: Turn
    planner: Planner
    scorer: Scorer
    names: Mapping[str, str]
    """Names of aspects."""

    def __call__(self, answer: Answer, cancelled: Cancelled | None = None) -> Iterator[SummarySentence | Summary]:
        """Each sentence that passes the checks, as it arrives, then the whole summary.

        The answer has quotes. Whatever goes wrong is told in :attr:`Summary.note`.

        Raises:
            Interrupted: ``cancelled`` returned True.
        """
        began = time.perf_counter()
        known = Known(self.planner.gazetteer)
        evidence = evidence_of(answer, known)
        checker = Checker(evidence, known, names_of_matters(answer, self.names), Supporter(self.planner, self.scorer))
        draft = _Draft()
        try:
            with Call(self.turn, summary_messages(answer, evidence, known), cancelled) as call:
                yield from _kept(call, checker, draft)
        except WriterError as error:
            draft.note = str(error)
        if draft.note is None and not draft.kept:
            draft.note = NONE_KEPT if draft.written else NOTHING
        yield Summary(
            sentences=tuple(draft.kept),
            written=draft.written,
            dropped=draft.written - len(draft.kept),
            note=draft.note,
            seconds=round(time.perf_counter() - began, 3),
        )


def _kept(pieces: Iterable[str], checker: Checker, draft: _Draft) -> Iterator[SummarySentence]:
    with closing(_sentences(pieces)) as every:
        for written in every:
            if draft.is_new(written) and checker.fault(written) is None:
                sentence = SummarySentence(written.text, written.numbers)
                draft.kept.append(sentence)
                yield sentence
            if draft.is_full:
                return


def _sentences(pieces: Iterable[str]) -> Generator[Written, None, None]:
    lines = Lines()
    for piece in pieces:
        for line in lines.feed(piece):
            yield from sentences_of(line)
    for line in lines.end():
        yield from sentences_of(line)
