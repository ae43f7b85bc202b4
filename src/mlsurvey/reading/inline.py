"""Converts Markdown inline markup to reading form, keeping the offset of each character.

The markup is parsed by markdown-it. Its tokens tell text from
markup but have no positions; :class:`_PlacedState` records the position of each token
as it is created, so that nothing has to be searched for afterwards.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt, rules_inline
from markdown_it.parser_inline import ParserInline
from markdown_it.ruler import Ruler
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from mlsurvey.reading.blocks import EMPTY, Reading, ReadingBuilder
from mlsurvey.reading.lines import places_of
from mlsurvey.types import Span

References = MutableMapping[str, Any]
"""markdown-it's environment, which holds a document's link reference definitions."""

_CODE_OR_DIRECTIVE = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`)[^`]*(?P=ticks)(?!`))"
    r"|\{\{(?![\w \t]*\}\})[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}\}"  # mdBook {{#include}}, Hugo {{< >}}, macros
    r"|\{%[^{}\n]*%\}"  # Liquid tags
    r"|\[\^[^\[\]\s]+\]:?"  # footnote marks
    r"|\{/\*[^{}]*\*/\}"  # JSX comments
)
_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*\{:?[ \t]*[#.][^{}\n]*\}[ \t]*$", re.MULTILINE)
_BREAK = re.compile(r"<(?:br|hr|p|/p|li|/li|div|/div|td|/td)\b", re.IGNORECASE)
_COMPONENT = re.compile(r"<([A-Z][A-Za-z]{0,79})\s*/>")
_GENERIC = re.compile(r"</?[A-Z]\w*>")
_MARKUP = re.compile(r"[^ -~]|  |[\\`~*_\[\]!<&{]")
"""All that may differ from its reading form. A line without it is its own, but for spaces around it."""
_MAX_WHOLE = 5_000
"""Longer blocks are parsed in pieces: no prose is that long, and emphasis is balanced within one piece at a time."""


class _PlacedState(StateInline):
    """Records the position of each token: ``pos`` for marks, ``fragments`` for text."""

    def __init__(self, src: str, md: MarkdownIt, env: References, tokens: list[Token]) -> None:
        self.fragments: list[tuple[int, str]] = []
        super().__init__(src, md, env, tokens)

    def append_pending(self, text: str) -> None:
        self.fragments.append((self.pos, text))
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802 (the name is markdown-it's)
        token = super().pushPending()
        token.meta["fragments"], self.fragments = self.fragments, []
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta["pos"] = self.pos
        return token


class _PlacedInline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: References, tokens: list[Token]) -> list[Token]:
        state = _PlacedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _text(state: StateInline, silent: bool) -> bool:
    """Take everything up to the next character that begins or ends markup."""
    found = _MARK.search(state.src, state.pos)
    end = found.start() if found else state.posMax
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _rule(state: StateInline, silent: bool) -> bool:
    """The one rule of the parser: markdown-it's, chosen by the next character instead of tried in turn."""
    rules = _RULES.get(state.src[state.pos])
    if rules is None:
        return _text(state, silent)
    return any(rule(state, silent) for rule in rules)


_RULES: dict[str, tuple[Callable[[StateInline, bool], bool], ...]] = {
    "\n": (rules_inline.newline,),
    "\\": (rules_inline.escape,),
    "`": (rules_inline.backtick,),
    "~": (rules_inline.strikethrough.tokenize,),
    "*": (rules_inline.emphasis.tokenize,),
    "_": (rules_inline.emphasis.tokenize,),
    "[": (rules_inline.link,),
    "]": (),  # where the text of a link may end
    "!": (rules_inline.image,),
    "<": (rules_inline.autolink, rules_inline.html_inline),
    "&": (rules_inline.entity,),
}
_MARK = re.compile(f"[{re.escape(''.join(_RULES))}]")


class _Parser(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Leave an address as it is: only what it points to within the document is of interest."""
        return url


def inline_parser() -> MarkdownIt:
    """Parser whose inline tokens have positions; fragments are not joined, since that would lose them."""
    parser = _Parser("commonmark", {"maxNesting": 20})
    parser.inline = _PlacedInline()
    parser.inline.ruler = Ruler()
    parser.inline.ruler.push("by_character", _rule)
    parser.inline.ruler2.enableOnly(["balance_pairs", "strikethrough", "emphasis"])
    return parser


_PARSER = inline_parser()


@dataclass(slots=True)
class _Walk:
    """State while walking the tokens of one block."""

    source: str
    places: array[int]
    builder: ReadingBuilder = field(default_factory=ReadingBuilder)
    opaque: list[Span] = field(default_factory=list)
    links: list[bool] = field(default_factory=list)
    """Open links, innermost last: whether each points into the same document."""
    strong: int = 0
    strong_open: bool = False
    anchored: bool = False
    """Whether any text was inside a link into the same document."""
    free: bool = False
    """Whether any letter was outside such links."""


def inline_reading(content: str, places: array[int], references: References) -> Reading:
    """Reading form of the inline markup ``content``.

    Args:
        content: text of one block, its lines without indentation and quote marks.
        places: document offset of each character of ``content``.
        references: environment of the block parser.
    """
    if not (bare := content.strip(" ")):
        return EMPTY
    if not _MARKUP.search(bare) and places[-1] - places[0] == len(content) - 1:
        start = places[0] + content.index(bare[0])
        end = start + len(bare)
        return Reading(bare, places_of(start, end), places_of(start + 1, end + 1))
    source = _masked(content)
    walk = _Walk(source, places)
    for start, end in _pieces(source):
        tokens = _PARSER.inline.parse(source[start:end], _PARSER, references, [])
        for token, position in _placed(tokens, start):
            _take(token, position, walk, start)
    return walk.builder.reading(tuple(walk.opaque), walk.strong, walk.anchored and not walk.free)


def _masked(content: str) -> str:
    """Blank out directives and attributes in ``content``, keeping its length."""
    if "{" in content or "[^" in content:
        content = _CODE_OR_DIRECTIVE.sub(lambda m: m.group() if m["code"] else " " * len(m.group()), content)
        content = _ATTRIBUTES.sub(lambda m: " " * len(m.group()), content)
    return content


def _pieces(content: str) -> Iterator[tuple[int, int]]:
    start = 0
    while len(content) - start > _MAX_WHOLE:
        end = content.rfind(" ", start + 1, start + _MAX_WHOLE)
        end = end if end > start else start + _MAX_WHOLE
        yield start, end
        start = end
    yield start, len(content)


def _placed(tokens: list[Token], base: int) -> Iterator[tuple[Token, int]]:
    """Yield tokens with their source positions; marks of one delimiter run share a ``pos`` and are counted."""
    run, width = -1, 0
    for token in tokens:
        position = int(token.meta.get("pos", -1))
        is_mark = token.type.startswith(("em_", "strong_", "s_")) or (token.type == "text" and position >= 0)
        if not is_mark or position != run:
            run, width = (position if is_mark else -1), 0
        yield token, base + position + width
        width += len(token.content) or (2 if token.type.startswith("s_") else 1)


def _take(token: Token, position: int, walk: _Walk, base: int) -> None:
    match token.type:
        case "text" if "fragments" in token.meta:
            for start, text in token.meta["fragments"]:
                _keep(walk, text, base + start)
        case "text" if walk.source[position] == "<":  # URL of an autolink
            _keep(walk, walk.source[position + 1 : walk.source.index(">", position)], position + 1)
        case "text":
            _keep(walk, token.content, position)
        case "code_inline":
            _code(token, walk, position + len(token.markup))
        case "text_special" if token.content == token.markup:  # a backslash, and what it does not escape
            _keep(walk, token.content, position)
        case "text_special":
            _replace(walk, token.content, position, position + len(token.markup))
        case "softbreak" | "hardbreak":
            _space(walk, position)
        case "html_inline":
            _html(token, walk, position)
        case _:
            _mark(token, walk)


def _mark(token: Token, walk: _Walk) -> None:
    match token.type:
        case "link_open":
            walk.links.append(str(token.attrs.get("href", "")).startswith("#"))
        case "link_close":
            walk.links.pop()
        case "strong_open":
            walk.strong_open = walk.strong_open or not len(walk.builder)
        case "strong_close" if walk.strong_open and not walk.strong:
            walk.strong = len(walk.builder)
        case _:
            pass


def _keep(walk: _Walk, text: str, position: int) -> None:
    """Keep ``text``, found at ``position`` of the source, possibly spanning several lines."""
    if not text:
        return
    _note(walk, text)
    start = walk.places[position]
    if walk.places[position + len(text) - 1] == start + len(text) - 1:
        walk.builder.keep(text, start)
        return
    for offset, character in enumerate(text):
        walk.builder.keep(character, walk.places[position + offset])


def _code(token: Token, walk: _Walk, start: int) -> None:
    """Keep a code span; markdown-it strips one space at each end if both are present."""
    end = start + len(token.content)
    is_padded = walk.source[end : end + len(token.markup)] != token.markup
    before = len(walk.builder)
    _keep(walk, token.content, start + is_padded)
    if len(walk.builder) > before:
        walk.opaque.append(Span(before, len(walk.builder)))


def _html(token: Token, walk: _Walk, position: int) -> None:
    if _BREAK.match(token.content):
        _space(walk, position)
    elif component := _COMPONENT.fullmatch(token.content):
        _replace(walk, component[1], position, position + len(token.content))
    elif _GENERIC.fullmatch(token.content) and walk.source[max(0, position - 1)].isalnum():
        _keep(walk, token.content, position)  # Vec<T>, written without backticks


def _replace(walk: _Walk, text: str, start: int, end: int) -> None:
    _note(walk, text)
    first, last = walk.places[start], walk.places[end - 1] + 1
    if text.isspace():
        walk.builder.space(first, last)
    elif text.isprintable():
        walk.builder.replace(text, first, last)


def _space(walk: _Walk, position: int) -> None:
    walk.builder.space(walk.places[position], walk.places[position] + 1)


def _note(walk: _Walk, text: str) -> None:
    if walk.links and walk.links[-1]:
        walk.anchored = True
    elif not walk.free:
        walk.free = any(character.isalpha() for character in text)
