"""A rendered Markdown document, with the quoted block marked."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.front_matter import front_matter_plugin
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Markdown
from textual.widgets._markdown import MarkdownBlock, MarkdownTable

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
        self._plain: dict[MarkdownBlock, Content] = {}
        """The blocks with a highlighted quote, without the highlight."""

    async def show_text(self, text: str, first: int, last: int, quote: str) -> None:
        """Show a document, mark the blocks of lines ``first`` to ``last`` (from 1), and scroll to the first of them."""
        self._plain = {}
        self.loading = True  # a long document takes seconds, during which the one before must not pass for it
        await self.update(visible(text))
        self.loading = False
        self.mark(first, last, quote)

    def mark(self, first: int, last: int, quote: str) -> None:
        """Mark the blocks on these lines, of a table its rows, and no others."""
        self._unmark()
        marked = [block for block in self.query(MarkdownBlock) if _lies(block, first, last)]
        innermost = [block for block in marked if not any(_lies(child, first, last) for child in _blocks(block))]
        places = [place for block in innermost for place in _rows(block, first, last) or [block]]
        for place in places:
            place.add_class(MARKED)
        for block in innermost:
            self._highlight(block, quote)
        if places:
            self.call_after_refresh(self._centre, places[0])

    def _centre(self, place: Widget) -> None:
        """Scroll to a block, with as much of the text above it as below; a long block begins at the top."""
        above = max(0, self.size.height - place.size.height) // 2
        self.scroll_to(y=self.scroll_y + place.region.y - self.region.y - above, animate=False, force=True)

    def _unmark(self) -> None:
        for place in self.query(f".{MARKED}"):
            place.remove_class(MARKED)
        for block, content in self._plain.items():
            block.set_content(content)
        self._plain = {}

    def _highlight(self, block: MarkdownBlock, quote: str) -> None:
        """Highlight the quote if the block shows it verbatim."""
        content: Content = block._content
        words = " ".join(_FOOTNOTE.sub("", quote).split())
        start = content.plain.find(words)
        if start >= 0:
            self._plain[block] = content
            block.set_content(content.stylize("reverse", start, start + len(words)))

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


def _rows(block: MarkdownBlock, first: int, last: int) -> list[Widget]:
    """Return the cells of a table on these lines; none if it is no table, or if its heads are among the lines."""
    above = block.source_range[0] + 2  # the row of heads and the line below it
    if not isinstance(block, MarkdownTable) or first <= above:
        return []
    return [cell for line in range(first, last + 1) for cell in block.query(f".row{line - above}")]
