"""The headings of a document. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin

from mlsurvey.types import Span


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and its position."""

    level: int
    text: str
    span: Span


def outline(text: str) -> tuple[Heading, ...]:
    """Return the headings of a Markdown text in order; other formats have none."""
    tokens = MarkdownIt("commonmark").use(front_matter_plugin).parse(text)
    starts = _line_starts(text)
    return tuple(
        Heading(int(token.tag[1]), following.content, Span(starts[token.map[0]], starts[token.map[0]]))
        for token, following in pairwise(tokens)
        if token.type == "heading_open" and token.map
    )


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts
