"""Converts plain text to blocks: numbered or underlined headings, bullets, paragraphs. Markup is left as is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mlsurvey.reading.blocks import Block, BlockKind, plain_reading
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.noise import is_readable

_DOTS = "•◦▪‣●∙⁃"
_BULLET = re.compile(rf"[ \t\u00a0]*(?P<mark>[{_DOTS}]|[*+\-–](?=[ \t])|\(?\d{{1,3}}[.)](?=[ \t]))[ \t\u00a0]*(?=\S)")
_DOT_BULLET = re.compile(rf"^[{_DOTS}][ \t\u00a0]*(?=\S)", re.MULTILINE)
_NUMBERED = re.compile(r"\s{0,3}(?P<number>\d{1,2}(?:\.\d{1,3}){0,5})(?P<dot>\.?)[ \t\u00a0]+(?P<title>\S.*)")
_UNDERLINE = re.compile(r"\s{0,3}([=\-~*_#^\"'])\1{2,}\s*")
_LEVELS = {"=": 1, "#": 1, "-": 2, "*": 2, "_": 2}
_OTHER_LEVEL = 3
_CAPITALS_LEVEL = 2
_MAX_HEADING = 110  # characters; section titles are shorter, sentences often longer
_MAX_ITEM_HEADING_WORDS = 8  # tells "1. Introduction" from the first item of a list of steps
_CODE_INDENT = 4
_Lines = list[int]


def numbered_heading(line: str) -> int:
    """Level of a heading such as "2.4.1 tch-rs (Rust Bindings)": its count of numbers; 0 if it is not a heading."""
    found = _NUMBERED.fullmatch(line.rstrip())
    if not found or not _is_title(found["title"]) or not found["title"][0].isalpha():
        return 0
    return found["number"].count(".") + 1


def bullet_lines(content: str) -> list[tuple[int, int, bool]]:
    """Split a paragraph at lines that begin with a bullet dot: start, end (without the dot), whether it is a bullet."""
    found = list(_DOT_BULLET.finditer(content))
    if not found:
        return [(0, len(content), False)]
    parts = [(0, found[0].start(), False)] if content[: found[0].start()].strip() else []
    ends = [later.start() for later in found[1:]] + [len(content)]
    parts += [(mark.end(), end, True) for mark, end in zip(found, ends, strict=True)]
    return [part for part in parts if content[part[0] : part[1]].strip()]


def plain_blocks(text: str, start: int = 0) -> list[Block]:
    """Blocks of a plain text, in order; ``start`` is the end of its front matter."""
    lines = Lines(text)
    groups = list(_groups(lines, lines.number(start) if start else 0))
    blocks: list[Block] = []
    for group, following in pairwise([*groups, []]):
        blocks += _group_blocks(lines, group, following, blocks[-1] if blocks else None)
    return [block for block in blocks if is_readable(block.reading)]


def _groups(lines: Lines, first: int) -> Iterator[_Lines]:
    """Yield runs of non-blank lines."""
    group: _Lines = []
    for number in range(first, len(lines)):
        if lines.text(number).strip():
            group.append(number)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _group_blocks(lines: Lines, group: _Lines, following: _Lines, before: Block | None) -> Iterator[Block]:
    if len(group) == 1 and (level := _lone_level(lines, group[0], following)):
        yield _block(lines, BlockKind.HEADING, group, level=level)
        return
    if _is_code(lines, group, before):
        spans = tuple(lines.stripped(number) for number in group)
        reading = plain_reading(lines.source, spans[0].start, spans[-1].end)
        yield Block(BlockKind.CODE, lines.span(group[0], group[-1] + 1), reading, lines=spans)
        return
    at, last = 0, len(group) - 1
    while at < last and _UNDERLINE.fullmatch(lines.text(group[at])):  # an overline or a rule
        at += 1
    while at < last and (mark := _UNDERLINE.fullmatch(lines.text(group[at + 1]))) and _is_short(lines, group[at]):
        yield _block(lines, BlockKind.HEADING, [group[at]], level=_LEVELS.get(mark[1], _OTHER_LEVEL))
        at += 2
    yield from _paragraphs(lines, group[at:], before)


def _paragraphs(lines: Lines, group: _Lines, before: Block | None) -> Iterator[Block]:
    """Split a run of lines before each bullet; lines after a bullet belong to it."""
    piece: _Lines = []
    is_item = False
    for number in group:
        bullet = _BULLET.match(lines.text(number))
        if bullet and piece:
            yield _paragraph(lines, piece, before, is_item=is_item)
            piece = []
        if not piece:
            is_item = bullet is not None
        piece.append(number)
    if piece:
        yield _paragraph(lines, piece, before, is_item=is_item)


def _paragraph(lines: Lines, group: _Lines, before: Block | None, *, is_item: bool) -> Block:
    if is_item:
        return _block(lines, BlockKind.ITEM, group, depth=1)
    continues = before is not None and before.depth > 0 and lines.text(group[0]).startswith(("   ", "\t"))
    return _block(lines, BlockKind.TEXT, group, depth=int(continues))


def _block(lines: Lines, kind: BlockKind, group: _Lines, *, level: int = 0, depth: int = 0) -> Block:
    span = lines.span(group[0], group[-1] + 1)
    start = span.start
    if kind is BlockKind.ITEM and (bullet := _BULLET.match(lines.source, span.start, span.end)):
        start = bullet.end()
    return Block(kind, span, plain_reading(lines.source, start, span.end), level=level, depth=depth)


def _lone_level(lines: Lines, number: int, following: _Lines) -> int:
    """Level of a single-line group, if it is a heading; 0 otherwise."""
    line = lines.text(number)
    if level := numbered_heading(line):
        found = _NUMBERED.fullmatch(line.rstrip())
        is_step = found is not None and bool(found["dot"]) and level == 1
        return 0 if is_step and not _is_chapter(lines, line, following) else level
    words = line.strip()
    is_capital = words.isupper() and len(words) > 3 and _is_title(words) and not _BULLET.match(line)
    return _CAPITALS_LEVEL if is_capital else 0


def _is_chapter(lines: Lines, line: str, following: _Lines) -> bool:
    """Whether "1. Introduction" starts a section: few words, and text rather than another step follows."""
    if len(line.split()) > _MAX_ITEM_HEADING_WORDS or not following:
        return False
    return not _NUMBERED.match(lines.text(following[0]))


def _is_title(words: str) -> bool:
    return len(words) <= _MAX_HEADING and words.rstrip()[-1] not in ".,;:?!" and any(c.isalpha() for c in words)


def _is_short(lines: Lines, number: int) -> bool:
    return len(lines.text(number).strip()) <= _MAX_HEADING


def _is_code(lines: Lines, group: _Lines, before: Block | None) -> bool:
    """Whether lines are indented as code: after a colon and outside lists."""
    if before is None or before.depth or not before.reading.text.endswith(":"):
        return False
    return all(_indent(lines.text(n)) >= _CODE_INDENT and not _BULLET.match(lines.text(n)) for n in group)


def _indent(line: str) -> int:
    line = line.expandtabs(_CODE_INDENT)
    return len(line) - len(line.lstrip())
