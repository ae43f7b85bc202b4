"""Converts reStructuredText to blocks.

A line-based reader instead of docutils: docutils only knows the line of
a node, and often the wrong one; it stops at unknown directives and roles,
common in documents written for Sphinx; and all spans must be exact.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from mlsurvey.reading.blocks import Block, BlockKind, Reading, ReadingBuilder, plain_reading
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.noise import is_readable
from mlsurvey.reading.restructured_tables import table_rows
from mlsurvey.types import Span

_ADORNMENT = re.compile(r"([=\-~`:'\"^_*+#<>.])\1{2,}\s*")
_DIRECTIVE = re.compile(r"\s*\.\. +(?P<name>[\w:+.-]+?):: ?(?P<argument>.*)")
_FOOTNOTE = re.compile(r"\s*\.\. +\[[^\]]+\] +")
_EXPLICIT = re.compile(r"\s*\.\.(?: |$)")
_BULLET = re.compile(r"\s*(?:[-*+•‣⁃]|\(?(?:\d{1,3}|#|[a-zA-Z])[.)])[ \t]+(?=\S)")
_FIELD = re.compile(r"\s*:[A-Za-z][^:\n]*:(?:\s|$)")
_TABLE_EDGE = re.compile(r"\s*(?:\+[-=+]{3,}\+|={2,}(?: +={2,})+)\s*")
_INLINE = re.compile(
    r"``(?P<code>[^\n]+?(?:\n[^\n]+?)?)``"
    r"|(?P<role>:[\w:+.-]+:)?`(?P<shown>[^`<>]+?)(?:\s*<[^`<>]*>)?`(?:__?)?"
    r"|\*\*(?P<strong>[^*]+)\*\*"
    r"|\*(?P<em>[^*\s][^*\n]*)\*"
    r"|(?P<mark>\\\s|\|[^|\s][^|\n]*\|(?:__?)?|\[(?:\d+|#\w*|\*)\]_)"
    r"|(?<![\w`])(?P<reference>[A-Za-z][\w.-]*[A-Za-z0-9])__?(?![\w`])"
    r"|\\(?P<escaped>\S)"
)
_CODE = frozenset({
    "code", "code-block", "sourcecode", "parsed-literal", "doctest", "testcode", "prompt", "ipython", "console",
})  # fmt: skip
_SILENT = frozenset({
    "image", "figure", "toctree", "contents", "raw", "include", "literalinclude", "meta", "highlight", "role", "math",
    "default-role", "currentmodule", "module", "autosummary", "autoclass", "automodule", "autofunction", "index",
    "only", "sectnum", "target-notes", "graphviz", "mermaid", "plot", "tabularcolumns", "github_url", "button-link",
    "button-ref",
})  # fmt: skip


@dataclass(slots=True)
class _Reader:
    lines: Lines
    adornments: list[tuple[str, bool]] = field(default_factory=list)
    """Section title styles in order of first use, which determines their levels."""


def restructured_blocks(text: str, start: int = 0) -> list[Block]:
    """Blocks of a reStructuredText document, in order; ``start`` is the end of its front matter."""
    lines = Lines(text)
    first = lines.number(start) if start else 0
    blocks = _body(_Reader(lines), first, len(lines), 0)
    return [block for block in blocks if is_readable(block.reading)]


def _body(reader: _Reader, first: int, end: int, depth: int) -> Iterator[Block]:
    """Yield blocks of the lines ``first:end``, nested in ``depth`` lists."""
    number = first
    while number < end:
        line = reader.lines.text(number)
        if not line.strip():
            number += 1
        elif title := _title(reader, number, end):
            yield title
            number = reader.lines.number(title.span.end - 1) + 1
        elif _ADORNMENT.fullmatch(line) and not _TABLE_EDGE.fullmatch(line):  # a horizontal rule
            number += 1
        elif _EXPLICIT.match(line):
            stop = _indented_end(reader, number + 1, end, _indent(line))
            yield from _explicit(reader, number, stop, depth)
            number = stop
        elif _TABLE_EDGE.fullmatch(line):
            stop = _group_end(reader, number, end, is_simple="=" in line and "+" not in line)
            yield from _table(reader, number, stop)
            number = stop
        else:
            stop = _run_end(reader, number, end)
            yield from _run(reader, number, stop, depth)
            number = yield from _literal(reader, number, stop, end, depth)


def _title(reader: _Reader, number: int, end: int) -> Block | None:
    """The section title starting on a line, with or without overline."""
    texts = [reader.lines.text(n).rstrip() for n in range(number, min(number + 3, end))]
    over = _ADORNMENT.fullmatch(texts[0]) is not None
    if over and len(texts) == 3 and texts[1].strip() and texts[2] == texts[0] and not _ADORNMENT.fullmatch(texts[1]):
        return _heading(reader, number + 1, (texts[0][0], True), Span(number, number + 3))
    if over or len(texts) < 2 or texts[0][:1].isspace() or not _ADORNMENT.fullmatch(texts[1]):
        return None
    if len(texts[1]) < min(len(texts[0]), 4) or texts[1] in ("::", "..."):
        return None
    return _heading(reader, number, (texts[1][0], False), Span(number, number + 2))


def _heading(reader: _Reader, number: int, style: tuple[str, bool], rows: Span) -> Block:
    if style not in reader.adornments:
        reader.adornments.append(style)
    span = reader.lines.span(rows.start, rows.end)
    reading = _inline(*reader.lines.joined(number, number + 1))
    return Block(BlockKind.HEADING, span, reading, level=reader.adornments.index(style) + 1)


def _explicit(reader: _Reader, first: int, end: int, depth: int) -> Iterator[Block]:
    """Yield directives and footnotes; comments, targets and substitutions are not readable text."""
    line = reader.lines.text(first)
    if found := _DIRECTIVE.match(line):
        name = found["name"].lower().split(":")[-1]
        if name in _CODE:
            yield from _code(reader, _after_options(reader, first + 1, end), end, depth)
        elif name not in _SILENT and not line.lstrip().startswith(".. |"):
            yield from _directive(reader, name, found, first, end, depth)
    elif found := _FOOTNOTE.match(line):
        yield _text(reader, BlockKind.TEXT, first, end, depth, skip=found.end())


def _directive(reader: _Reader, name: str, found: re.Match[str], first: int, end: int, depth: int) -> Iterator[Block]:
    start = _after_options(reader, first + 1, end)
    if found["argument"].strip() and name not in ("list-table", "csv-table", "table"):
        stop = _run_end(reader, first + 1, start) if start > first + 1 else first + 1
        yield _text(reader, BlockKind.TEXT, first, stop, depth, skip=found.start("argument"))
    yield from _body(reader, start, end, depth)


def _after_options(reader: _Reader, first: int, end: int) -> int:
    while first < end and _FIELD.match(reader.lines.text(first)):
        first += 1
    return first


def _literal(reader: _Reader, first: int, stop: int, end: int, depth: int) -> Generator[Block, None, int]:
    """Yield the literal block after a paragraph ending with two colons; returns the line to continue with."""
    if not reader.lines.text(stop - 1).rstrip().endswith("::"):
        return stop
    after = _indented_end(reader, stop, end, _indent(reader.lines.text(first)))
    yield from _code(reader, stop, after, depth)
    return after


def _code(reader: _Reader, first: int, end: int, depth: int) -> Iterator[Block]:
    spans = tuple(span for n in range(first, end) if len(span := reader.lines.stripped(n)))
    if spans:
        reading = plain_reading(reader.lines.source, spans[0].start, spans[-1].end)
        kept = reader.lines.span(reader.lines.number(spans[0].start), reader.lines.number(spans[-1].start) + 1)
        yield Block(BlockKind.CODE, kept, reading, depth=depth, lines=spans)


def _run(reader: _Reader, first: int, end: int, depth: int) -> Iterator[Block]:
    """Yield the blocks of a run of non-blank lines: paragraphs, list items, definitions, fields."""
    if reader.lines.text(first).lstrip().startswith(">>>"):
        yield from _code(reader, first, end, depth)
        return
    start = first
    for number in range(first + 1, end + 1):
        if number == end or _begins(reader, number, start):
            yield _piece(reader, start, number, depth)
            start = number


def _begins(reader: _Reader, number: int, start: int) -> bool:
    """Whether a line starts a new block: a bullet, a field, or the text after a term."""
    line, opening = reader.lines.text(number), reader.lines.text(start)
    if _BULLET.match(line) or _FIELD.match(line):
        return True
    is_list = _BULLET.match(opening) or _FIELD.match(opening)
    return number == start + 1 and not is_list and _indent(line) > _indent(opening)


def _piece(reader: _Reader, first: int, end: int, depth: int) -> Block:
    line = reader.lines.text(first)
    if bullet := _BULLET.match(line):
        return _text(reader, BlockKind.ITEM, first, end, depth + 1, skip=bullet.end())
    inner = depth + 1 if _indent(line) > 0 and not depth else depth
    return _text(reader, BlockKind.TEXT, first, end, inner)


def _text(reader: _Reader, kind: BlockKind, first: int, end: int, depth: int, *, skip: int = 0) -> Block:
    """Block from lines of text, without the first ``skip`` characters."""
    span = reader.lines.span(first, end)
    content, places = reader.lines.joined(first, end)
    cut = next((i for i, place in enumerate(places) if place >= span.start + skip), len(places))
    content, places = content[cut:], places[cut:]
    if content.endswith("::"):
        content, places = content[:-1], places[:-1]
    return Block(kind, span, _inline(content, places), depth=depth)


def _table(reader: _Reader, first: int, end: int) -> Iterator[Block]:
    header: tuple[str, ...] = ()
    for row in table_rows(reader.lines, first, end):
        cells = tuple(_inline("\n".join(content for content, _ in cell), _places(cell)) for cell in row.cells)
        if row.is_header:
            header = tuple(cell.text for cell in cells)
        elif any(len(cell) for cell in cells):
            span = reader.lines.span(row.first, row.end)
            names = header if len(header) == len(cells) else ()
            yield Block(BlockKind.ROW, span, max(cells, key=len), header=names, cells=cells)


def _places(cell: tuple[tuple[str, int], ...]) -> array[int]:
    """Document offsets of the characters of a cell's lines, joined by line ends."""
    places = array("q")
    for content, start in cell:
        if places:
            places.append(max(places[-1] + 1, start - 1))
        places.extend(range(start, start + len(content)))
    return places


def _inline(content: str, places: array[int]) -> Reading:
    """Reading form of inline markup: references become their text, substitutions and footnote marks are dropped."""
    builder = ReadingBuilder()
    opaque: list[Span] = []
    strong = position = 0
    for found in _INLINE.finditer(content):
        _keep(builder, content, places, position, found.start())
        before = len(builder)
        if found.lastgroup is not None and found.lastgroup != "mark":
            group = "shown" if found["shown"] is not None else found.lastgroup
            _keep(builder, content, places, found.start(group), found.end(group))
        if found["code"] is not None and len(builder) > before:
            opaque.append(Span(before, len(builder)))
        if found["strong"] is not None and not before:
            strong = len(builder)
        position = found.end()
    _keep(builder, content, places, position, len(content))
    return builder.reading(tuple(opaque), strong)


def _keep(builder: ReadingBuilder, content: str, places: array[int], start: int, end: int) -> None:
    """Keep ``content[start:end]`` line by line, since its lines may not be adjacent in the document."""
    while start < end:
        stop = content.find("\n", start, end)
        stop = end if stop < 0 else stop
        if stop > start:
            builder.keep(content[start:stop], places[start])
        if stop < end:
            builder.space(places[stop], places[stop] + 1)
        start = stop + 1


def _run_end(reader: _Reader, first: int, end: int) -> int:
    number = first
    while number < end and reader.lines.text(number).strip():
        number += 1
        if number < end and _ends_run(reader.lines.text(number)):
            break
        if number < end and number > first and _title(reader, number, end):
            break
    return max(number, first + 1)


def _ends_run(line: str) -> bool:
    return _EXPLICIT.match(line) is not None or _ADORNMENT.fullmatch(line) is not None


def _group_end(reader: _Reader, first: int, end: int, *, is_simple: bool) -> int:
    """End of a table; a simple table may contain blank lines, and ends at its third edge or the last before a gap."""
    number, last = first, first + 1
    while number < end and (is_simple or reader.lines.text(number).strip()):
        line = reader.lines.text(number)
        if _TABLE_EDGE.fullmatch(line):
            last = number + 1
            if is_simple and number > first and (last >= end or not reader.lines.text(last).strip()):
                break
        number += 1
    return last if is_simple else number


def _indented_end(reader: _Reader, first: int, end: int, indent: int) -> int:
    """End of the lines from ``first`` that are blank or indented by more than ``indent``."""
    number = last = first
    while number < end:
        line = reader.lines.text(number)
        if line.strip():
            if _indent(line) <= indent:
                break
            last = number + 1
        number += 1
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
