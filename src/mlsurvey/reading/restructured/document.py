"""A reStructuredText document as blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlsurvey.reading.blocks import Block
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.noise import is_readable
from mlsurvey.reading.restructured import explicit, lists, sections, tables
from mlsurvey.reading.restructured.body import body_blocks
from mlsurvey.reading.restructured.inline import substitutions_of
from mlsurvey.reading.restructured.reader import Place, Reader
from mlsurvey.reading.restructured.tabs import expanded, unexpanded
from mlsurvey.reading.rows import rows_of
from mlsurvey.types import Span

# In the order in which docutils tries them.
_CONSTRUCTS = (*lists.CONSTRUCTS, *tables.CONSTRUCTS, *explicit.CONSTRUCTS, *sections.CONSTRUCTS)


def restructured_blocks(text: str, start: int = 0) -> list[Block]:
    """Blocks of a reStructuredText document, in order; ``start`` is the end of its front matter."""
    spaced, places = expanded(text)
    lines = Lines(spaced)
    if places:
        start = bisect_left(places, start)
    rows = rows_of(lines, lines.number(start) if start else 0, len(lines))
    reader = Reader(lines, _CONSTRUCTS, substitutions_of(spaced))
    blocks = [block for block in body_blocks(reader, rows, Place()) if is_readable(block.reading)]
    blocks = list(_apart(blocks))
    return [unexpanded(block, places) for block in blocks] if places else blocks


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
