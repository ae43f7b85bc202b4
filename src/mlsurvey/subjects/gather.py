"""Notes where names and labels stand in one document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.documents import is_specific
from mlsurvey.reading.formats import first_heading, read_blocks
from mlsurvey.reading.front_matter import FrontMatter
from mlsurvey.reading.labels import label_of
from mlsurvey.reading.lines import Lines
from mlsurvey.subjects.packages import packages
from mlsurvey.subjects.prose import Prose, definition, phrase
from mlsurvey.subjects.spelling import bracketed, cleaned, is_short, is_unusual, key, parted, words
from mlsurvey.subjects.traces import How, Trace, Traces

README = ("readme", "index")
"""Names of files that speak for their folder."""
MOST = 4_000
"""Traces that are kept of one document."""
_OPENING_BLOCKS = 12
"""Blocks at the top of a document or section in which its subject is defined."""
_LINKED_ITEM = re.compile(
    r"\s*[-*+•]\s+(?:\*\*|__|`)?(?:\[(?P<name>[^\[\]]{2,80})\](?:\((?P<url>[a-z]+://[^()\s]+)[^()]*\)|\[[^\[\]]+\])"
    r"|`(?P<role>[^`<>]{2,80}?)\s*<[a-z]+://[^`<>]+>`__?)(?:\*\*|__|`)?(?P<rest>.*)",
    re.DOTALL,
)
_LINKED_CELL = re.compile(r"\[[^\[\]]+\]\s*(?:\(|\[)|`[^`<>]+<[^<>]+>`_")
_WORDLESS = re.compile(r"^[\W\d_]*$")


@dataclass
class _Document:
    """A document with what is derived from it."""

    path: PurePosixPath
    text: str
    head: FrontMatter
    blocks: tuple[Block, ...]

    @cached_property
    def prose(self) -> Prose:
        return Prose(self.blocks)

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    def line(self, block: Block) -> int:
        """First line of a block, from 1."""
        return self.lines.number(block.span.start) + 1

    def likeness(self, name: str) -> float:
        """How much a text looks like a name here, 0..1: by its spelling, and by how the prose writes it."""
        if not is_short(name):
            return 0.0
        if is_unusual(name):
            return 0.8
        if not name[:1].isupper():
            return 0.4 if self.prose.mentions(name) > 1 and len(words(name)) == 1 else 0.1
        written, ordinary = self.prose.as_name(name), self.prose.as_word(name)
        if written and written > ordinary:
            return 0.9
        return 0.2 if ordinary else 0.4


def gather(path: str, text: str) -> Traces:
    """The traces of a document.

    Args:
        path: relative to the corpus folder, with ``/``.
        text: decoded.
    """
    head, blocks, _ = read_blocks(path, text)
    document = _Document(PurePosixPath(path), text, head, blocks)
    parts = (_of_path, _of_head, _of_title, _of_packages, _of_sections, _of_tables, _of_items, _of_text)
    traces = [trace for part in parts for trace in part(document)]
    return Traces(head.text("slug", "entity"), tuple(traces[:MOST]))


def _of_path(document: _Document) -> Iterator[Trace]:
    folder, stem = document.path.parent.name, document.path.stem
    if stem.lower().partition(".")[0] in README:
        if is_specific(folder):
            yield Trace(folder, How.FOLDER, 1, document.prose.mentions(folder))
        return
    if is_specific(folder):
        yield Trace(folder, How.WITHIN, 1, document.prose.mentions(folder))
    if is_specific(stem):
        yield Trace(stem, How.FILE, 1, document.prose.mentions(" ".join(words(stem))))


def _of_head(document: _Document) -> Iterator[Trace]:
    if name := document.head.text("name"):
        yield Trace(name, How.FIELD, 1)
    for alias in document.head.texts("aliases"):
        yield Trace(alias, How.ALIAS, 1, said=name or "")


def _of_title(document: _Document) -> Iterator[Trace]:
    heading = first_heading(document.blocks) or _opening_heading(document.blocks)
    if heading is None and (declared := document.head.text("title")):
        yield from _titled(declared, 1, document)
    elif heading is not None:
        place = next(b for b in document.blocks if b.kind is BlockKind.HEADING and b.reading.text == heading)
        yield from _titled(heading, document.line(place), document)
    for block in _opening(document.blocks):
        yield from _defined(block, document, 0)
        if said := phrase(block):
            yield Trace("", How.DEFINED, document.line(block), said=said)
            break


def _opening(blocks: Sequence[Block]) -> Iterator[Block]:
    """The paragraphs at the top of the document, up to the second heading."""
    headings = 0
    for block in blocks[:_OPENING_BLOCKS]:
        headings += block.kind is BlockKind.HEADING
        if headings > 1:
            return
        if block.kind is BlockKind.TEXT:
            yield block


def _opening_heading(blocks: Sequence[Block]) -> str | None:
    """The heading that the document begins with, whatever its level."""
    first = next((b for b in blocks if b.reading.text), None)
    return first.reading.text if first and first.kind is BlockKind.HEADING else None


def _titled(title: str, line: int, document: _Document) -> Iterator[Trace]:
    head, tagline = parted(title)
    name = cleaned(head)
    yield Trace(name, How.TITLE, line, document.likeness(name), said=tagline)
    for alias in bracketed(title):
        yield Trace(alias, How.ALIAS, line, said=name)


def _defined(block: Block, document: _Document, section: int) -> Iterator[Trace]:
    if found := definition(block):
        line = document.line(block)
        yield Trace(found.name, How.DEFINED, line, document.likeness(found.name), section, said=found.said)
        if found.also and is_short(found.also):
            yield Trace(found.also, How.ALIAS, line, said=found.name)


def _of_packages(document: _Document) -> Iterator[Trace]:
    for position, name, registry in packages(document.text):
        yield Trace(name, How.PACKAGE, document.lines.number(position) + 1, said=registry)


def _of_sections(document: _Document) -> Iterator[Trace]:
    """Headings below the title, labels, and what is defined at the top of a section."""
    section, since = 0, 0
    stack: list[tuple[int, int]] = []  # level and ordinal of the headings above
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            section, since = section + 1, 0
            while stack and stack[-1][0] >= block.level:
                stack.pop()
            above = stack[-1][1] if stack else 0
            stack.append((block.level, section))
            yield from _heading(block, document, above)
            continue
        since += 1
        if section and since == 1 and block.kind is BlockKind.TEXT:
            yield from _defined(block, document, section)
        if label := label_of(block):
            yield Trace(label.text, How.LABEL, document.line(block), group=section)


def _heading(block: Block, document: _Document, above: int) -> Iterator[Trace]:
    """A trace for every heading, as sections are counted by them; a text that names nothing is kept as a label."""
    name = cleaned(parted(block.reading.text)[0])
    raw = block.span.of(document.text)
    weight = 0.0 if block.reading.text.rstrip().endswith("?") else document.likeness(name)
    if weight and _LINKED_CELL.search(raw):
        weight = max(weight, 0.8)
    yield Trace(name, How.HEADING, document.line(block), weight, above, block.level)
    if weight:
        for alias in bracketed(block.reading.text):
            yield Trace(alias, How.ALIAS, document.line(block), said=name)


def _of_tables(document: _Document) -> Iterator[Trace]:
    table, header, end = 0, None, -1
    for index, block in enumerate(document.blocks):
        if block.kind is not BlockKind.ROW or not block.cells:
            continue
        if index != end + 1 or block.header != header:
            table, header = table + 1, block.header
            yield from _columns(block, document, table)
        end = index
        name = cleaned(block.cells[0].text)
        if name and not _WORDLESS.match(name):
            raw = block.span.of(document.text).lstrip("| \t").partition("|")[0]
            weight = document.likeness(name)
            linked = bool(weight) and _LINKED_CELL.search(raw) is not None
            said = "linked" if linked else ""
            yield Trace(name, How.ROW, document.line(block), max(weight, 0.8 * linked), table, said=said)


def _columns(block: Block, document: _Document, table: int) -> Iterator[Trace]:
    """Names of the columns but the first; a first column without a name is not in the header."""
    unnamed = len(block.header) < len(block.cells)
    first = "" if unnamed or not block.header else block.header[0].strip()
    for name in map(cleaned, block.header if unnamed else block.header[1:]):
        if name:
            yield Trace(name, How.COLUMN, document.line(block), document.likeness(name), table, said=first)


def _of_items(document: _Document) -> Iterator[Trace]:
    section = 0
    for block in document.blocks:
        section += block.kind is BlockKind.HEADING
        if block.kind is not BlockKind.ITEM:
            continue
        found = _LINKED_ITEM.match(block.span.of(document.text))
        if found and any(map(str.isalpha, found["rest"])):
            name = cleaned(found["name"] or found["role"])
            if is_short(name):
                yield Trace(name, How.ITEM, document.line(block), 0.8, section, said=found["url"] or "")


def _of_text(document: _Document) -> Iterator[Trace]:
    names = document.prose.names()
    if not names:
        return
    lines = {name: 0 for name, _ in names}
    for block in document.blocks:
        if block.kind in (BlockKind.TEXT, BlockKind.ITEM):
            for name in [name for name, line in lines.items() if not line and name in block.reading.text]:
                lines[name] = document.line(block)
    for name, count in names:
        if document.prose.as_word(name) < count and key(name):
            yield Trace(name, How.TEXT, lines[name] or 1, count)
