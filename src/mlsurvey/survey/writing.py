"""Adds what a language model writes to the parts of an answer, if one is set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mlsurvey.settings import WRITER_KEY, Settings, uses_of
from mlsurvey.survey.citations import sourced
from mlsurvey.types import Answer, Waiting
from mlsurvey.written import Choice, Interpretation, Summary, SummarySentence

if TYPE_CHECKING:
    from mlsurvey.answering.answer import Answerer
    from mlsurvey.answering.offers import Offer
    from mlsurvey.answering.parts import Part
    from mlsurvey.answering.score import Scored
    from mlsurvey.calling import Cancelled
    from mlsurvey.learned.reading import Reading
    from mlsurvey.writing.setup import Turn


Make = Callable[["Answerer"], "Iterator[Part]"]
"""Makes the parts of an answer with an answerer."""


def written(make: Make, answerer: Answerer, settings: Settings, cancelled: Cancelled | None) -> Iterator[Part]:
    """The parts of an answer, with the origins of its documents, and what the language model adds if one is set.

    Raises:
        SettingsError: the key of the model cannot be read.
    """
    if settings.writer == "none":  # then nothing below is loaded
        return sourced(make(answerer), settings.corpus)
    return _with_writer(make, answerer, settings, cancelled)


def _turn_of(settings: Settings) -> Turn:
    """The server, model and limits of the settings, with the key, for one answer.

    Raises:
        SettingsError: the key cannot be read.
    """
    from mlsurvey.writing.setup import Setup, Turn, read_key

    setup = Setup(
        url=settings.writer_url,
        model=settings.writer_model,
        key=read_key(WRITER_KEY, settings.writer_key_file),
        seconds=float(settings.writer_seconds),
        tokens=int(settings.writer_tokens),
    )
    return Turn(setup)


def _with_writer(make: Make, answerer: Answerer, settings: Settings, cancelled: Cancelled | None) -> Iterator[Part]:
    """The parts as they come, and what is waited for; before the whole answer, its summary sentence by sentence."""
    from mlsurvey.answering.understood import Understood

    uses, writer = uses_of(settings.writer_uses), _Writer(_turn_of(settings), answerer, cancelled)
    if "read" in uses:
        yield from writer.waiting("read")
    for part in sourced(make(writer.helping(uses)), settings.corpus):
        if isinstance(part, Answer):
            answer = replace(part, writer=writer.name, interpretation=writer.interpretation, choice=writer.choice)
            yield from _summarised(answer, writer) if "summary" in uses else (answer,)
            continue
        yield part
        if isinstance(part, Understood) and "choose" in uses and not part.kind.is_set:
            yield from writer.waiting("choose")


def _summarised(answer: Answer, writer: _Writer) -> Iterator[Part]:
    """The parts of a summary, then the whole answer; one without quotes, as an abstention is, has no summary."""
    if answer.citations:
        yield from writer.waiting("summary", answer)
    for written in writer.summary(answer) if answer.citations else ():
        if isinstance(written, Summary):
            answer = replace(answer, summary=written)
        else:
            yield written
    yield answer


class _Writer:
    """The language model at work on one answer."""

    def __init__(self, turn: Turn, answerer: Answerer, cancelled: Cancelled | None) -> None:
        self._turn, self._answerer, self._cancelled = turn, answerer, cancelled
        self.name = turn.setup.name
        self._names = {aspect.slug: aspect.name for aspect in answerer.vocabulary.aspects}
        self.interpretation: Interpretation | None = None
        self.choice: Choice | None = None

    def waiting(self, use: Literal["read", "choose", "summary"], answer: Answer | None = None) -> Iterator[Waiting]:
        """That the model is waited for; nothing if it has failed, as it is then not asked again."""
        if self._turn.failure is None:
            yield Waiting(use, round(self._turn.left, 1), answer)

    def helping(self, uses: Collection[str]) -> Answerer:
        """The answerer, with this model reading the question and choosing among the candidates, as far as it may."""
        answerer = self._answerer
        if "read" in uses:
            answerer = answerer.revising(self._read)
        return answerer.choosing(self._choose) if "choose" in uses else answerer

    def _read(self, question: str, reading: Reading) -> Reading:
        from mlsurvey.writing.parsing import QuestionReader

        revised, self.interpretation = QuestionReader(self._turn)(question, reading, self._cancelled)
        return revised

    def _choose(self, offers: Sequence[Offer]) -> Sequence[Sequence[Scored] | None]:
        from mlsurvey.writing.choosing import Chooser

        chosen, self.choice = Chooser(self._turn)(offers, self._cancelled)
        return chosen

    def summary(self, answer: Answer) -> Iterator[SummarySentence | Summary]:
        """The sentences of a summary, then the whole summary."""
        from mlsurvey.writing.summary import Summariser

        bench = self._answerer.bench
        return Summariser(self._turn, bench.planner, bench.scorer, self._names)(answer, self._cancelled)
