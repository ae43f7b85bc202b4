"""Titles of sections: a line with a line of marks below it, or above and below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.restructured.inline import inline_reading
from mlsurvey.reading.restructured.reader import Construct, Place, Reader, Steps
from mlsurvey.reading.rows import Row, column_width, joined

_MIN_ADORNMENT = 4  # characters; shorter ones are text unless they are as long as the title
ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*$")
"""A line of one mark, repeated."""


def is_underlined(rows: Sequence[Row], number: int) -> bool:
    """Whether the next row underlines this one."""
    if number + 1 >= len(rows) or not ADORNMENT.match(rows[number + 1].text):
        return False
    size = len(rows[number + 1].text)
    return size >= _MIN_ADORNMENT or size >= column_width(rows[number].text)


def underlined_title(reader: Reader, rows: Sequence[Row], number: int, place: Place) -> Block | None:
    """The title on a row, if the next row underlines it."""
    if not place.titles or not is_underlined(rows, number):
        return None
    return _heading(reader, rows[number : number + 2], rows[number], (rows[number + 1].text[0], False))


def _heading(reader: Reader, rows: Sequence[Row], title: Row, style: tuple[str, bool]) -> Block:
    if style not in reader.adornments:
        reader.adornments.append(style)
    span = reader.lines.span(rows[0].number, rows[-1].number + 1)
    reading = inline_reading(joined([title]), reader.substitutions)
    return Block(BlockKind.HEADING, span, reading, level=reader.adornments.index(style) + 1)


def _overlined_title(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    """Yield the title below an overline; a line of marks without one is a rule, or an error."""
    if place.titles and _is_overlined(rows, number):
        yield _heading(reader, rows[number : number + 3], rows[number + 1], (found[1], True))
        return number + 3
    return number + 1


def _is_overlined(rows: Sequence[Row], number: int) -> bool:
    texts = [row.text for row in rows[number : number + 3]]
    return len(texts) == 3 and texts[2] == texts[0] and bool(texts[1]) and not ADORNMENT.match(texts[1])


def _is_rule(rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> bool:
    if len(found.group()) >= _MIN_ADORNMENT:
        return True
    is_wide = place.titles and _is_overlined(rows, number)
    return is_wide and column_width(rows[number + 1].text.rstrip()) <= len(found.group())


CONSTRUCTS = (Construct(ADORNMENT, _overlined_title, _is_rule),)
