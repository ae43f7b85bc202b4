"""Converts Markdown to blocks: markdown-it parses the structure, this module adds positions."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from mlsurvey.reading import html, noise
from mlsurvey.reading.block_parser import block_parser
from mlsurvey.reading.blocks import EMPTY, Block, BlockKind, Reading, plain_reading
from mlsurvey.reading.inline import References, inline_reading
from mlsurvey.reading.lines import Lines, places_of
from mlsurvey.reading.plaintext import bullet_lines, numbered_heading
from mlsurvey.types import Span

_CHECKBOX = re.compile(r"\[[ xX]\][ \t]")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
# Three or more characters from a letter on: excludes array[i][j].
_FULL_REFERENCE = re.compile(r"\]\[(?=[^\[\]\n]*?[A-Za-z][^\[\]\n]{2})([^\[\]\n]++)\]")
_BOLD_LEVEL = 7
"""Level of an all-bold paragraph: below all real headings."""
_MAX_BOLD_HEADING = 80  # characters; a longer bold paragraph is a warning or a claim
# A component alone on its line; with braces in its attributes, the parser does not see it as HTML.
_COMPONENT_LINE = re.compile(r"^[ \t]*</?[A-Z][\w.]*+(?:[^<>{}\n]|\{[^{}\n]*\})*>[ \t]*$", re.MULTILINE)
_INVISIBLE = "\u200b"
"""Replaces control characters; dropped in the reading form."""
_MAX_NESTING = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


_PARSER = block_parser()


@dataclass(slots=True)
class _Reader:
    """The document being read, and the state of the walk."""

    text: str
    lines: Lines
    references: References
    is_mdx: bool
    lists: list[bool] = field(default_factory=list)
    """Open list items, innermost last: whether the first paragraph is still to come."""
    quotes: int = 0
    header: tuple[str, ...] = ()
    unused_header: Block | None = None
    """The header of the current table as a row, until a row names its columns."""
    nesting: int = 0
    """Number of enclosing admonitions."""
    admonition: bool = False
    """Whether the previous paragraph was the title line of an indented admonition."""


def markdown_blocks(text: str, start: int = 0, *, is_mdx: bool = False) -> list[Block]:
    """Blocks of a Markdown document, in order; ``start`` is the end of its front matter."""
    source = re.sub(r"[^\n]", " ", text[:start]) + _without_controls(text[start:])
    source = _COMPONENT_LINE.sub(lambda tag: " " * len(tag.group()), source) if is_mdx else source
    references: References = {}
    tokens = _PARSER.parse(source, references)
    _define_missing(source, references)
    reader = _Reader(text, Lines(source), references, is_mdx)
    return noise.without_contents([block for block in _blocks(reader, tokens) if noise.is_readable(block.reading)])


def _without_controls(text: str) -> str:
    r"""Replace all control characters except ``\n``, keeping the length."""
    return _CONTROL.sub(lambda found: " " if found.group().isspace() else _INVISIBLE, text)


def _define_missing(source: str, references: References) -> None:
    """Define labels of full references that have no definition here: books define them in an included file."""
    defined = references.setdefault("references", {})
    for label in {normalizeReference(found[1]) for found in _FULL_REFERENCE.finditer(source)}:
        defined.setdefault(label, {"href": "", "title": ""})


def _blocks(reader: _Reader, tokens: list[Token]) -> Iterator[Block]:
    opened: list[Token] = []
    for token in tokens:
        was_admonition, reader.admonition = reader.admonition, False
        match token.type:
            case "inline":
                yield from _inline_block(reader, token, opened[-1])
            case "fence":
                yield from _fence(reader, token)
            case "code_block":
                is_text = was_admonition or reader.is_mdx  # MDX has no indented code
                yield from _indented(reader, token) if is_text else _code(reader, token.map or [0, 0])
            case "html_block":
                yield from _html(reader, token)
            case "table_close":
                yield from _table_end(reader)
            case "tr_open":
                yield from _row(reader, token, is_header=opened[-1].type == "thead_open")
            case _:
                reader.admonition = was_admonition and token.nesting < 0
        if token.nesting > 0:
            opened.append(token)
            _enter(reader, token.type, 1)
        elif token.nesting < 0:
            opened.pop()
            _enter(reader, token.type, -1)


def _enter(reader: _Reader, kind: str, step: int) -> None:
    match kind:
        case "list_item_open":
            reader.lists.append(True)
        case "list_item_close":
            reader.lists.pop()
        case "blockquote_open" | "blockquote_close":
            reader.quotes += step
        case _:
            pass


def _inline_block(reader: _Reader, token: Token, parent: Token) -> Iterator[Block]:
    first, end = token.map or (0, 0)
    content, places = reader.lines.placed(token.content, first)
    if parent.type == "heading_open":
        yield _heading(reader, content, places, int(parent.tag[1]), reader.lines.span(first, end))
    elif not (reader.is_mdx and noise.is_module_code(content)):
        yield from _paragraph(reader, content, places, first, end)


def _heading(reader: _Reader, content: str, places: array[int], level: int, span: Span) -> Block:
    reading = inline_reading(content, places, reader.references)
    kind = BlockKind.TEXT if reader.lists else BlockKind.HEADING
    return Block(kind, span, reading, level=level, depth=len(reader.lists), quoted=reader.quotes > 0)


def _paragraph(reader: _Reader, content: str, places: array[int], first: int, end: int) -> Iterator[Block]:
    span = reader.lines.span(first, end)
    reader.admonition = content.startswith(("!!!", "???", "==="))
    content = noise.mask_marks(content)
    pieces = bullet_lines(content)
    for begin, stop, is_bullet in pieces:
        reading = inline_reading(content[begin:stop], places[begin:stop], reader.references)
        here = span if len(pieces) == 1 else Span(places[begin], places[stop - 1] + 1)
        yield _text_block(reader, reading, here, content[begin:stop], is_bullet=is_bullet)


def _text_block(reader: _Reader, reading: Reading, span: Span, content: str, *, is_bullet: bool) -> Block:
    depth, quoted = len(reader.lists), reader.quotes > 0
    if level := _heading_level(reader, reading, content):
        return Block(BlockKind.HEADING, span, reading, level=level)
    is_item = is_bullet or (depth > 0 and reader.lists[-1])
    if reader.lists:
        reader.lists[-1] = False
    checkbox = is_item and _CHECKBOX.match(content) is not None
    kind = BlockKind.ITEM if is_item else BlockKind.TEXT
    return Block(kind, span, reading, depth=max(depth, int(is_item)), checkbox=checkbox, quoted=quoted)


def _heading_level(reader: _Reader, reading: Reading, content: str) -> int:
    """Level of a paragraph used as a heading: all bold, or numbered; 0 otherwise."""
    if reader.lists or reader.quotes or "\n" in content.strip():
        return 0
    if 0 < reading.strong == len(reading) <= _MAX_BOLD_HEADING and reading.text[-1] not in ".!?,;":
        return _BOLD_LEVEL
    found = numbered_heading(content)
    return found if found > 1 else 0


def _fence(reader: _Reader, token: Token) -> Iterator[Block]:
    first, end = token.map or (0, 0)
    is_closed = end - first > 1 and reader.lines.text(end - 1).strip(" \t>").startswith(token.markup)
    left_out = noise.DIAGRAM if noise.is_diagram(token.info) else ""
    yield from _code(reader, [first + 1, end - is_closed], left_out)


def _code(reader: _Reader, lines: list[int], left_out: str = "") -> Iterator[Block]:
    """Yield lines ``lines[0]:lines[1]`` as code, without blank lines and include directives."""
    kept = [n for n in range(lines[0], lines[1]) if _is_code(reader.lines.text(n))]
    if kept:
        spans = tuple(reader.lines.stripped(number) for number in kept)
        reading = plain_reading(reader.text, spans[0].start, spans[-1].end)
        span = reader.lines.span(kept[0], kept[-1] + 1)
        depth, quoted = len(reader.lists), reader.quotes > 0
        yield Block(BlockKind.CODE, span, reading, depth=depth, quoted=quoted, lines=spans, left_out=left_out)


def _is_code(line: str) -> bool:
    return bool(line.strip(" \t>")) and not noise.is_directive(line)


def _indented(reader: _Reader, token: Token) -> Iterator[Block]:
    """Parse text as Markdown that is indented only because it is in an admonition, a tab or a component."""
    first, end = token.map or (0, 0)
    if reader.nesting == _MAX_NESTING:
        yield from _code(reader, [first, end])
        return
    tokens = _PARSER.parse(token.content, reader.references)
    for inner in tokens:
        inner.map = [inner.map[0] + first, inner.map[1] + first] if inner.map else None
    reader.nesting += 1
    yield from _blocks(reader, tokens)
    reader.nesting -= 1


def _row(reader: _Reader, token: Token, *, is_header: bool) -> Iterator[Block]:
    number = (token.map or [0])[0]
    span = reader.lines.span(number, number + 1)
    cells = tuple(_cells(reader, reader.lines.stripped(number)))
    if is_header:
        yield from _table_end(reader)
        _set_header(reader, span, cells)
    elif any(len(cell) for cell in cells):
        reader.unused_header = None
        yield row_block(span, cells, reader.header)


def _set_header(reader: _Reader, span: Span, cells: tuple[Reading, ...]) -> None:
    reader.header = tuple(cell.text for cell in cells)
    reader.unused_header = row_block(span, cells, ())


def _table_end(reader: _Reader) -> Iterator[Block]:
    """Yield the header of a table that has no other rows."""
    if reader.unused_header:
        yield reader.unused_header
    reader.unused_header = None


def _cells(reader: _Reader, line: Span) -> Iterator[Reading]:
    begin = line.start + reader.text.startswith("|", line.start)
    while begin < line.end and reader.text[begin] in "> ":  # a table in a block quote
        begin += 1
    begin += reader.text.startswith("|", begin) and begin > line.start
    for bar in _CELL_BREAK.finditer(reader.text, begin, line.end):
        yield _cell(reader, begin, bar.start())
        begin = bar.end()
    if reader.text[begin : line.end].strip():
        yield _cell(reader, begin, line.end)


def _cell(reader: _Reader, start: int, end: int) -> Reading:
    return inline_reading(_without_controls(reader.text[start:end]), places_of(start, end), reader.references)


def row_block(span: Span, cells: tuple[Reading, ...], header: tuple[str, ...]) -> Block:
    """Build a table row; its reading form is assembled from the cells when it is quoted."""
    longest = max(cells, key=len)
    return Block(BlockKind.ROW, span, longest, header=header, cells=cells)


def _html(reader: _Reader, token: Token) -> Iterator[Block]:
    first, end = token.map or (0, 0)
    rows: dict[int, list[tuple[html.Segment, Reading]]] = {}
    if "<table" in token.content.lower():
        reader.header = ()
    for segment in html.segments(reader.text, reader.lines.span(first, end)):
        if segment.part in (html.Part.CELL, html.Part.HEAD_CELL):
            rows.setdefault(segment.row, []).append((segment, _segment_reading(reader, segment)))
            continue
        yield from _html_row(reader, rows)
        yield from _html_block(reader, segment)
    yield from _html_row(reader, rows)
    if "</table" in token.content.lower():
        yield from _table_end(reader)


def _html_row(reader: _Reader, rows: dict[int, list[tuple[html.Segment, Reading]]]) -> Iterator[Block]:
    """Yield the rows collected so far; a row of header cells only names the columns of later rows."""
    for cells in rows.values():
        readings = tuple(reading for _, reading in cells)
        span = Span(cells[0][0].span.start, cells[-1][0].span.end)
        if all(segment.part is html.Part.HEAD_CELL for segment, _ in cells):
            yield from _table_end(reader)
            _set_header(reader, span, readings)
        else:
            reader.unused_header = None
            yield row_block(span, readings, reader.header if len(reader.header) == len(readings) else ())
    rows.clear()


def _html_block(reader: _Reader, segment: html.Segment) -> Iterator[Block]:
    reading = _segment_reading(reader, segment)
    depth = len(reader.lists)
    if segment.part is html.Part.HEADING:
        reading = reading if len(reading) else replace(EMPTY, text=" ".join(segment.alt.split()))
        yield Block(BlockKind.HEADING, segment.span, reading, level=segment.level)
    elif segment.part is html.Part.CODE:
        yield Block(BlockKind.CODE, segment.span, reading, depth=depth, lines=(segment.span,))
    elif segment.part is html.Part.ITEM:
        yield Block(BlockKind.ITEM, segment.span, reading, depth=depth + 1)
    else:
        yield Block(BlockKind.TEXT, segment.span, reading, depth=depth)


def _segment_reading(reader: _Reader, segment: html.Segment) -> Reading:
    start, end = segment.span.start, segment.span.end
    content = _without_controls(reader.text[start:end])
    return inline_reading(content, places_of(start, end), reader.references)
