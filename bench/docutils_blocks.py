"""The blocks of reStructuredText according to docutils, as sequences of words."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from itertools import chain, dropwhile
from typing import Any

import docutils.frontend
import docutils.utils
from docutils import nodes
from docutils.parsers.rst import Directive, Parser, directives, roles, states
from docutils.statemachine import StringList

from mlsurvey.reading.lines import Lines
from mlsurvey.reading.restructured.directives import DirectiveKind, directive_of
from mlsurvey.reading.restructured.inline import inline_reading
from mlsurvey.reading.rows import joined, rows_of

OURS = frozenset({"include", "raw", "code", "parsed-literal", "math", "meta", "role", "image", "contents", "sectnum",
                  "default-role", "target-notes", "class", "container"})  # fmt: skip
"""Directives that are in docutils, but insert files, change its state, or are read differently on purpose."""
SKIPPED = (nodes.system_message, nodes.comment, nodes.target, nodes.substitution_definition, nodes.math_block,
           nodes.raw, nodes.thead, nodes.colspec, nodes.label)  # fmt: skip
NAMES = (nodes.term, nodes.field_name, nodes.option_group)
TEXTS = (nodes.paragraph, nodes.title, nodes.caption, nodes.attribution, nodes.rubric, nodes.subtitle, *NAMES)
Words = tuple[str, ...]


class Unknown(Directive):
    """Any directive of Sphinx and its extensions."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        return []


def run_unknown(self: Any, directive: type[Directive], match: re.Match[str], name: str, presets: Any) -> Any:
    """Replaces ``Body.run_directive`` for directives that docutils does not know."""
    if directive is not Unknown:
        return ORIGINAL(self, directive, match, name, presets)
    line = self.state_machine.abs_line_number()
    block, _, _, is_finished = self.state_machine.get_first_known_indented(match.end(), strip_top=0)
    text = "\n".join(block)
    lines = Lines(text)
    parts = directive_of(name, rows_of(lines, 0, len(lines)))
    found: list[nodes.Node] = []
    argument = [row.text for row in parts.argument]
    if parts.kind is DirectiveKind.CODE:
        found = [nodes.literal_block("", "\n".join(row.text for row in parts.content))]
    elif parts.kind is not DirectiveKind.SILENT:
        if parts.kind is DirectiveKind.OBJECT:
            found = [nodes.paragraph("\n".join(row.text for row in one), "") for one in parts.signatures()]
        holder = nodes.container()
        body = [row.text for row in parts.content]
        if parts.kind in (DirectiveKind.PROSE, DirectiveKind.VERSION):
            is_bare = len(" ".join(argument).split(" ")) == parts.numbers  # the text below goes on with the version
            body = argument + (list(dropwhile(operator.not_, body)) if is_bare else body)
        mark = "WORDS " * (parts.kind is DirectiveKind.VERSION and bool(argument))
        body = [mark + body[0], *body[1:]] if body else body
        source = StringList(body, "document")
        self.nested_parse(source, line, holder, match_titles=int(parts.kind is DirectiveKind.BARE))
        if mark:
            first = next(iter(holder.findall(nodes.paragraph)))
            first.rawsource = parts.words + first.rawsource.removeprefix(mark)
        found += holder.children
    return found, is_finished


ORIGINAL = states.Body.run_directive
LOOKUP = directives.directive
ROLES = roles.role


def lookup(name: str, *args: Any) -> Any:
    """Replaces ``directives.directive``."""
    if name.lower() not in OURS and (found := LOOKUP(name, *args))[0]:
        return found
    return Unknown, []


def any_role(name: str, *args: Any) -> Any:
    """Replaces ``roles.role``: the roles of Sphinx are no errors."""
    found = ROLES(name, *args)
    return found if found[0] else (roles.GenericRole(name, nodes.inline), [])


def words(text: str) -> Words:
    return tuple(re.findall(r"\w+", text))


def read(raw: str) -> Words:
    """Words of a part of a document in reading form."""
    lines = Lines(raw)
    return words(inline_reading(joined(rows_of(lines, 0, len(lines)))).text)


def install() -> None:
    """Make docutils read the directives and roles that it does not know."""
    directives.directive = lookup
    states.Body.run_directive = run_unknown
    roles.role = any_role


def doctree(text: str) -> nodes.document:
    settings = docutils.frontend.get_default_settings(Parser)
    settings.report_level, settings.halt_level, settings.warning_stream = 5, 6, False
    settings.file_insertion_enabled = settings.raw_enabled = False
    document = docutils.utils.new_document("document", settings)
    Parser().parse(text, document)
    return document


def their_blocks(node: nodes.Node) -> Iterator[Words]:
    """Blocks of docutils in document order."""
    if isinstance(node, SKIPPED):
        return
    if isinstance(node, nodes.row):
        yield sum((read(one.rawsource) for one in node.findall(cell_text)), ())
    elif isinstance(node, nodes.line_block):
        yield sum((read(one.rawsource or one.astext()) for one in node.findall(nodes.line)), ())
    elif isinstance(node, (nodes.literal_block, nodes.doctest_block)):
        yield words(node.astext())
    elif isinstance(node, TEXTS):
        yield read(node.rawsource or node.astext())
    elif isinstance(node, nodes.tbody):
        yield from joined_rows(node)
    elif isinstance(node, (nodes.definition_list_item, nodes.field, nodes.option_list_item)):
        yield from named_blocks(node)
    else:
        for child in node.children:
            yield from their_blocks(child)


def cell_text(node: nodes.Node) -> bool:
    return isinstance(node, (*TEXTS, nodes.line, nodes.literal_block))


def joined_rows(body: nodes.tbody) -> Iterator[Words]:
    """Rows; those that share a cell are one, as in our reader."""
    pending: Words = ()
    reach = 0
    for ordinal, row in enumerate(body.children):
        reach = max([reach, *(ordinal + entry.get("morerows", 0) for entry in row.children)])
        pending += next(their_blocks(row))
        if reach == ordinal:
            yield pending
            pending, reach = (), ordinal + 1


def named_blocks(node: nodes.Element) -> Iterator[Words]:
    found = [list(their_blocks(child)) for child in node.children if not isinstance(child, nodes.classifier)]
    name, body = found[0], list(chain.from_iterable(found[1:]))
    is_text = len(node.children[-1].children) > 0 and isinstance(node.children[-1].children[0], nodes.paragraph)
    if is_text and body:
        yield name[0] + body[0]
        yield from body[1:]
    else:
        yield from name + body


def has_errors(document: nodes.document) -> bool:
    return any(
        message["level"] >= 3 or re.search(r"unindent|indentation|Missing|too short|ends without", message.astext())
        for message in document.findall(nodes.system_message)
    )
