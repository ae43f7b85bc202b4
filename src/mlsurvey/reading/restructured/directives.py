"""Directives of reStructuredText: their parts, and which of them is text to read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from mlsurvey.reading.rows import Row, dedented, run_end

FIELD = re.compile(r":(?![: ])(?P<name>(?:[^:\\]|\\.|:(?![ `]|$))*)(?<! ):(?: +|$)")
"""Mark of a field and of an option of a directive (``docutils.parsers.rst.states.Body.patterns``)."""


class DirectiveKind(Enum):
    """What is read of a directive."""

    PROSE = auto()
    """All but the options: admonitions, and directives with a title."""
    BARE = auto()
    """The content only: the argument names a file, a class or a condition."""
    VERSION = auto()
    """A note on a version, whose number opens the argument."""
    OBJECT = auto()
    """A signature on each line of the argument, then a description."""
    CODE = auto()
    LIST_TABLE = auto()
    CSV_TABLE = auto()
    SILENT = auto()


_CODE = frozenset({
    "code", "code-block", "sourcecode", "parsed-literal", "doctest", "testcode", "testoutput", "testsetup",
    "testcleanup", "prompt", "ipython", "console", "productionlist",
})  # fmt: skip
_SILENT = frozenset({
    "image", "toctree", "contents", "raw", "include", "literalinclude", "meta", "highlight", "role", "math",
    "default-role", "currentmodule", "module", "autosummary", "autoclass", "automodule", "autofunction", "index",
    "sectnum", "target-notes", "graphviz", "mermaid", "plot", "tabularcolumns", "github_url", "button-link",
    "button-ref",
})  # fmt: skip
_BARE = frozenset({"figure", "only", "ifconfig", "container", "class", "rst-class", "cssclass", "grid"})
_OBJECT = frozenset({
    "function", "data", "exception", "method", "classmethod", "staticmethod", "attribute", "property", "decorator",
    "decoratormethod", "describe", "object", "option", "cmdoption", "envvar", "opcode", "macro", "member", "type",
    "var", "struct", "union", "enum", "enumerator", "confval", "setting",
})  # fmt: skip
_VERSIONS = {  # what Sphinx writes for them (sphinx.domains.changeset), and how many versions they name
    "versionadded": ("Added in version ", 1),
    "versionchanged": ("Changed in version ", 1),
    "deprecated": ("Deprecated since version ", 1),
    "versionremoved": ("Removed in version ", 1),
    "deprecated-removed": ("Deprecated since, removed in version ", 2),
}
_KINDS: Mapping[str, DirectiveKind] = {
    **dict.fromkeys(_CODE, DirectiveKind.CODE),
    **dict.fromkeys(_SILENT, DirectiveKind.SILENT),
    **dict.fromkeys(_BARE, DirectiveKind.BARE),
    **dict.fromkeys(_OBJECT, DirectiveKind.OBJECT),
    **dict.fromkeys(_VERSIONS, DirectiveKind.VERSION),
    "list-table": DirectiveKind.LIST_TABLE,
    "csv-table": DirectiveKind.CSV_TABLE,
}
_LITERAL = "parsed-literal"
"""Code without an argument: it may begin on the directive's line."""
_DELIMITERS = {"tab": "\t", "space": " "}


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive and its parts."""

    kind: DirectiveKind
    argument: Sequence[Row] = ()
    """Rows up to the options or a blank one."""
    options: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    content: Sequence[Row] = ()
    words: str = ""
    """What the directive's name stands for, if its argument begins with versions."""
    numbers: int = 0
    """How many versions."""

    def signatures(self) -> list[list[Row]]:
        """The argument of an object: a signature per line, or more lines where they end with a backslash."""
        found: list[list[Row]] = []
        is_open = False
        for row in self.argument:
            if not is_open:
                found.append([])
            is_open = row.text.endswith("\\")
            found[-1].append(row.until(len(row.text) - is_open))
        return found

    def word(self, option: str, default: str) -> str:
        """Value of an option of one character, or its name."""
        text = "".join(row.text for row in self.options.get(option, ())).strip()
        return _DELIMITERS.get(text, text[:1]) or default

    def number(self, option: str) -> int:
        """Value of a numeric option; 0 where it is absent or no number."""
        text = "".join(row.text for row in self.options.get(option, ())).strip()
        return int(text) if text.isdecimal() and len(text) < 10 else 0


def directive_of(name: str, rows: Sequence[Row]) -> Directive:
    """The directive ``name`` with the text ``rows``, of which the first is the rest of its own line."""
    domain, _, short = name.lower().rpartition(":")
    is_callable = short.endswith(("function", "method"))  # extensions have more of them, as "coroutinefunction"
    kind = _KINDS.get(short, DirectiveKind.OBJECT if is_callable else DirectiveKind.PROSE)
    if short == "class" and (domain or _is_signature(rows)):
        kind = DirectiveKind.OBJECT
    end = run_end(rows, 0 if rows[0].text else 1)
    first = next((n for n in range(end) if FIELD.match(rows[n].text)), end)
    options, stop = _options(rows, first, end)
    argument, content = [rows[0], *dedented(rows[1:first])], [*rows[stop:]]
    if short == _LITERAL:
        argument, content = [], [*argument, *content]
    elif kind is DirectiveKind.CODE:
        argument, content = argument[:1], [*rows[1:first], *content]
    return Directive(kind, [row for row in argument if row.text], options, content, *_VERSIONS.get(short, ("", 0)))


def _is_signature(rows: Sequence[Row]) -> bool:
    """Tells a class of Sphinx's Python domain from the directive that gives what follows a style: it has a body."""
    return any(row.text for row in rows[1:]) or "(" in rows[0].text


def _options(rows: Sequence[Row], first: int, end: int) -> tuple[dict[str, Sequence[Row]], int]:
    """The options from row ``first``, each with the rows of its value, and the row after them."""
    options: dict[str, Sequence[Row]] = {}
    number = first
    while number < end and (found := FIELD.match(rows[number].text)):
        stop = number + 1
        while stop < end and rows[stop].text.startswith(" "):
            stop += 1
        options[found["name"].lower()] = [rows[number].after(found.end()), *rows[number + 1 : stop]]
        number = stop
    return options, number
