"""An answer as Markdown, to paste into a note, an issue or a review."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Answer, Citation, Kind, Statement

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")
_FENCE = re.compile(r"`{3,}")
_ADDRESS = re.compile(r"[\s<>\x00-\x1f\x7f]")
"""Characters not allowed in a URL between angle brackets."""


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    grid: Grid
    names: Names
    stale: Mapping[int, str]


def answer_markdown(
    answer: Answer, *, names: Names, stale: Mapping[int, str], understood: Sequence[tuple[str, ...]] = ()
) -> str:
    """Return the answer: a matrix for a comparison, else a heading per entity; then sources with verbatim quotes.

    Args:
        answer: answer to write.
        names: display names of slugs.
        stale: citations that no longer match their file, each with the reason.
        understood: names and values of the interpretation; shown first.
    """
    return "\n".join(_lines(_Page(answer, grid_of(answer), names, stale), understood)) + "\n"


def escape(text: str) -> str:
    """Escape text for Markdown, on one line."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _lines(page: _Page, understood: Sequence[tuple[str, ...]]) -> Iterator[str]:
    answer = page.answer
    yield from (f"# {escape(answer.question)}", "")
    yield from (f"- {row[0]}: {escape(row[1])}" for row in understood if row[1])
    yield from [""] * bool(understood)
    if carried := wording.carried(answer.carried, answer.entities, answer.aspects, page.names):
        yield from (f"*{escape(carried)}*", "")
    if answer.reason:
        yield from (f"**{'No answer' if answer.abstained else 'Note'}**: {escape(answer.reason)}", "")
    yield from _summary(answer)
    yield from _verdicts(page)
    if page.grid.is_comparison:
        yield from _matrix(page)
    else:
        yield from _sections(page)
    yield from _gaps(page)
    yield from _disagreements(page)
    yield from _quotes(page, wording.NEAREST, answer.nearest)
    yield from _quotes(page, "Sources", answer.citations)
    yield f"Index {escape(answer.index)}, model {escape(answer.model)}."


def _summary(answer: Answer) -> Iterator[str]:
    """Show what a language model wrote, above the quotes."""
    if not (remarks := wording.summary_remarks(answer)):
        return
    sentences = answer.summary.sentences if answer.summary else ()
    yield from (f"**{escape(wording.summary_title(answer))}**", "")
    yield from (f"- {escape(one.text)}{_marks(one.citations)}" for one in sentences)
    yield from [""] * bool(sentences)
    yield from (f"*{escape(remarks)}*", "")


def _verdicts(page: _Page) -> Iterator[str]:
    """List the groups of a list by name only, under what was asked about their members."""
    if page.grid.groups:
        yield from (f"*{escape(page.names.aspect(aspect))}*\n" for aspect in page.grid.aspects)
    for title, members in page.grid.verdicts:
        yield from (f"**{title}** ({len(members)}): {escape(page.names.listed(members))}", "")
    if page.grid.unknown:
        listed = wording.unknown_members(page.grid, page.names)
        yield from (f"**Not stated** ({len(page.grid.unknown)}): {escape(listed)}", "")


def _matrix(page: _Page) -> Iterator[str]:
    """Entities as columns, aspects as rows."""
    head = ["", *(escape(page.names.entity(entity)) for entity in page.grid.entities)]
    yield from (_row(head), _row(["---"] * len(head)))
    for aspect in page.grid.aspects:
        cells = ("<br>".join(_cell(page, entity, aspect)) for entity in page.grid.entities)
        yield _row([f"**{escape(page.names.aspect(aspect))}**", *cells])
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _sections(page: _Page) -> Iterator[str]:
    for title, entities in page.grid.sections:
        for rank, entity in enumerate(entities, start=1):
            number = f"{rank}. " if page.grid.kind is Kind.RECOMMEND else ""
            verdict = f" ({title.lower()})" if title else ""
            yield from (f"## {number}{escape(page.names.entity(entity))}{verdict}", "")
            for aspect in page.grid.aspects:
                yield from _section(page, entity, aspect)


def _section(page: _Page, entity: str | None, aspect: str | None) -> Iterator[str]:
    if not page.grid.has_cell(entity, aspect):
        return
    if aspect is not None and page.grid.kind is not Kind.LIST:
        yield from (f"### {escape(page.names.aspect(aspect))}", "")
    yield from (f"- {line}" for line in _cell(page, entity, aspect))
    yield ""


def _cell(page: _Page, entity: str | None, aspect: str | None) -> list[str]:
    statements = page.grid.cells.get((entity, aspect), ())
    empty = f"*{wording.not_stated(page.grid.missing.get((entity, aspect)))}*"
    return [_statement(page, statement) for statement in statements] or [empty]


def _statement(page: _Page, statement: Statement) -> str:
    against = f"*{wording.AGAINST}*: " if statement.stance == wording.AGAINST else ""
    disputed = {number for conflict in page.answer.conflicts for number in conflict.citations}
    remarks = [page.stale[number] for number in statement.citations if number in page.stale]
    remarks += [wording.DISPUTED for number in statement.citations if number in disputed]
    return f"{against}{escape(statement.text)}{_marks(statement.citations)}" + "".join(
        f" *({remark})*" for remark in dict.fromkeys(remarks)
    )


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f" [{number}]" for number in numbers)


def _gaps(page: _Page) -> Iterator[str]:
    gaps = page.grid.gaps
    if len(gaps) < 2 and page.answer.abstained:  # the reason already names the only gap
        return
    yield from ("## Missing", "") if gaps else ()
    yield from (f"- {escape(page.names.pair(gap.entity, gap.aspect))}: {wording.not_stated(gap)}" for gap in gaps)
    yield from ("",) if gaps else ()


def _disagreements(page: _Page) -> Iterator[str]:
    if not page.answer.conflicts:
        return
    cited = {citation.number: citation for citation in page.answer.citations}
    yield from ("## Sources disagree", "")
    for conflict in page.answer.conflicts:
        pair = escape(page.names.pair(conflict.entity, conflict.aspect))
        yield f"- {pair}: {escape(wording.disagreement(conflict.kind))}"
        for number in conflict.citations:
            yield f"  - “{escape(wording.reading(page.answer, cited[number]))}” [{number}]"
    yield ""


def _quotes(page: _Page, title: str, citations: Sequence[Citation]) -> Iterator[str]:
    yield from (f"## {title}", "") if citations else ()
    for citation in citations:
        yield from _source(citation, page.stale)


def _source(citation: Citation, stale: Mapping[int, str]) -> Iterator[str]:
    trail = f", {escape(' > '.join(citation.heading_path))}" if citation.heading_path else ""
    leaf = f", {citation.leaf}" if citation.leaf else ""
    reason = f" *({stale[citation.number]})*" if citation.number in stale else ""
    yield f"\\[{citation.number}\\] {_code(f'{citation.document}:{citation.line_start}')}{leaf}{trail}{reason}"
    if source := citation.source:
        yield f"  <{_ADDRESS.sub('', source.url)}> {escape(wording.provenance(source))}"
    longest = max((len(run) for run in _FENCE.findall(citation.quote)), default=2)
    fence = "`" * (longest + 1)
    yield from ("", f"{fence}text", visible(citation.quote), fence, "")


def _code(text: str) -> str:
    """Format inline code; file names may contain backticks."""
    return f"`` {one_line(text)} ``" if "`" in text else f"`{one_line(text)}`"
