"""Chooses the reader for a document."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.converting.kinds import CONVERTED_SUFFIXES
from mlsurvey.reading.front_matter import FrontMatter, front_matter
from mlsurvey.reading.inline import inline_reading
from mlsurvey.reading.markdown import markdown_blocks
from mlsurvey.reading.noise import mark_quiz_options
from mlsurvey.reading.plaintext import plain_blocks
from mlsurvey.reading.restructured.document import restructured_blocks
from mlsurvey.reading.scan import MARKDOWN_SUFFIXES, RESTRUCTURED_SUFFIXES
from mlsurvey.types import Document, Span

# Markup that plain prose lacks: a text with two kinds of it, or with headings, is Markdown.
_ATX = re.compile(r"^#{1,6} \S", re.MULTILINE)
_MARKS = (
    re.compile(r"^(```|~~~)", re.MULTILINE),
    re.compile(r"\[[^\[\]\n]+\]\([^()\s]+\)"),
    re.compile(r"\*\*\w[^*\n]*\*\*"),
    re.compile(r"^\|.*\|[ \t\r]*$", re.MULTILINE),
)
_LONE_RETURN = re.compile(r"\r(?!\n)")
_MAX_REPEATED = 1_000
"""Maximum characters of a heading, and of a table's column names: no passage has room for more beside its text."""
_SAMPLE = 50_000  # characters checked to tell Markdown from plain text


class Contents(NamedTuple):
    """A document, read."""

    head: FrontMatter
    blocks: tuple[Block, ...]
    left_out: tuple[str, ...]
    """Kinds of content that a reader sees and that is in no block, one for each occurrence."""


@lru_cache(maxsize=4)  # a document is read for its title and again for its passages
def read_blocks(path: str, text: str) -> Contents:
    """Read a document, by path suffix and, for plain text, by content."""
    text = with_line_feeds(text)
    head = front_matter(text)
    suffix = PurePosixPath(path).suffix.lower()
    start = head.span.end
    if suffix in RESTRUCTURED_SUFFIXES:
        blocks = restructured_blocks(text, start)
    elif suffix in (*MARKDOWN_SUFFIXES, *CONVERTED_SUFFIXES) or looks_like_markdown(text[start:]) or start:
        blocks = markdown_blocks(text, start, is_mdx=suffix == ".mdx")
    else:
        blocks = plain_blocks(text, start)
    blocks[:0] = [_description(text, span) for span in head.descriptions]
    blocks = [_bounded(block) for block in blocks]
    title = head.text("title") or first_heading(blocks) or ""
    blocks = mark_quiz_options(blocks, title)
    kept = tuple(block for block in blocks if not block.left_out)
    return Contents(head, kept, tuple(block.left_out for block in blocks if block.left_out))


def omitted(document: Document) -> str | None:
    """What of a document is not indexed though a reader sees it, such as "2 × diagram"; None if nothing."""
    counts = Counter(read_blocks(document.path, document.text).left_out)
    return ", ".join(f"{count} × {kind}" for kind, count in counts.items()) or None


def with_line_feeds(text: str) -> str:
    r"""Replace each carriage return that ends a line on its own by ``\n``; all offsets stay the same."""
    return _LONE_RETURN.sub("\n", text)


def _bounded(block: Block) -> Block:
    """The block, without what is too long to be repeated with everything below it: a heading becomes a paragraph."""
    if block.kind is BlockKind.HEADING and len(block.reading) > _MAX_REPEATED:
        return replace(block, kind=BlockKind.TEXT, level=0)
    return replace(block, header=()) if sum(map(len, block.header)) > _MAX_REPEATED else block


def _description(text: str, span: Span) -> Block:
    return Block(BlockKind.TEXT, span, inline_reading(span.of(text), array("q", range(span.start, span.end)), {}))


def looks_like_markdown(text: str) -> bool:
    """Whether a text without a known suffix is Markdown."""
    sample = text[:_SAMPLE]
    headings = len(_ATX.findall(sample))
    marks = sum(bool(mark.search(sample)) for mark in _MARKS)
    return headings > 1 or marks > 1 or (headings == 1 and marks == 1)


def first_heading(blocks: list[Block] | tuple[Block, ...]) -> str | None:
    """The first heading of the outermost level, if that is level 1."""
    for block in blocks:
        if block.kind is BlockKind.HEADING and block.level == 1 and block.reading.text:
            return block.reading.text
    return None
