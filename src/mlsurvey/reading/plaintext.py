"""Converts plain text to blocks: numbered or underlined headings, bullets, paragraphs. Markup is left as is."""

from __future__ import annotations

import re
from collections import Counter
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
_ENDS = (".", ":", ";", "!", "?", "。", "：", "！", "？")
_Lines = list[int]
_Mark = re.Match[str]
_Listed = Counter[tuple[tuple[int, str], int | None]]
"""How often each mark begins a line of a run: indentation and form, and its number if it has one."""


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
    """Split a run of lines before each item; lines after a bullet belong to it."""
    marks = [_BULLET.match(lines.text(number)) for number in group]
    listed = Counter((_list_key(mark), _ordinal(mark)) for mark in marks if mark)
    starts = [n for n in range(len(group)) if n == 0 or _begins_item(lines, group[n - 1 : n + 1], marks[n], listed)]
    for start, end in pairwise([*starts, len(group)]):
        yield _paragraph(lines, group[start:end], before, is_item=marks[start] is not None)


def _begins_item(lines: Lines, pair: _Lines, mark: _Mark | None, listed: _Listed) -> bool:
    """Whether the second of two lines begins an item, rather than goes on with a wrapped sentence.

    It does if it has a dot, or a mark that is repeated in the run as in a list: the same one with the same
    indentation, or the number before or after it. A mark that stands alone begins an item only where no sentence
    is torn: after the end of a sentence or a colon, or with a deeper indentation. A dash between two numbers is a
    range. A number other than 1 that continues no list belongs to the sentence.
    """
    if mark is None or mark["mark"] in _DOTS:
        return mark is not None
    above, line = (lines.text(number).rstrip() for number in pair)
    value = _ordinal(mark)
    if value is None and above[-1:].isdigit() and line[mark.end() : mark.end() + 1].isdigit():
        return False
    if _is_repeated(mark, value, listed):
        return True
    is_apart = above.endswith(_ENDS) or _indent(line) > _indent(above)
    return is_apart and value in (None, 1)


def _is_repeated(mark: _Mark, value: int | None, listed: _Listed) -> bool:
    """Whether a mark of the same list begins another line of the run."""
    key = _list_key(mark)
    is_numbered = value is not None and (listed[key, value - 1] > 0 or listed[key, value + 1] > 0)
    return is_numbered or listed[key, value] > 1


def _list_key(mark: _Mark) -> tuple[int, str]:
    """Indentation and form of a mark, the same for all items of a list."""
    return mark.start("mark"), re.sub(r"\d+", "1", mark["mark"])


def _ordinal(mark: _Mark) -> int | None:
    digits = mark["mark"].strip("().")
    return int(digits) if digits.isdecimal() else None


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
