"""An answer as Markdown: to paste into a note, an issue or a review."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Answer, Citation, Statement

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")
_FENCE = re.compile(r"`{3,}")


def answer_markdown(answer: Answer, *, names: Names, stale: Mapping[int, str]) -> str:
    """The answer with a heading per entity, ``[n]`` after each statement, and every source with its verbatim quote."""
    return "\n".join(_lines(answer, names, stale)) + "\n"


def escape(text: str) -> str:
    """Text that a Markdown reader shows as it is."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def _lines(answer: Answer, names: Names, stale: Mapping[int, str]) -> Iterator[str]:
    grid = grid_of(answer)
    yield from (f"# {escape(answer.question)}", "")
    if answer.reason:
        yield from (f"**{'No answer' if answer.abstained else 'Note'}**: {escape(answer.reason)}", "")
    for title, entities in grid.sections:
        if title is not None:
            yield from (f"**{title}**: {escape(', '.join(names.entity(entity) for entity in entities))}", "")
        for entity in entities:
            yield from (f"## {escape(names.entity(entity))}", "")
            for aspect in grid.aspects:
                yield from _cell(grid, entity, aspect, names, stale)
    yield from _gaps(answer, grid, names)
    if answer.citations:
        yield from ("## Sources", "")
    for citation in answer.citations:
        yield from _source(citation, stale)
    yield f"Index {escape(answer.index)}, model {escape(answer.model)}."


def _cell(grid: Grid, entity: str | None, aspect: str | None, names: Names, stale: Mapping[int, str]) -> Iterator[str]:
    statements = grid.cells.get((entity, aspect), ())
    if not statements and not (entity and grid.is_comparison):
        return
    if aspect is not None:
        yield from (f"### {escape(names.aspect(aspect))}", "")
    yield from (_statement(statement, stale) for statement in statements)
    if not statements:
        yield "- *no evidence*"
    yield ""


def _statement(statement: Statement, stale: Mapping[int, str]) -> str:
    marks = "".join(f" [{number}]" for number in statement.citations)
    reasons = dict.fromkeys(stale[number] for number in statement.citations if number in stale)
    return f"- {escape(statement.text)}{marks}" + "".join(f" *({reason})*" for reason in reasons)


def _gaps(answer: Answer, grid: Grid, names: Names) -> Iterator[str]:
    if grid.unknown:
        yield from (f"**Not stated**: {escape(', '.join(names.entity(entity) for entity in grid.unknown))}", "")
    if missing := [gap for gap in answer.missing if gap.entity not in grid.unknown]:
        yield from ("## Missing", "")
        for gap in missing:
            yield f"- {escape(names.pair(gap.entity, gap.aspect))} ({gap.searched} passages searched)"
        yield ""
    if answer.conflicts:
        yield from ("## Sources disagree", "")
        for conflict in answer.conflicts:
            marks = "".join(f" [{number}]" for number in conflict.citations)
            yield f"- {escape(names.pair(conflict.entity, conflict.aspect))} ({escape(conflict.kind)}){marks}"
        yield ""


def _source(citation: Citation, stale: Mapping[int, str]) -> Iterator[str]:
    trail = f", {escape(' > '.join(citation.heading_path))}" if citation.heading_path else ""
    reason = f" *({stale[citation.number]})*" if citation.number in stale else ""
    yield f"\\[{citation.number}\\] {_code(f'{citation.document}:{citation.line_start}')}{trail}{reason}"
    longest = max((len(run) for run in _FENCE.findall(citation.quote)), default=2)
    fence = "`" * (longest + 1)
    yield from ("", f"{fence}text", visible(citation.quote), fence, "")


def _code(text: str) -> str:
    """Inline code; names of files may hold backticks themselves."""
    return f"`` {one_line(text)} ``" if "`" in text else f"`{one_line(text)}`"
