"""A rendered Markdown document, with the quoted block marked."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.front_matter import front_matter_plugin
from textual.content import Content
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownBlock

from mlsurvey.rendering.plain import visible

MARKED = "cited"
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\](?!:)")
"""A reference to a footnote, as opposed to its definition."""


class RenderedText(Markdown):
    """Rendered Markdown, without control characters, front matter and references to footnotes."""

    def __init__(self) -> None:
        parser = MarkdownIt("gfm-like").use(front_matter_plugin)
        parser.inline.ruler.before("link", "footnote", _pass_footnote)
        super().__init__(id="rendered", open_links=False, parser_factory=lambda: parser)

    async def show_text(self, text: str, first: int, last: int, quote: str) -> None:
        """Show a document, mark the blocks of lines ``first`` to ``last`` (from 1), and scroll to the first of them."""
        await self.update(visible(text))
        self.mark(first, last, quote)

    def mark(self, first: int, last: int, quote: str) -> None:
        """Mark the blocks on these lines."""
        for block in self.query(f".{MARKED}"):
            block.remove_class(MARKED)
        marked = [block for block in self.query(MarkdownBlock) if _lies(block, first, last)]
        innermost = [block for block in marked if not any(_lies(child, first, last) for child in _blocks(block))]
        for block in innermost:
            block.add_class(MARKED)
            _underline(block, quote)
        if innermost:
            self.call_after_refresh(innermost[0].scroll_visible, animate=False, top=False, force=True)

    def reveal(self, line: int) -> None:
        """Scroll to the block that contains a line, from 1."""
        blocks = [block for block in self.query(MarkdownBlock) if _lies(block, line, line)]
        if blocks:
            blocks[-1].scroll_visible(animate=False, top=True, force=True)


def _pass_footnote(state: StateInline, silent: bool) -> bool:
    """A rule for inline text that leaves out references to footnotes."""
    found = _FOOTNOTE.match(state.src, state.pos)
    if found is None:
        return False
    state.pos = found.end()
    return True


def _blocks(block: MarkdownBlock) -> list[MarkdownBlock]:
    return list(block.query(MarkdownBlock))


def _lies(block: MarkdownBlock, first: int, last: int) -> bool:
    start, end = block.source_range
    return start < last and end >= first


def _underline(block: MarkdownBlock, quote: str) -> None:
    """Highlight the quote if the block shows it verbatim."""
    content: Content = block._content
    words = " ".join(_FOOTNOTE.sub("", quote).split())
    start = content.plain.find(words)
    if start >= 0:
        block.set_content(content.stylize("reverse", start, start + len(words)))
