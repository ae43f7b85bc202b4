"""Splits blocks into sentences that can be quoted verbatim."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mlsurvey.reading.blocks import Block, BlockKind, Reading
from mlsurvey.reading.labels import Label, label_of
from mlsurvey.reading.sentences import MAX_QUOTE, sentence_spans, shortened
from mlsurvey.types import Sentence, SentenceKind, Span

_CLOSING = re.compile(
    r"(?:\](?:\((?:[^()\s]|\([^()\s]*\))*(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*\)|\[[^\[\]\n]*\])"
    r"|(?!\{\{|\{%|<!--|!?\[)\S)*"
)
_OPENING = re.compile(r"(?:[*_~`\[]|<[A-Za-z]+>)+\Z")
_MAX_OPENING = 24  # maximum characters of marks before a word
_SHORT_ANSWER = 60  # characters; "No. Not at the moment." is meaningless without its question
_UNSEEN = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def block_sentences(text: str, block: Block) -> list[Sentence]:
    """Quotable parts of one block of the document ``text``, in order."""
    match block.kind:
        case BlockKind.ROW:
            return list(_row(text, block))
        case BlockKind.CODE:
            return list(_code(text, block))
        case _:
            return [sentence for sentence in _prose(text, block) if any(map(str.isalnum, sentence.text))]


def answered(text: str, question: Block, sentences: list[Sentence]) -> list[Sentence]:
    """Join a short answer ("No.") to the question in the heading above it; return the sentences."""
    count = 0
    while count < len(sentences) and len(sentences[count].text) < _SHORT_ANSWER:
        count += 1
    asked = question.reading.text
    if not count or not asked.endswith("?") or not len(question.reading.starts):
        return sentences
    if text[question.span.end : sentences[0].span.start].strip():  # skipped content in between, as in a quiz
        return sentences
    end = next((i for i in range(1, count + 1) if sum(len(s.text) for s in sentences[:i]) >= _SHORT_ANSWER), count)
    span = Span(question.reading.starts[0], sentences[end - 1].span.end)
    if len(span) > MAX_QUOTE:
        return sentences
    joined = " ".join([asked, *(sentence.text for sentence in sentences[:end])])
    return [replace(sentences[0], span=span, text=joined), *sentences[end:]]


def _prose(text: str, block: Block) -> Iterator[Sentence]:
    label = label_of(block)
    kind = _kind(block)
    reading = block.reading
    pieces = [piece for span in _whole(reading, label) for piece in shortened(reading, span)]
    spans = _widened(text, block, pieces)
    for piece, span in zip(pieces, spans, strict=True):
        yield Sentence(span, piece.of(reading.text), kind, label.text if label else None)


def _kind(block: Block) -> SentenceKind:
    if block.kind is BlockKind.HEADING:
        return SentenceKind.HEADING
    return SentenceKind.BULLET if block.depth else SentenceKind.PROSE


def _whole(reading: Reading, label: Label | None) -> list[Span]:
    """Sentences of a reading form; a label that forms its own sentence is joined to the next."""
    spans = sentence_spans(reading.text, reading.opaque)
    while label and len(spans) > 1 and spans[0].end <= label.end:
        spans[:2] = [Span(spans[0].start, spans[1].end)]
    return spans


def _widened(text: str, block: Block, pieces: Sequence[Span]) -> list[Span]:
    """Document spans of pieces of a reading form, including their opening and closing marks."""
    spans: list[Span] = []
    floor = block.span.start
    for index, piece in enumerate(pieces):
        place = block.reading.place(piece.start, piece.end)
        is_last = index + 1 == len(pieces)
        ceiling = block.span.end if is_last else block.reading.starts[pieces[index + 1].start]
        start = _opened(text, floor, place.start)
        end = _closed(text, place.end, ceiling)
        if end - start > MAX_QUOTE + 300:  # a long URL after the last word would exceed the quote limit
            end = place.end
        spans.append(Span(start, end))
        floor = end
    return spans


def _opened(text: str, floor: int, start: int) -> int:
    """Move ``start`` left over directly preceding marks."""
    base = max(floor, start - _MAX_OPENING)
    found = _OPENING.search(text[base:start])
    return base + found.start() if found else start


def _closed(text: str, end: int, ceiling: int) -> int:
    """Move ``end`` right over directly following marks."""
    found = _CLOSING.match(text, end, max(end, ceiling))
    return found.end() if found else end


def _row(text: str, block: Block) -> Iterator[Sentence]:
    """Yield one sentence per row, or several if its line exceeds the quote limit."""
    if len(place := _trim(text, block.span)) <= MAX_QUOTE:
        yield _cells_sentence(place, block.cells, block.header)
        return
    if _is_interleaved(block.cells):
        for part in _line_parts(text, block):
            yield from _row(text, part)
        return
    for first, end in _cell_groups(block.cells):
        cells = block.cells[first:end]
        if filled := [cell for cell in cells if len(cell)]:
            for piece in _cell_pieces(filled):
                yield (
                    _cells_sentence(piece, cells, block.header[first:end])
                    if len(filled) > 1
                    else _part(piece, filled[0], block.header[first:end])
                )


def _is_interleaved(cells: Sequence[Reading]) -> bool:
    """Whether cells stand side by side on several lines, so that no cell is one range of the document."""
    filled = [cell for cell in cells if len(cell)]
    return any(right.starts[0] < left.ends[-1] for left, right in pairwise(filled))


def _line_parts(text: str, block: Block) -> Iterator[Block]:
    """Split a row of several lines at line ends, each part with what its lines hold of each cell.

    A part ends where the fewest cells are cut within a sentence, and as late as the quote limit allows.
    """
    raw = block.span.of(text)
    ends = [block.span.start + found.end() for found in re.finditer(r"\n|\Z", raw)]
    start = block.span.start
    while ends and start < block.span.end:
        fitting = [end for end in ends if start < end <= start + MAX_QUOTE] or ends[:1]
        end = min(fitting, key=lambda place: (sum(_is_cut(cell, place) for cell in block.cells), -place))
        cells = [(_between(cell, start, end), n) for n, cell in enumerate(block.cells)]
        if end - start > MAX_QUOTE:  # one line, whose cells can be split from left to right only
            cells = sorted((one for one in cells if len(one[0])), key=lambda one: one[0].starts[0])
        if any(len(cell) for cell, _ in cells):
            header = tuple(block.header[n] for _, n in cells) if block.header else ()
            yield replace(block, span=Span(start, end), cells=tuple(cell for cell, _ in cells), header=header)
        start, ends = end, [place for place in ends if place > end]


def _is_cut(cell: Reading, place: int) -> bool:
    """Whether a sentence of the cell goes on after ``place``."""
    size = bisect_left(cell.starts, place)
    return 0 < size < len(cell) and not cell.text[:size].rstrip().endswith((".", "!", "?", ":", ";"))


def _between(cell: Reading, start: int, end: int) -> Reading:
    """The part of a cell in a range of the document."""
    first, stop = bisect_left(cell.starts, start), bisect_left(cell.starts, end)
    while first < stop and cell.text[first] == " ":
        first += 1
    while stop > first and cell.text[stop - 1] == " ":
        stop -= 1
    return Reading(cell.text[first:stop], cell.starts[first:stop], cell.ends[first:stop])


def _cells_sentence(place: Span, cells: Sequence[Reading], header: tuple[str, ...]) -> Sentence:
    text = " | ".join(cell.text for cell in cells).replace("  ", " ").strip()  # an empty cell keeps its place
    return Sentence(place, text, SentenceKind.ROW, header=header)


def _part(place: Span, cell: Reading, header: tuple[str, ...]) -> Sentence:
    first, end = bisect_left(cell.starts, place.start), bisect_left(cell.starts, place.end)
    return Sentence(place, cell.text[first:end].strip(), SentenceKind.ROW, header=header)


def _cell_groups(cells: Sequence[Reading]) -> Iterator[tuple[int, int]]:
    """Yield ranges of adjacent cells that fit into one quote."""
    first = 0
    start: int | None = None  # of the first filled cell of the group
    end = 0
    for index, cell in enumerate(cells):
        if len(cell):
            start, end = cell.starts[0] if start is None else start, cell.ends[-1]
        if start is not None and end - start > MAX_QUOTE and index > first:
            yield first, index
            first, start = index, cell.starts[0] if len(cell) else None
    if cells:
        yield first, len(cells)


def _cell_pieces(cells: Sequence[Reading]) -> list[Span]:
    if len(cells) > 1:
        return [Span(cells[0].starts[0], cells[-1].ends[-1])]
    cell = cells[0]
    return [cell.place(piece.start, piece.end) for piece in shortened(cell, Span(0, len(cell)))]


def _trim(text: str, span: Span) -> Span:
    raw = span.of(text)
    start = span.start + len(raw) - len(raw.lstrip())
    return Span(start, max(start, span.start + len(raw.rstrip())))


def _code(text: str, block: Block) -> Iterator[Sentence]:
    """Group lines of code up to the quote limit; only a single line that exceeds it is split."""
    group: list[Span] = []
    for line in (piece for whole in block.lines for piece in _cut_line(whole)):
        if group and line.end - group[0].start > MAX_QUOTE:
            yield _code_sentence(text, group)
            group = []
        group.append(line)
    if group:
        yield _code_sentence(text, group)


def _cut_line(line: Span) -> Iterator[Span]:
    for start in range(line.start, line.end, MAX_QUOTE):
        yield Span(start, min(start + MAX_QUOTE, line.end))


def _code_sentence(text: str, lines: Sequence[Span]) -> Sentence:
    span = Span(lines[0].start, lines[-1].end)
    code = _UNSEEN.sub("", span.of(text).replace("\r\n", "\n").replace("\r", "\n"))
    return Sentence(span, code, SentenceKind.CODE)
