"""markdown-it's block parser, with the same result in a fraction of the time.

markdown-it tries every rule at every line. Each rule begins by looking at the first character of the line, so here that
character is looked up once, and only the rules that can accept it are tried. Tokens of table cells are not made: cells
are read from the document itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Literal

from markdown_it import MarkdownIt, rules_block
from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from markdown_it.utils import EnvType

_Rule = Callable[[StateBlock, int, int, bool], bool]
_DIGITS = "0123456789"
_STARTS: dict[_Rule, str] = {
    rules_block.fence: "`~",
    rules_block.blockquote: ">",
    rules_block.hr: "*-_",
    rules_block.list_block: f"*-+{_DIGITS}",
    rules_block.reference: "[",
    rules_block.html_block: "<",
    rules_block.heading: "#",
}
"""First characters of the lines that a rule can accept, in the order in which the rules are tried."""
_SPLIT = (rules_block.fence, rules_block.blockquote, rules_block.hr)
"""What ends a list item."""
_QUOTED = (*_SPLIT, rules_block.list_block, rules_block.html_block, rules_block.heading)
"""What ends a block quote, and any paragraph."""
_DELIMITERS = "|-:"
"""First characters of the second line of a table."""
_CELLS = frozenset({"th_open", "th_close", "td_open", "td_close", "inline"})
_UNDERLINE = re.compile(r"[-=][ \t]*$", re.MULTILINE)
_CODE_INDENT = 4


class _State(StateBlock):
    """Knows which lines may underline a heading, and makes no tokens for cells."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__(src, md, env, tokens)
        self.underlines = [bisect_left(self.eMarks, found.start()) for found in _UNDERLINE.finditer(src)]
        self._cell = Token("", "", 0)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        if self.parentType == "table" and ttype in _CELLS:
            return self._cell
        return super().push(ttype, tag, nesting)

    def first(self, line: int) -> str:
        """First character of a line, after the marks of its containers."""
        position = self.bMarks[line] + self.tShift[line]
        return self.src[position : position + 1]

    def may_be_underlined(self, line: int, end: int) -> bool:
        """Whether a paragraph that begins on a line may have an underline; False only if it certainly has none."""
        if line + 1 >= end or self.isEmpty(line + 1):
            return False
        place = bisect_left(self.underlines, line + 1)
        return place < len(self.underlines) and self.underlines[place] < end


class _Blocks(ParserBlock):
    """Tries at each line only the rules that its first character allows."""

    def __init__(self) -> None:
        super().__init__()
        self.ruler = Ruler[_Rule]()
        self.ruler.push("code", rules_block.code)  # says that indented code is known
        self.ruler.push("ends_paragraph", _interruption(_QUOTED, with_tables=True), {"alt": ["paragraph", "reference"]})
        self.ruler.push("ends_quote", _interruption(_QUOTED), {"alt": ["blockquote"]})
        self.ruler.push("ends_item", _interruption(_SPLIT), {"alt": ["list"]})
        self._rules = _by_start(tuple(_STARTS))

    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token] | None:  # noqa: N803
        if not src:
            return None
        state = _State(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        assert isinstance(state, _State)
        line, is_loose = startLine, False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                return
            if state.level >= state.md.options.maxNesting:
                state.line = endLine
                return
            self._block(state, line, endLine)
            state.tight = not is_loose
            line = state.line
            is_loose = is_loose or (line <= endLine and state.isEmpty(line - 1))
            if line < endLine and state.isEmpty(line):
                is_loose = True
                line += 1
                state.line = line

    def _block(self, state: _State, line: int, end: int) -> None:
        """Read the block that begins on a line."""
        if _may_be_table(state, line, end) and rules_block.table(state, line, end, False):
            return
        if state.sCount[line] - state.blkIndent >= _CODE_INDENT and rules_block.code(state, line, end, False):
            return
        for rule in self._rules.get(state.first(line), ()):
            if rule(state, line, end, False):
                return
        if not (state.may_be_underlined(line, end) and rules_block.lheading(state, line, end, False)):
            rules_block.paragraph(state, line, end, False)


def _may_be_table(state: StateBlock, line: int, end: int) -> bool:
    if line + 1 >= end:
        return False
    position = state.bMarks[line + 1] + state.tShift[line + 1]
    return state.src[position : position + 1] in ("|", "-", ":")


def _by_start(rules: tuple[_Rule, ...]) -> dict[str, tuple[_Rule, ...]]:
    """The rules that each first character allows, in their order."""
    starts = {start for rule in rules for start in _STARTS[rule]}
    return {start: tuple(rule for rule in rules if start in _STARTS[rule]) for start in starts}


def _interruption(rules: tuple[_Rule, ...], *, with_tables: bool = False) -> _Rule:
    """One rule that accepts what any of ``rules`` accepts as the end of the block before."""
    by_start = _by_start(rules)

    def interrupts(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        position = state.bMarks[line] + state.tShift[line]
        allowed = by_start.get(state.src[position : position + 1])
        if allowed and any(rule(state, line, end, True) for rule in allowed):
            return True
        return with_tables and _may_be_table(state, line, end) and rules_block.table(state, line, end, True)

    return interrupts


def block_parser() -> MarkdownIt:
    """Parser of the structure of CommonMark with tables; inline markup is left as it is."""
    parser = MarkdownIt("commonmark", {"maxNesting": 60})
    parser.core.ruler.enableOnly(["block"])
    parser.block = _Blocks()
    return parser
