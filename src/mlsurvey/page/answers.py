"""An answer as a view: what the template shows, in the order in which it shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mlsurvey.page import links
from mlsurvey.rendering import wording
from mlsurvey.rendering.layout import Grid, Names, grid_of
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Citation, Kind, Missing, Statement

CELLS = " | "
"""Between the cells of a table row that is quoted as a statement."""
TITLES = {
    Kind.COMPARE: "Comparison",
    Kind.LIST: "List",
    Kind.LOOKUP: "Answer",
    Kind.RECOMMEND: "Shortlist",
}
FEW_SIDES = 4
"""Sides that fit beside each other on a screen; more of them scroll sideways."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The number of a source, which opens the document at the quote."""

    number: int
    address: str
    place: str


@dataclass(frozen=True, slots=True)
class Said:
    """A statement: a quote, in the pieces of its table row if it is one, and its marks."""

    pieces: tuple[str, ...]
    marks: tuple[Mark, ...]
    stance: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one library under one heading; the heading is absent where there is only one."""

    head: str | None
    said: tuple[Said, ...]
    empty: str = ""
    """Shown if nothing is said."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a comparison: one part per side."""

    head: str
    cells: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A library with what is said of it."""

    anchor: str
    name: str
    parts: tuple[Part, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The members of a list with one verdict."""

    title: str
    sign: str
    members: tuple[tuple[str, str | None], ...]
    """Pairs (name, anchor of its card); without evidence there is no card."""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Cards under the title of their group; the title is absent where there are no groups."""

    title: str | None
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked for and is not stated anywhere."""

    about: str
    told: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Quotes that contradict each other."""

    about: str
    told: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A source: a place in a document, with its quote."""

    number: int
    address: str
    lines: str
    trail: str
    text: str
    stale: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document with the quotes taken from it."""

    path: str
    title: str
    quotes: tuple[Quote, ...]
    url: str = ""
    """Where it was fetched from; empty unless it is a web address."""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """A summary that a language model has yet to write."""

    address: str
    """The page with it."""
    model: str
    seconds: int
    """Maximum seconds until that page is there."""


@dataclass(frozen=True, slots=True)
class SummaryView:
    """What a language model wrote, and what is to be known about it."""

    title: str
    said: tuple[Said, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """All that the page of an answer shows."""

    title: str
    status: str
    kind: str
    carried: str
    reason: str
    summary: SummaryView | None
    points: tuple[str, ...]
    """What was asked about the members of a list."""
    sides: tuple[str, ...]
    """For a comparison: the names above the columns."""
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    sections: tuple[Section, ...]
    gaps: tuple[Gap, ...]
    disagreements: tuple[Disagreement, ...]
    sources: tuple[Source, ...]
    nearest: tuple[Source, ...]
    index: str
    model: str
    quotes: int
    """Number of quotes."""

    @property
    def is_wide(self) -> bool:
        """Whether a comparison has more sides than fit beside each other."""
        return len(self.sides) > FEW_SIDES


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    grid: Grid
    names: Names
    stale: Mapping[int, str]
    cited: Mapping[int, Citation] = field(default_factory=dict)


def answer_view(answer: Answer, names: Names, stale: Mapping[int, str]) -> AnswerView:
    """Return the view of an answer.

    Args:
        answer: the answer.
        names: display names of slugs.
        stale: citations that no longer match their file, each with the reason.
    """
    grid = grid_of(answer)
    page = _Page(answer, grid, names, stale, {citation.number: citation for citation in answer.citations})
    is_matrix = grid.is_comparison and bool(grid.cells)
    return AnswerView(
        title="No answer" if answer.abstained else TITLES[answer.kind],
        status=answer.status.value,
        kind=answer.kind.value,
        carried=wording.carried(answer.carried, answer.entities, answer.aspects, names) or "",
        reason=one_line(answer.reason or ""),
        summary=_summary(page),
        points=tuple(names.aspect(aspect) for aspect in grid.aspects) if grid.groups else (),
        sides=tuple(names.entity(entity) for entity in grid.entities) if is_matrix else (),
        rows=tuple(_row(page, aspect) for aspect in grid.aspects) if is_matrix else (),
        groups=_groups(page),
        sections=() if is_matrix else tuple(_sections(page)),
        gaps=_gaps(page),
        disagreements=_disagreements(page),
        sources=_sources(answer.citations, stale),
        nearest=_sources(answer.nearest, stale),
        index=answer.index,
        model=answer.model,
        quotes=len(answer.citations),
    )


def _summary(page: _Page) -> SummaryView | None:
    if not (remarks := wording.summary_remarks(page.answer)):
        return None
    sentences = page.answer.summary.sentences if page.answer.summary else ()
    said = tuple(Said((one_line(one.text),), _marks(page, one.citations)) for one in sentences)
    return SummaryView(wording.summary_title(page.answer), said, remarks)


def _row(page: _Page, aspect: str | None) -> Row:
    head = page.names.aspect(aspect)
    return Row(head, tuple(_part(page, entity, aspect, head=None) for entity in page.grid.entities))


def _part(page: _Page, entity: str | None, aspect: str | None, head: str | None) -> Part:
    place = entity, aspect
    said = tuple(_said(page, statement) for statement in page.grid.cells.get(place, ()))
    return Part(head, said, "" if said else wording.not_stated(page.grid.missing.get(place)))


def _said(page: _Page, statement: Statement) -> Said:
    disputed = {number for conflict in page.answer.conflicts for number in conflict.citations}
    remarks = [page.stale[number] for number in statement.citations if number in page.stale]
    remarks += [wording.DISPUTED for number in statement.citations if number in disputed]
    return Said(
        pieces(statement.text),
        _marks(page, statement.citations),
        statement.stance,
        tuple(dict.fromkeys(remarks)),
    )


def pieces(text: str) -> tuple[str, ...]:
    """Return a statement in one piece, or by the cells of its table row."""
    return tuple(one_line(text).split(CELLS))


def _marks(page: _Page, numbers: Iterable[int]) -> tuple[Mark, ...]:
    cited = (page.cited[number] for number in numbers if number in page.cited)
    return tuple(Mark(c.number, links.quoted(c), f"{one_line(c.document)}, {_lines(c)}") for c in cited)


def _groups(page: _Page) -> tuple[Group, ...]:
    shown = {entity for entity, _ in page.grid.cells}
    groups = [
        Group(
            title,
            wording.SIGNS[title],
            tuple((page.names.entity(m), _anchor(m) if m in shown else None) for m in members),
        )
        for title, members in page.grid.verdicts
    ]
    if page.grid.unknown:
        members = tuple((page.names.entity(member), None) for member in page.grid.unknown)
        searched = wording.searched(page.grid)
        groups.append(Group("Not stated", wording.SIGNS["Not stated"], members, searched))
    return tuple(groups)


def _sections(page: _Page) -> Iterable[Section]:
    grid = page.grid
    for title, entities in grid.sections:
        cards = tuple(_card(page, entity, place) for place, entity in enumerate(entities, start=1))
        yield Section(title, cards)


def _card(page: _Page, entity: str | None, place: int) -> Card:
    grid = page.grid
    is_headed = grid.kind is not Kind.LIST
    parts = tuple(
        _part(page, entity, aspect, page.names.aspect(aspect) if is_headed and aspect is not None else None)
        for aspect in grid.aspects
        if grid.has_cell(entity, aspect)
    )
    is_alone = entity is None and len(grid.entities) == 1
    name = "" if is_alone else page.names.entity(entity)
    return Card(_anchor(entity), name, parts, place if grid.kind is Kind.RECOMMEND else None)


def _anchor(entity: str | None) -> str:
    return f"about-{entity}" if entity else "about"


def _gaps(page: _Page) -> tuple[Gap, ...]:
    gaps: Sequence[Missing] = page.grid.gaps
    if len(gaps) < 2 and page.answer.abstained:  # the reason already names the only gap
        return ()
    return tuple(Gap(page.names.pair(gap.entity, gap.aspect), wording.not_stated(gap)) for gap in gaps)


def _disagreements(page: _Page) -> tuple[Disagreement, ...]:
    return tuple(
        Disagreement(
            page.names.pair(conflict.entity, conflict.aspect),
            wording.disagreement(conflict.kind),
            tuple(
                Said(pieces(wording.reading(page.answer, page.cited[number])), _marks(page, [number]))
                for number in conflict.citations
            ),
        )
        for conflict in page.answer.conflicts
    )


def _sources(citations: Sequence[Citation], stale: Mapping[int, str]) -> tuple[Source, ...]:
    """Return the documents in the order in which they are first cited."""
    documents: dict[str, list[Citation]] = {}
    for citation in citations:
        documents.setdefault(citation.document, []).append(citation)
    return tuple(_source(path, quotes, stale) for path, quotes in documents.items())


def _source(path: str, quotes: Sequence[Citation], stale: Mapping[int, str]) -> Source:
    first = quotes[0]
    origin = first.source
    is_web = origin is not None and origin.url.startswith(("https://", "http://"))
    return Source(
        path=one_line(path),
        title=one_line(first.title),
        quotes=tuple(_quote(citation, stale) for citation in quotes),
        url=origin.url if origin and is_web else "",
        origin=wording.provenance(origin) if origin else "",
    )


def _quote(citation: Citation, stale: Mapping[int, str]) -> Quote:
    return Quote(
        number=citation.number,
        address=links.quoted(citation),
        lines=_lines(citation),
        trail=" › ".join(_trail(citation)),
        text=citation.quote,
        stale=stale.get(citation.number, ""),
    )


def _trail(citation: Citation) -> list[str]:
    """Return the headings above a quote, without the title of the document, which stands above them anyway."""
    heads = [one_line(head) for head in citation.heading_path]
    return heads[1:] if heads and heads[0] == one_line(citation.title) else heads


def _lines(citation: Citation) -> str:
    if citation.line_end > citation.line_start:
        return f"lines {citation.line_start}–{citation.line_end}"
    return f"line {citation.line_start}"
