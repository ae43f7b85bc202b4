"""The body of a document or of one of its blocks: paragraphs, literal blocks, definitions, and the rest by its form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlsurvey.reading.blocks import Block, BlockKind, plain_reading
from mlsurvey.reading.restructured.reader import PARAGRAPH, Opening, Place, Reader, Steps
from mlsurvey.reading.restructured.sections import ADORNMENT, is_underlined, underlined_title
from mlsurvey.reading.rows import Row, indented, joined, run_end

_MAX_NESTING = 40  # beyond it, everything is a paragraph: nobody writes that, and recursion is limited


def body_blocks(reader: Reader, rows: Sequence[Row], place: Place, opening: Opening | None = None) -> Iterator[Block]:
    """Yield the blocks of a document, or of what is nested in one of its blocks."""
    number = 0
    while number < len(rows):
        if opening and rows[number].text and _is_paragraph(reader, rows, number, place):
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


def _taken(steps: Steps) -> tuple[list[Block], int]:
    """All blocks of some steps, and the row to continue with."""
    blocks: list[Block] = []
    while True:
        try:
            blocks.append(next(steps))
        except StopIteration as end:
            return blocks, end.value


def _alone(reader: Reader, opening: Opening, place: Place) -> Iterator[Block]:
    """Yield the name of a body that begins with no paragraph."""
    if places := opening.name[1]:
        first, last = reader.lines.number(places[0]), reader.lines.number(places[-1])
        span = reader.lines.span(first, last + 1)
        yield Block(opening.kind, span, opening.start(reader.substitutions).reading(), depth=place.depth)


def _block(reader: Reader, rows: Sequence[Row], number: int, place: Place) -> Steps:
    text = rows[number].text
    if not text:
        return number + 1
    if place.nesting > _MAX_NESTING:
        end = run_end(rows, number)
        yield from paragraph_block(reader, rows[number:end], place, PARAGRAPH)
        return end
    if text[0] == " ":
        quote = indented(rows, number)
        yield from body_blocks(reader, quote, place.inner())
        return number + len(quote)
    if construct := reader.construct(rows, number, place):
        handler, found = construct
        return (yield from handler(reader, rows, number, found, place))
    if title := underlined_title(reader, rows, number, place):
        yield title
        return number + 2
    if _is_term(rows, number):
        return (yield from _definition(reader, rows, number, place))
    return (yield from _paragraph(reader, rows, number, place, PARAGRAPH))


def _is_paragraph(reader: Reader, rows: Sequence[Row], number: int, place: Place) -> bool:
    """Whether plain text begins on a row."""
    if place.nesting > _MAX_NESTING or rows[number].text[0] == " " or reader.construct(rows, number, place):
        return False
    return not _is_term(rows, number) and not (place.titles and is_underlined(rows, number))


def _paragraph(reader: Reader, rows: Sequence[Row], number: int, place: Place, opening: Opening) -> Steps:
    end = _paragraph_end(reader, rows, number, place)
    yield from paragraph_block(reader, rows[number:end], place, opening)
    if rows[end - 1].text.endswith("::"):
        return (yield from _literal(reader, rows, end, place))
    return end


def _paragraph_end(reader: Reader, rows: Sequence[Row], first: int, place: Place) -> int:
    """End of a paragraph: a blank row, or one that is indented and begins something else.

    docutils reports the indentation as an error and begins a block quote; a sentence
    that only has a line with the wrong margin is read as one here.
    """
    end = first + 1
    is_indented = False
    while end < len(rows) and rows[end].text:
        is_indented = is_indented or rows[end].indent > 0
        if is_indented and reader.construct([row.stripped() for row in rows[end : end + 3]], 0, place.inner()):
            break
        if not place.titles and is_underlined(rows, end - 1) and end - 1 == first:
            return end
        end += 1
    return end


def paragraph_block(reader: Reader, rows: Sequence[Row], place: Place, opening: Opening) -> Iterator[Block]:
    """Yield the rows as one paragraph, after what opens it."""
    content, places = joined(rows)
    if content.endswith("::"):
        size = len(content) - 1 if content[-3:-2].strip() else len(content[:-2].rstrip())
        content, places = content[:size], places[:size]
    reading = opening.start(reader.substitutions)
    opening.follow(reading, (content, places))
    start = opening.written[1].start if opening.written else (opening.name[1] or places or [rows[0].start])[0]
    span = reader.lines.span(reader.lines.number(start), rows[-1].number + 1)
    yield Block(opening.kind, span, reading.reading(), depth=place.depth)


def _literal(reader: Reader, rows: Sequence[Row], number: int, place: Place) -> Steps:
    """Yield the literal block after two colons: indented, or with one mark before each line."""
    first = number
    while first < len(rows) and not rows[first].text:
        first += 1
    if first == len(rows):
        return first
    if rows[first].text[0] == " ":
        block = indented(rows, first)
        yield from code_block(reader, block, place)
        return first + len(block)
    mark, end = rows[first].text[0], first
    if first == number or not ADORNMENT.match(mark):
        return number
    while end < len(rows) and rows[end].text.startswith(mark):
        end += 1
    yield from code_block(reader, rows[first:end], place)
    return end


def code_block(reader: Reader, rows: Sequence[Row], place: Place) -> Iterator[Block]:
    """Yield the rows as code, which is quoted by lines."""
    spans = tuple(reader.lines.stripped(row.number) for row in rows if row.text)
    if spans:
        reading = plain_reading(reader.lines.source, spans[0].start, spans[-1].end)
        span = reader.lines.span(rows[0].number, rows[-1].number + 1)
        yield Block(BlockKind.CODE, span, reading, depth=place.depth, lines=spans)


def _is_term(rows: Sequence[Row], number: int) -> bool:
    return number + 1 < len(rows) and rows[number + 1].text.startswith(" ")


def _definition(reader: Reader, rows: Sequence[Row], number: int, place: Place) -> Steps:
    """Yield a term with its definition."""
    body = indented(rows, number + 1)
    opening = Opening(name=joined(rows[number : number + 1]), separator=": ")
    yield from body_blocks(reader, body, place.inner(items=1), opening)
    return number + 1 + len(body)
