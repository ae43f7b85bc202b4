"""Items of lists, fields and options; line blocks and doctest blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlsurvey.reading.restructured.body import body_blocks, code_block, paragraph_block
from mlsurvey.reading.restructured.directives import FIELD
from mlsurvey.reading.restructured.enumerators import ENUMERATOR, is_enumerated
from mlsurvey.reading.restructured.reader import ITEM, PARAGRAPH, Construct, Opening, Place, Reader, Steps
from mlsurvey.reading.rows import Row, joined, opened, run_end

_OPTION = (
    r"(?:[-+][a-zA-Z0-9](?: ?(?:[a-zA-Z][a-zA-Z0-9_-]*|<[^<>]+>))?"
    r"|(?:--|/)[a-zA-Z0-9][a-zA-Z0-9_-]*(?:[ =](?:[a-zA-Z][a-zA-Z0-9_-]*|<[^<>]+>))?)"
)
_BULLET = re.compile(r"[-+*•‣⁃](?: +|$)")
_OPTIONS = re.compile(rf"(?P<name>{_OPTION}(?:, {_OPTION})*)(?:  +| ?$)")
_DOCTEST = re.compile(r">>>(?: +|$)")
_LINE_BLOCK = re.compile(r"\|(?: +|$)")


def _list_item(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    body = item_body(rows, number, found)
    yield from body_blocks(reader, body, place.inner(items=1), ITEM)
    return number + len(body)


def item_body(rows: Sequence[Row], number: int, found: re.Match[str]) -> list[Row]:
    """The body of a list item: aligned with its text, or indented by any number if that begins on the next row."""
    column = found.end()
    return opened(rows, number, column, known=column if len(rows[number].text) > column else None)


def item_bodies(rows: Sequence[Row]) -> list[list[Row]]:
    """The bodies of the items of a list; none if anything else stands beside them."""
    items: list[list[Row]] = []
    number = 0
    while number < len(rows):
        if found := _BULLET.match(rows[number].text):
            items.append(item_body(rows, number, found))
            number += len(items[-1])
        elif rows[number].text:
            return []
        else:
            number += 1
    return items


def _field_item(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    name = joined([rows[number].after(found.start("name")).until(len(found["name"]))])
    body = opened(rows, number, found.end())
    yield from body_blocks(reader, body, place.inner(items=1), Opening(name=name, separator=": "))
    return number + len(body)


def _option_item(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    body = opened(rows, number, found.end())
    name = joined([rows[number].until(found.end("name"))])
    yield from body_blocks(reader, body, place.inner(items=1), Opening(name=name, separator=" "))
    return number + len(body)


def _is_described(rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> bool:
    return any(row.text for row in opened(rows, number, found.end()))


def _begins_enumeration(rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> bool:
    following = rows[number + 1].text if number + 1 < len(rows) else ""
    return is_enumerated(found.group().rstrip(), following) and any(row.text for row in item_body(rows, number, found))


def _line_block(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
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
        yield from paragraph_block(reader, [row for row in kept if row.text], place, PARAGRAPH)
    return end


def _doctest_block(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    end = run_end(rows, number)
    yield from code_block(reader, rows[number:end], place)
    return end


CONSTRUCTS = (
    Construct(_BULLET, _list_item),
    Construct(ENUMERATOR, _list_item, _begins_enumeration),
    Construct(FIELD, _field_item),
    Construct(_OPTIONS, _option_item, _is_described),
    Construct(_DOCTEST, _doctest_block),
    Construct(_LINE_BLOCK, _line_block),
)
