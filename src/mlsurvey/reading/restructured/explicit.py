"""Explicit markup: directives, footnotes, targets and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.restructured.body import body_blocks, code_block, paragraph_block
from mlsurvey.reading.restructured.directives import Directive, DirectiveKind, directive_of
from mlsurvey.reading.restructured.inline import NAME
from mlsurvey.reading.restructured.reader import PARAGRAPH, Construct, Opening, Place, Reader, Steps
from mlsurvey.reading.restructured.tables import listed_table
from mlsurvey.reading.rows import Row, joined, opened
from mlsurvey.types import Span

_EXPLICIT = re.compile(r"\.\.(?: +|$)")
_ANONYMOUS = re.compile(r"__(?: +|$)")
_FOOTNOTE = re.compile(rf"\.\. +\[(?:[0-9]+|#|#{NAME}|\*|{NAME})\](?: +|$)")
_TARGET = re.compile(r"\.\. +_(?![ ]|$)")
_DIRECTIVE = re.compile(rf"\.\. +(?P<name>{NAME}) ?::(?: +|$)")


def _anonymous_target(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    yield from ()
    return number + len(opened(rows, number, found.end(), until_blank=True))


def _explicit_markup(reader: Reader, rows: Sequence[Row], number: int, found: re.Match[str], place: Place) -> Steps:
    """Yield directives and footnotes; comments, targets and substitutions are not readable text."""
    text = rows[number].text
    if note := _FOOTNOTE.match(text):
        body = opened(rows, number, note.end())
        yield from body_blocks(reader, body, place.inner())
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


def _directive(reader: Reader, directive: Directive, row: Row, mark: re.Match[str], place: Place) -> Iterator[Block]:
    inner = place.inner(titles=place.titles and directive.kind is DirectiveKind.BARE)
    match directive.kind:
        case DirectiveKind.SILENT:
            return
        case DirectiveKind.CODE:
            yield from code_block(reader, directive.content, place)
        case DirectiveKind.OBJECT:
            for signature in directive.signatures():
                yield from paragraph_block(reader, signature, place, PARAGRAPH)
            yield from body_blocks(reader, directive.content, inner)
        case DirectiveKind.VERSION:
            name = Span(row.start + mark.start("name"), row.start + mark.end())
            yield from _version(reader, directive, name, inner)
        case DirectiveKind.LIST_TABLE | DirectiveKind.CSV_TABLE:
            if directive.argument:
                yield from paragraph_block(reader, directive.argument, place, PARAGRAPH)
            yield from listed_table(reader, directive, inner)
        case DirectiveKind.BARE:
            yield from body_blocks(reader, directive.content, inner)
        case _:
            yield from body_blocks(reader, [*directive.argument, *directive.content], inner)


def _version(reader: Reader, directive: Directive, mark: Span, place: Place) -> Iterator[Block]:
    """Yield a note on a version: its number is read with the words that Sphinx writes for the directive."""
    rows = [*directive.argument, *directive.content]
    if not rows or not rows[0].text:
        yield from body_blocks(reader, rows, place)
        return
    size = len(" ".join(rows[0].text.split(" ")[: directive.numbers]))
    name = joined([rows[0].until(size)])
    opening = Opening(BlockKind.TEXT, name, (directive.words, mark), ": ")
    yield from body_blocks(reader, [rows[0].after(size).stripped(), *rows[1:]], place, opening)


CONSTRUCTS = (
    Construct(_EXPLICIT, _explicit_markup),
    Construct(_ANONYMOUS, _anonymous_target),
)
