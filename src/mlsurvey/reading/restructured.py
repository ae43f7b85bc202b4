"""Converts reStructuredText to blocks.

The rules of what begins and ends a block are those of docutils
(``docutils.parsers.rst.states``), reimplemented: docutils only knows the line of
a node, and often the wrong one; it stops at unknown directives and roles,
common in documents written for Sphinx; and all spans must be exact. Where docutils
reports an error, the text is read on as well as possible.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlsurvey.reading.blocks import Block, BlockKind, Reading, plain_reading
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.noise import is_readable
from mlsurvey.reading.restructured_directives import FIELD, Directive, DirectiveKind, directive_of
from mlsurvey.reading.restructured_enumerators import is_enumerated
from mlsurvey.reading.restructured_inline import NAME, InlineReading, inline_reading
from mlsurvey.reading.restructured_tables import (
    Dialect,
    TableRow,
    csv_rows,
    grid_end,
    grid_rows,
    list_rows,
    simple_end,
    simple_rows,
)
from mlsurvey.reading.rows import Placed, Row, column_width, indented, joined, opened, rows_of, run_end
from mlsurvey.types import Span

_TAB = 8  # columns, as in docutils
_MAX_NESTING = 40  # beyond it, everything is a paragraph: nobody writes that, and recursion is limited
_MIN_ADORNMENT = 4  # characters; shorter ones are text unless they are as long as the title
_BREAKS = str.maketrans("\v\f", "  ")

_OPTION = (
    r"(?:[-+][a-zA-Z0-9](?: ?(?:[a-zA-Z][a-zA-Z0-9_-]*|<[^<>]+>))?"
    r"|(?:--|/)[a-zA-Z0-9][a-zA-Z0-9_-]*(?:[ =](?:[a-zA-Z][a-zA-Z0-9_-]*|<[^<>]+>))?)"
)
_BULLET = re.compile(r"[-+*•‣⁃](?: +|$)")
_ENUMERATOR = re.compile(r"\(?(?:[a-zA-Z]|[0-9]{1,9}|[ivxlcdmIVXLCDM]+|#)[.)](?: +|$)")
_OPTIONS = re.compile(rf"(?P<name>{_OPTION}(?:, {_OPTION})*)(?:  +| ?$)")
_DOCTEST = re.compile(r">>>(?: +|$)")
_LINE_BLOCK = re.compile(r"\|(?: +|$)")
_GRID_TOP = re.compile(r"\+-[-+]+-\+ *$")
_SIMPLE_TOP = re.compile(r"=+(?: +=+)+ *$")
_EXPLICIT = re.compile(r"\.\.(?: +|$)")
_ANONYMOUS = re.compile(r"__(?: +|$)")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*$")
_FOOTNOTE = re.compile(rf"\.\. +\[(?:[0-9]+|#|#{NAME}|\*|{NAME})\](?: +|$)")
_TARGET = re.compile(r"\.\. +_(?![ ]|$)")
_DIRECTIVE = re.compile(rf"\.\. +(?P<name>{NAME}) ?::(?: +|$)")
_CELL_DIRECTIVE = re.compile(rf"^\.\. +(?P<name>{NAME}) ?::(?: +|$\n?)", re.MULTILINE)
_ENDS = (".", ":", "?", "!")

_Steps = Generator[Block, None, int]
"""Yields blocks and returns the row to continue with."""


@dataclass(slots=True)
class _Reader:
    lines: Lines
    adornments: list[tuple[str, bool]] = field(default_factory=list)
    """Section title styles in order of first use, which determines their levels."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a body stands."""

    depth: int = 0
    """Number of enclosing list items."""
    nesting: int = 0
    titles: bool = True
    """Whether sections may begin here."""

    def inner(self, *, items: int = 0, titles: bool = False) -> _Place:
        return _Place(self.depth + items, self.nesting + 1, titles)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What comes before the first paragraph of a body and is read with it, as the name of a field."""

    kind: BlockKind = BlockKind.ITEM
    name: Placed = ("", array("q"))
    written: tuple[str, Span] | None = None
    """Words that stand for a mark before the name."""
    separator: str = ""
    """What stands for the mark or line end between the name and the paragraph."""

    def start(self) -> InlineReading:
        reading = InlineReading()
        if self.written:
            reading.stand(*self.written)
        reading.add(self.name)
        return reading

    def follow(self, reading: InlineReading, placed: Placed) -> None:
        """Add the paragraph after the name."""
        if self.name[0] and placed[0]:
            mark = " " if self.name[0].endswith(_ENDS) else self.separator
            end = self.name[1][-1] + 1
            reading.stand(mark, Span(end, max(end + 1, placed[1][0])))
        reading.add(placed)


_PARAGRAPH = _Opening(BlockKind.TEXT)
_ITEM = _Opening()


def restructured_blocks(text: str, start: int = 0) -> list[Block]:
    """Blocks of a reStructuredText document, in order; ``start`` is the end of its front matter."""
    expanded, places = _expanded(text)
    lines = Lines(expanded)
    if places:
        start = bisect_left(places, start)
    rows = rows_of(lines, lines.number(start) if start else 0, len(lines))
    blocks = [block for block in _body(_Reader(lines), rows, _Place()) if is_readable(block.reading)]
    blocks = list(_apart(blocks))
    return [_unexpanded(block, places) for block in blocks] if places else blocks


def _expanded(text: str) -> tuple[str, array[int] | None]:
    """The text with tabs as spaces, and where it had any, the offset in ``text`` of each character."""
    text = text.translate(_BREAKS)
    if "\t" not in text:
        return text, None
    places = array("q")
    position = column = 0
    for part in text.split("\t"):
        places.extend(range(position, position + len(part)))
        cut = max(part.rfind("\n"), part.rfind("\r"))
        column = column + len(part) if cut < 0 else len(part) - cut - 1
        width = _TAB - column % _TAB
        position += len(part)
        if position < len(text):
            places.extend([position] * width)
        position, column = position + 1, column + width
    places.append(len(text))
    return text.expandtabs(_TAB), places


def _unexpanded(block: Block, places: array[int]) -> Block:
    """The block with offsets in the document instead of those in its expanded text."""

    def span(one: Span) -> Span:
        return Span(places[one.start], places[one.end - 1] + 1 if one.end else 0)

    def reading(one: Reading) -> Reading:
        starts = array("q", [places[start] for start in one.starts])
        return replace(one, starts=starts, ends=array("q", [places[end - 1] + 1 for end in one.ends]))

    return replace(
        block,
        span=span(block.span),
        reading=reading(block.reading),
        cells=tuple(map(reading, block.cells)),
        lines=tuple(map(span, block.lines)),
    )


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with spans that do not overlap: those on a common line are cut before the later one's text."""
    floor = 0
    for index, block in enumerate(blocks):
        end = block.span.end
        if index + 1 < len(blocks) and blocks[index + 1].span.start < end:
            end = _first(blocks[index + 1])
        yield replace(block, span=Span(max(floor, block.span.start), end))
        floor = end


def _first(block: Block) -> int:
    """Where the text of a block begins."""
    return min(reading.starts[0] for reading in (block.reading, *block.cells) if len(reading))


def _body(reader: _Reader, rows: Sequence[Row], place: _Place, opening: _Opening | None = None) -> Iterator[Block]:
    """Yield the blocks of a document, or of what is nested in one of its blocks."""
    number = 0
    while number < len(rows):
        if opening and rows[number].text and _is_paragraph(rows, number, place):
            number = yield from _paragraph(reader, rows, number, place, opening)
            opening = None
            continue
        blocks, number = _taken(_block(reader, rows, number, place))
        if blocks and opening:
            yield from _alone(reader, opening, place)
            opening = None
        yield from blocks
    if opening:
        yield from _alone(reader, opening, place)


def _taken(steps: _Steps) -> tuple[list[Block], int]:
    """All blocks of some steps, and the row to continue with."""
    blocks: list[Block] = []
    while True:
        try:
            blocks.append(next(steps))
        except StopIteration as end:
            return blocks, end.value


def _alone(reader: _Reader, opening: _Opening, place: _Place) -> Iterator[Block]:
    """Yield the name of a body that begins with no paragraph."""
    if places := opening.name[1]:
        first, last = reader.lines.number(places[0]), reader.lines.number(places[-1])
        span = reader.lines.span(first, last + 1)
        yield Block(opening.kind, span, opening.start().reading(), depth=place.depth)


def _block(reader: _Reader, rows: Sequence[Row], number: int, place: _Place) -> _Steps:
    text = rows[number].text
    if not text:
        return number + 1
    if place.nesting > _MAX_NESTING:
        end = run_end(rows, number)
        yield from _text(reader, rows[number:end], place, _PARAGRAPH)
        return end
    if text[0] == " ":
        quote = indented(rows, number)
        yield from _body(reader, quote, place.inner())
        return number + len(quote)
    if construct := _construct(rows, number, place):
        handler, found = construct
        return (yield from handler(reader, rows, number, found, place))
    if title := _title(reader, rows, number, place):
        yield title
        return number + 2
    if _is_term(rows, number):
        return (yield from _definition(reader, rows, number, place))
    return (yield from _paragraph(reader, rows, number, place, _PARAGRAPH))


def _is_paragraph(rows: Sequence[Row], number: int, place: _Place) -> bool:
    """Whether plain text begins on a row."""
    if place.nesting > _MAX_NESTING or rows[number].text[0] == " " or _construct(rows, number, place):
        return False
    return not _is_term(rows, number) and not (place.titles and _is_underlined(rows, number))


# Paragraphs, and what may follow them.


def _paragraph(reader: _Reader, rows: Sequence[Row], number: int, place: _Place, opening: _Opening) -> _Steps:
    end = _paragraph_end(rows, number, place)
    yield from _text(reader, rows[number:end], place, opening)
    if rows[end - 1].text.endswith("::"):
        return (yield from _literal(reader, rows, end, place))
    return end


def _paragraph_end(rows: Sequence[Row], first: int, place: _Place) -> int:
    """End of a paragraph: a blank row, or one that is indented and begins something else.

    docutils reports the indentation as an error and begins a block quote; a sentence
    that only has a line with the wrong margin is read as one here.
    """
    end = first + 1
    is_indented = False
    while end < len(rows) and rows[end].text:
        is_indented = is_indented or rows[end].indent > 0
        if is_indented and _construct([row.stripped() for row in rows[end : end + 3]], 0, place.inner()):
            break
        if not place.titles and _is_underlined(rows, end - 1) and end - 1 == first:
            return end
        end += 1
    return end


def _text(reader: _Reader, rows: Sequence[Row], place: _Place, opening: _Opening) -> Iterator[Block]:
    content, places = joined(rows)
    if content.endswith("::"):
        size = len(content) - 1 if content[-3:-2].strip() else len(content[:-2].rstrip())
        content, places = content[:size], places[:size]
    reading = opening.start()
    opening.follow(reading, (content, places))
    start = opening.written[1].start if opening.written else (opening.name[1] or places or [rows[0].start])[0]
    span = reader.lines.span(reader.lines.number(start), rows[-1].number + 1)
    yield Block(opening.kind, span, reading.reading(), depth=place.depth)


def _literal(reader: _Reader, rows: Sequence[Row], number: int, place: _Place) -> _Steps:
    """Yield the literal block after two colons: indented, or with one mark before each line."""
    first = number
    while first < len(rows) and not rows[first].text:
        first += 1
    if first == len(rows):
        return first
    if rows[first].text[0] == " ":
        block = indented(rows, first)
        yield from _code(reader, block, place)
        return first + len(block)
    mark, end = rows[first].text[0], first
    if first == number or not _ADORNMENT.match(mark):
        return number
    while end < len(rows) and rows[end].text.startswith(mark):
        end += 1
    yield from _code(reader, rows[first:end], place)
    return end


def _code(reader: _Reader, rows: Sequence[Row], place: _Place) -> Iterator[Block]:
    spans = tuple(reader.lines.stripped(row.number) for row in rows if row.text)
    if spans:
        reading = plain_reading(reader.lines.source, spans[0].start, spans[-1].end)
        span = reader.lines.span(rows[0].number, rows[-1].number + 1)
        yield Block(BlockKind.CODE, span, reading, depth=place.depth, lines=spans)


def _is_term(rows: Sequence[Row], number: int) -> bool:
    return number + 1 < len(rows) and rows[number + 1].text.startswith(" ")


def _definition(reader: _Reader, rows: Sequence[Row], number: int, place: _Place) -> _Steps:
    """Yield a term with its definition."""
    body = indented(rows, number + 1)
    opening = _Opening(name=joined(rows[number : number + 1]), separator=": ")
    yield from _body(reader, body, place.inner(items=1), opening)
    return number + 1 + len(body)


# Sections.


def _is_underlined(rows: Sequence[Row], number: int) -> bool:
    """Whether the next row underlines this one."""
    if number + 1 >= len(rows) or not _ADORNMENT.match(rows[number + 1].text):
        return False
    size = len(rows[number + 1].text)
    return size >= _MIN_ADORNMENT or size >= column_width(rows[number].text)


def _title(reader: _Reader, rows: Sequence[Row], number: int, place: _Place) -> Block | None:
    if not place.titles or not _is_underlined(rows, number):
        return None
    return _heading(reader, rows[number : number + 2], rows[number], (rows[number + 1].text[0], False))


def _heading(reader: _Reader, rows: Sequence[Row], title: Row, style: tuple[str, bool]) -> Block:
    if style not in reader.adornments:
        reader.adornments.append(style)
    span = reader.lines.span(rows[0].number, rows[-1].number + 1)
    return Block(BlockKind.HEADING, span, inline_reading(joined([title])), level=reader.adornments.index(style) + 1)


def _adornment(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    """Yield the title below an overline; a line of marks without one is a rule, or an error."""
    if place.titles and _is_overlined(rows, number):
        yield _heading(reader, rows[number : number + 3], rows[number + 1], (found[1], True))
        return number + 3
    return number + 1


def _is_overlined(rows: Sequence[Row], number: int) -> bool:
    texts = [row.text for row in rows[number : number + 3]]
    return len(texts) == 3 and texts[2] == texts[0] and bool(texts[1]) and not _ADORNMENT.match(texts[1])


def _is_rule(rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> bool:
    if len(found.group()) >= _MIN_ADORNMENT:
        return True
    is_wide = place.titles and _is_overlined(rows, number)
    return is_wide and column_width(rows[number + 1].text.rstrip()) <= len(found.group())


# Lists.


def _bullet(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    body = _item(rows, number, found)
    yield from _body(reader, body, place.inner(items=1), _ITEM)
    return number + len(body)


def _item(rows: Sequence[Row], number: int, found: re.Match[str]) -> list[Row]:
    """The body of a list item: aligned with its text, or indented by any number if that begins on the next row."""
    column = found.end()
    return opened(rows, number, column, known=column if len(rows[number].text) > column else None)


def _field(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    name = joined([rows[number].after(found.start("name")).until(len(found["name"]))])
    body = opened(rows, number, found.end())
    yield from _body(reader, body, place.inner(items=1), _Opening(name=name, separator=": "))
    return number + len(body)


def _option(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    body = opened(rows, number, found.end())
    name = joined([rows[number].until(found.end("name"))])
    yield from _body(reader, body, place.inner(items=1), _Opening(name=name, separator=" "))
    return number + len(body)


def _is_described(rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> bool:
    return any(row.text for row in opened(rows, number, found.end()))


def _is_enumerated(rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> bool:
    following = rows[number + 1].text if number + 1 < len(rows) else ""
    return is_enumerated(found.group().rstrip(), following) and any(row.text for row in _item(rows, number, found))


def _verse(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    """Yield a line block as one paragraph."""
    end = number
    kept: list[Row] = []
    while end < len(rows) and (mark := _LINE_BLOCK.match(rows[end].text)):
        kept.append(rows[end].after(mark.end()))
        end += 1
        while end < len(rows) and rows[end].text.startswith(" "):
            kept.append(rows[end])
            end += 1
    if any(row.text for row in kept):
        yield from _text(reader, [row for row in kept if row.text], place, _PARAGRAPH)
    return end


def _doctest(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    end = run_end(rows, number)
    yield from _code(reader, rows[number:end], place)
    return end


# Explicit markup.


def _anonymous(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    yield from ()
    return number + len(opened(rows, number, found.end(), until_blank=True))


def _explicit(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    """Yield directives and footnotes; comments, targets and substitutions are not readable text."""
    text = rows[number].text
    if note := _FOOTNOTE.match(text):
        body = opened(rows, number, note.end())
        yield from _body(reader, body, place.inner())
        return number + len(body)
    if _TARGET.match(text):
        return number + len(opened(rows, number, found.end(), until_blank=True))
    if mark := _DIRECTIVE.match(text):
        body = opened(rows, number, mark.end())
        yield from _directive(reader, directive_of(mark["name"], body), rows[number], mark, place)
        return number + len(body)
    if len(text) == found.end() and (number + 1 == len(rows) or not rows[number + 1].text):
        return number + 1  # an empty comment takes nothing with it
    return number + len(opened(rows, number, found.end()))


def _directive(reader: _Reader, directive: Directive, row: Row, mark: re.Match[str], place: _Place) -> Iterator[Block]:
    inner = place.inner(titles=place.titles and directive.kind is DirectiveKind.BARE)
    match directive.kind:
        case DirectiveKind.SILENT:
            return
        case DirectiveKind.CODE:
            yield from _code(reader, directive.content, place)
        case DirectiveKind.OBJECT:
            for signature in directive.signatures():
                yield from _text(reader, signature, place, _PARAGRAPH)
            yield from _body(reader, directive.content, inner)
        case DirectiveKind.VERSION:
            name = Span(row.start + mark.start("name"), row.start + mark.end())
            yield from _version(reader, directive, name, inner)
        case DirectiveKind.LIST_TABLE | DirectiveKind.CSV_TABLE:
            if directive.argument:
                yield from _text(reader, directive.argument, place, _PARAGRAPH)
            yield from _listed(reader, directive, inner)
        case DirectiveKind.BARE:
            yield from _body(reader, directive.content, inner)
        case _:
            yield from _body(reader, [*directive.argument, *directive.content], inner)


def _version(reader: _Reader, directive: Directive, mark: Span, place: _Place) -> Iterator[Block]:
    """Yield a note on a version: its number is read with the words that Sphinx writes for the directive."""
    rows = [*directive.argument, *directive.content]
    if not rows or not rows[0].text:
        yield from _body(reader, rows, place)
        return
    size = len(" ".join(rows[0].text.split(" ")[: directive.numbers]))
    name = joined([rows[0].until(size)])
    opening = _Opening(BlockKind.TEXT, name, (directive.words, mark), ": ")
    yield from _body(reader, [rows[0].after(size).stripped(), *rows[1:]], place, opening)


# Tables.


def _grid(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    end = grid_end(rows, number)
    yield from _table(grid_rows(rows[number:end]), reader, place)
    return end


def _simple(reader: _Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> _Steps:
    end = simple_end(rows, number)
    if end is None:  # no bottom: only the edge is lost
        yield from ()
        return number + 1
    yield from _table(simple_rows(rows[number:end]), reader, place)
    return end


def _listed(reader: _Reader, directive: Directive, place: _Place) -> Iterator[Block]:
    """Yield the rows of a table written as a list or as comma-separated values."""
    count = directive.number("header-rows")
    if directive.kind is DirectiveKind.CSV_TABLE:
        dialect = Dialect(directive.word("delim", ","), directive.word("quote", '"'))
        header = csv_rows(directive.options.get("header", ()), dialect, len(directive.content))
        yield from _table([*header, *csv_rows(directive.content, dialect, count)], reader, place)
        return
    listed = _items(directive.content)
    cells = [_items(item) for item in listed]
    if cells and all(cells):
        yield from _table(list_rows(cells, count), reader, place)
    else:  # not a list of lists
        yield from _body(reader, directive.content, place)


def _items(rows: Sequence[Row]) -> list[list[Row]]:
    """The bodies of the items of a list; none if anything else stands beside them."""
    items: list[list[Row]] = []
    number = 0
    while number < len(rows):
        if found := _BULLET.match(rows[number].text):
            items.append(_item(rows, number, found))
            number += len(items[-1])
        elif rows[number].text:
            return []
        else:
            number += 1
    return items


def _table(table: Iterable[TableRow], reader: _Reader, place: _Place) -> Iterator[Block]:
    """Yield the rows of a table; a cell is named by all columns that it spans."""
    names: dict[int, list[str]] = {}
    for row in table:
        readings = tuple(inline_reading(_unmarked(cell.content)) for cell in row.cells)
        if row.is_header:
            for cell, reading in zip(row.cells, readings, strict=True):
                for column in cell.columns:
                    names.setdefault(column, []).append(reading.text)
        elif any(map(len, readings)):
            span = reader.lines.span(row.first, row.end)
            header = tuple(_name(names, cell.columns) for cell in row.cells) if names else ()
            yield Block(
                BlockKind.ROW, span, max(readings, key=_worth), header=header, cells=readings, depth=place.depth
            )


def _unmarked(cell: Placed) -> Placed:
    """A cell without the marks of directives in it, except those that stand for a version."""
    content, places = cell
    for found in reversed(list(_CELL_DIRECTIVE.finditer(content))):
        if directive_of(found["name"], [Row(0, "", 0)]).kind is not DirectiveKind.VERSION:
            content = content[: found.start()] + content[found.end() :]
            places = places[: found.start()] + places[found.end() :]
    return content, places


def _worth(reading: Reading) -> tuple[bool, int]:
    """Orders the cells of a row: the longest one with letters stands for the row."""
    return is_readable(reading), len(reading)


def _name(names: Mapping[int, Sequence[str]], columns: range) -> str:
    whole = (" ".join(filter(None, names.get(column, ()))) for column in columns)
    return ", ".join(dict.fromkeys(filter(None, whole)))


_Handler = Callable[[_Reader, Sequence[Row], int, re.Match[str], _Place], _Steps]
_Test = Callable[[Sequence[Row], int, re.Match[str], _Place], bool]


def _always(rows: Sequence[Row], number: int, found: re.Match[str], place: _Place) -> bool:
    return True


# In the order in which docutils tries them.
_CONSTRUCTS: tuple[tuple[re.Pattern[str], _Test, _Handler], ...] = (
    (_BULLET, _always, _bullet),
    (_ENUMERATOR, _is_enumerated, _bullet),
    (FIELD, _always, _field),
    (_OPTIONS, _is_described, _option),
    (_DOCTEST, _always, _doctest),
    (_LINE_BLOCK, _always, _verse),
    (_GRID_TOP, _always, _grid),
    (_SIMPLE_TOP, _always, _simple),
    (_EXPLICIT, _always, _explicit),
    (_ANONYMOUS, _always, _anonymous),
    (_ADORNMENT, _is_rule, _adornment),
)


def _construct(rows: Sequence[Row], number: int, place: _Place) -> tuple[_Handler, re.Match[str]] | None:
    """What begins on a row, if it is not plain text."""
    text = rows[number].text
    if text[:1].isalnum() and not _ENUMERATOR.match(text):  # by far the most common
        return None
    for pattern, test, handler in _CONSTRUCTS:
        found = pattern.match(text)
        if found and test(rows, number, found, place):
            return handler, found
    return None
