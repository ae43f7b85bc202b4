"""An answer as a self-contained HTML page: no scripts, images or requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape as escape_html

from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Answer, Citation, Kind, Statement

_STYLE = """\
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem;
  color: CanvasText; background: Canvas; color-scheme: light dark; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid GrayText; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td p, li p { margin: 0 0 .4rem; }
blockquote { margin: .2rem 0 1rem; padding-left: 1rem; border-left: 3px solid GrayText; white-space: pre-wrap; }
.note { font-style: italic; }
"""
# The policy is a safeguard in case escaping fails: a page of quotes runs nothing and loads nothing.
_HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">"""


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    grid: Grid
    names: Names
    stale: Mapping[int, str]


def answer_html(answer: Answer, *, names: Names, stale: Mapping[int, str]) -> str:
    """Return the answer: a matrix for a comparison, else a section per entity; then sources with verbatim quotes."""
    return "\n".join(_lines(_Page(answer, grid_of(answer), names, stale))) + "\n"


def text(value: str) -> str:
    """Escape text for HTML, on one line."""
    return escape_html(one_line(value))


def _lines(page: _Page) -> Iterator[str]:
    answer = page.answer
    yield f"{_HEAD}\n<title>{text(answer.question)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{text(answer.question)}</h1>"
    if carried := wording.carried(answer.carried, answer.entities, answer.aspects, page.names):
        yield f'<p class="note">{text(carried)}</p>'
    if answer.reason:
        yield f"<p><strong>{'No answer' if answer.abstained else 'Note'}</strong>: {text(answer.reason)}</p>"
    yield from _summary(answer)
    yield from _verdicts(page)
    yield from _matrix(page) if page.grid.is_comparison else _sections(page)
    yield from _gaps(page)
    yield from _disagreements(page)
    yield from _quotes(page, wording.NEAREST, answer.nearest, "nearest")
    yield from _quotes(page, "Sources", answer.citations, "source")
    yield f"<footer><p>Index {text(answer.index)}, model {text(answer.model)}.</p></footer>\n</body>\n</html>"


def _summary(answer: Answer) -> Iterator[str]:
    """Show what a language model wrote, above the quotes."""
    if not (remarks := wording.summary_remarks(answer)):
        return
    sentences = answer.summary.sentences if answer.summary else ()
    yield f"<section>\n<h2>{text(wording.summary_title(answer))}</h2>"
    yield from (f"<p>{text(one.text)} {_links(one.citations)}</p>" for one in sentences)
    yield f'<p class="note">{text(remarks)}</p>\n</section>'


def _verdicts(page: _Page) -> Iterator[str]:
    for title, members in page.grid.verdicts:
        yield f"<p><strong>{title}</strong> ({len(members)}): {text(page.names.listed(members))}</p>"
    if page.grid.unknown:
        listed = wording.unknown_members(page.grid, page.names)
        yield f"<p><strong>Not stated</strong> ({len(page.grid.unknown)}): {text(listed)}</p>"


def _matrix(page: _Page) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{text(page.names.entity(entity))}</th>' for entity in page.grid.entities)
    yield f"<table>\n<thead><tr><td></td>{heads}</tr></thead>\n<tbody>"
    for aspect in page.grid.aspects:
        cells = "".join(f"<td>{''.join(_cell(page, entity, aspect))}</td>" for entity in page.grid.entities)
        yield f'<tr><th scope="row">{text(page.names.aspect(aspect))}</th>{cells}</tr>'
    yield "</tbody>\n</table>"


def _sections(page: _Page) -> Iterator[str]:
    for title, entities in page.grid.sections:
        for rank, entity in enumerate(entities, start=1):
            number = f"{rank}. " if page.grid.kind is Kind.RECOMMEND else ""
            verdict = f" ({title.lower()})" if title else ""
            yield f"<h2>{number}{text(page.names.entity(entity))}{verdict}</h2>"
            for aspect in page.grid.aspects:
                if page.grid.has_cell(entity, aspect):
                    yield from _section(page, entity, aspect)


def _section(page: _Page, entity: str | None, aspect: str | None) -> Iterator[str]:
    if aspect is not None and page.grid.kind is not Kind.LIST:
        yield f"<h3>{text(page.names.aspect(aspect))}</h3>"
    yield from _cell(page, entity, aspect)


def _cell(page: _Page, entity: str | None, aspect: str | None) -> list[str]:
    statements = page.grid.cells.get((entity, aspect), ())
    empty = wording.not_stated(page.grid.missing.get((entity, aspect)))
    return [_statement(page, statement) for statement in statements] or [f'<p class="note">{text(empty)}</p>']


def _statement(page: _Page, statement: Statement) -> str:
    against = f'<span class="note">{wording.AGAINST}</span>: ' if statement.stance == wording.AGAINST else ""
    disputed = {number for conflict in page.answer.conflicts for number in conflict.citations}
    remarks = [page.stale[number] for number in statement.citations if number in page.stale]
    remarks += [wording.DISPUTED for number in statement.citations if number in disputed]
    told = "".join(f' <span class="note">({text(remark)})</span>' for remark in dict.fromkeys(remarks))
    return f"<p>{against}{text(statement.text)} {_links(statement.citations)}{told}</p>"


def _links(numbers: Sequence[int]) -> str:
    return " ".join(f'<a href="#source-{number}">[{number}]</a>' for number in numbers)


def _gaps(page: _Page) -> Iterator[str]:
    gaps = page.grid.gaps
    if not gaps or (len(gaps) < 2 and page.answer.abstained):  # the reason already names the only gap
        return
    yield "<h2>Missing</h2>\n<ul>"
    for gap in gaps:
        yield f"<li>{text(page.names.pair(gap.entity, gap.aspect))}: {text(wording.not_stated(gap))}</li>"
    yield "</ul>"


def _disagreements(page: _Page) -> Iterator[str]:
    if not page.answer.conflicts:
        return
    cited = {citation.number: citation for citation in page.answer.citations}
    yield "<h2>Sources disagree</h2>\n<ul>"
    for conflict in page.answer.conflicts:
        pair = text(page.names.pair(conflict.entity, conflict.aspect))
        said = "".join(
            f"<p>“{text(wording.reading(page.answer, cited[number]))}” {_links([number])}</p>"
            for number in conflict.citations
        )
        yield f"<li>{pair}: {text(wording.disagreement(conflict.kind))}{said}</li>"
    yield "</ul>"


def _quotes(page: _Page, title: str, citations: Sequence[Citation], anchor: str) -> Iterator[str]:
    if citations:
        yield f"<h2>{text(title)}</h2>"
    for citation in citations:
        trail = text(" › ".join(citation.heading_path))
        stale = f' <span class="note">({text(page.stale[citation.number])})</span>' if _is_stale(page, citation) else ""
        leaf = text(f" {citation.leaf}") if citation.leaf else ""
        place = text(f"{citation.document}:{citation.line_start}")
        yield f'<p id="{anchor}-{citation.number}">[{citation.number}] <code>{place}</code>{leaf} {trail}{stale}</p>'
        yield f"<blockquote>{escape_html(visible(citation.quote))}</blockquote>"
        if source := citation.source:
            yield f"<p>{_address(source.url)} {text(wording.provenance(source))}</p>"


def _address(url: str) -> str:
    """Return a link for a web URL, else text only, since other schemes may be unsafe."""
    shown = text(url)
    return f'<a href="{shown}" rel="noreferrer">{shown}</a>' if url.startswith(("https://", "http://")) else shown


def _is_stale(page: _Page, citation: Citation) -> bool:
    return citation.number in page.stale
