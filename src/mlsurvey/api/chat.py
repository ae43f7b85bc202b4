"""An answer as chat text: quotes with marks like ``[1]``, a summary if there is one, then the sources. No I/O.

A summary comes below the quotes here: a chat is streamed, and the quotes are there first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlsurvey.page import links
from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Names
from mlsurvey.rendering.markdown import escape
from mlsurvey.survey import Part, Passages, Understood
from mlsurvey.types import Answer, Citation, Conflict, Missing, Statement, Waiting
from mlsurvey.wire.chat import Annotation, UrlCitation
from mlsurvey.written import SummarySentence

NOTE = "*Verbatim quotes from the documents of this survey; no language model wrote this.*"
SUMMARISED = "*The summary is by a language model, and each of its sentences was checked against its quotes; \
everything else is quoted verbatim from the documents of this survey.*"
Address = Callable[[Citation], str]


@dataclass(slots=True)
class Writer:
    """Writes an answer part by part. Create one per answer."""

    names: Names
    stale: Callable[[Answer], Mapping[int, str]]
    address: Address
    """Maps a citation to the URL where its quote can be read."""
    unmet: Sequence[str] = ()
    """What the request asks for and does not get; the text ends with it."""
    _length: int = 0
    _marks: list[tuple[int, int]] = field(default_factory=list)
    """Pairs (number, start of its mark)."""
    _head: str | None = None
    _begun: bool = False

    def pieces(self, parts: Iterator[Part]) -> Iterator[str]:
        """Yield the text in pieces as they become available; joined, they are the whole text."""
        for part in parts:
            for piece in self._pieces(part):
                self._length += len(piece)
                yield piece

    def annotations(self, answer: Answer) -> list[Annotation]:
        """Return the marks in the text written so far, each with its link."""
        cited = {citation.number: citation for citation in answer.citations}
        return [
            Annotation(
                url_citation=UrlCitation(
                    start_index=start,
                    end_index=start + len(_mark(number)),
                    url=self.address(cited[number]),
                    title=cited[number].title,
                )
            )
            for number, start in self._marks
            if number in cited
        ]

    def _pieces(self, part: Part) -> Iterator[str]:
        if isinstance(part, Statement):
            yield from self._statement(part)
        elif isinstance(part, Missing):
            yield from self._under("Not found")
            yield f"- {escape(self.names.pair(part.entity, part.aspect))}\n"
        elif isinstance(part, Conflict):
            yield from self._under("The sources disagree")
            yield from self._marked(f"- {escape(self.names.pair(part.entity, part.aspect))}", part.citations)
        elif isinstance(part, SummarySentence):
            yield from self._under("Summary")
            yield from self._marked(f"- {escape(part.text)}", part.citations)
        elif isinstance(part, Answer):
            yield from self._end(part)
        elif isinstance(part, Understood):
            yield from self._carried(part)
        else:
            assert isinstance(part, (Passages, Citation, Waiting))  # shown at the end, or not at all

    def _carried(self, understood: Understood) -> Iterator[str]:
        asked = [a.aspect.slug for a in understood.aspects]
        if told := wording.carried(understood.carried, understood.entities, asked, self.names):
            yield f"{self._gap()}*{escape(told)}*\n"

    def _statement(self, statement: Statement) -> Iterator[str]:
        yield from self._under(self.names.aspect(statement.aspect))
        about = f"**{escape(self.names.entity(statement.entity))}**: " if statement.entity else ""
        yield from self._marked(f"- {about}{escape(statement.text)}", statement.citations)

    def _marked(self, text: str, numbers: tuple[int, ...]) -> Iterator[str]:
        place = self._length + len(text)
        for number in numbers:
            self._marks.append((number, place + 1))
            place += 1 + len(_mark(number))
        yield text + "".join(f" {_mark(number)}" for number in numbers) + "\n"

    def _under(self, head: str) -> Iterator[str]:
        """Yield a heading if it differs from the last one."""
        if head != self._head:
            yield f"{self._gap()}**{escape(head)}**\n\n"
            self._head = head

    def _end(self, answer: Answer) -> Iterator[str]:
        stale = self.stale(answer)
        if answer.reason:
            yield f"{self._gap()}{escape(answer.reason)}\n"
        sources = answer.nearest if answer.abstained else answer.citations
        if sources:
            yield f"{self._gap()}**{'Nearest passages' if answer.abstained else 'Sources'}**\n\n"
        for source in sources:
            yield self._source(source, stale.get(source.number), with_quote=answer.abstained)
        if remarks := wording.summary_remarks(answer):
            yield f"{self._gap()}*{escape(f'{wording.summary_title(answer)}: {remarks}')}*\n"
        is_quoted = answer.summary is None or not answer.summary.sentences
        yield f"{self._gap()}{NOTE if is_quoted else SUMMARISED}\n"
        if self.unmet:
            yield f"{self._gap()}*Ignored: {escape(', '.join(self.unmet))}.*\n"

    def _source(self, source: Citation, stale: str | None, *, with_quote: bool) -> str:
        trail = f" — {escape(' › '.join(source.heading_path))}" if source.heading_path else ""
        place = f"{escape(source.document)}:{source.line_start}"
        shown = f"\n  > {escape(source.quote)}" if with_quote else ""
        remark = f" ({stale})" if stale else ""
        return f"- {_mark(source.number)} [{place}]({self.address(source)}){trail}{remark}{shown}\n"

    def _gap(self) -> str:
        gap, self._begun = "\n" * self._begun, True
        return gap


def address_of(base: str) -> Address:
    """Return a function that gives a quote's URL at a service: the page of the document, with the quote marked."""

    def address(citation: Citation) -> str:
        return base.rstrip("/") + links.quoted(citation)

    return address


def _mark(number: int) -> str:
    return f"[{number}]"
