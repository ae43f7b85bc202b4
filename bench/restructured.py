"""Compares the blocks of our reader for reStructuredText with those of docutils, over folders of documents.

    python bench/restructured.py FOLDER… [--suffix .rst .rst.txt] [--show 20]

Needs docutils (`pip install docutils`). Both readers' blocks are compared as sequences of words. A table row,
a line block, and a name with the first paragraph after it (a field, an option, a term) count as one block.
Directives that docutils does not know are given the form that `restructured_directives.py` states for them.
Documents in which docutils reports an error (level 3 and above, or an unexpected indentation or end of a block)
are counted apart: there is no right answer for them.
"""

from __future__ import annotations

import argparse
import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain, dropwhile
from pathlib import Path
from typing import Any

import docutils.frontend
import docutils.utils
from docutils import nodes
from docutils.parsers.rst import Directive, Parser, directives, roles, states
from docutils.statemachine import StringList

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.restructured import restructured_blocks
from mlsurvey.reading.restructured_directives import DirectiveKind, directive_of
from mlsurvey.reading.restructured_inline import inline_reading
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


def words(text: str) -> Words:
    return tuple(re.findall(r"\w+", text))


def read(raw: str) -> Words:
    """Words of a part of a document in reading form."""
    lines = Lines(raw)
    return words(inline_reading(joined(rows_of(lines, 0, len(lines)))).text)


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


def our_blocks(blocks: Sequence[Block]) -> Iterator[Words]:
    for block in blocks:
        if block.kind is BlockKind.ROW:
            yield words(" ".join(cell.text for cell in block.cells))
        else:
            yield words(block.reading.text)


@dataclass
class Tally:
    documents: int = 0
    blocks: int = 0
    differing: int = 0
    """Blocks of docutils that are split, merged or missing here."""
    additional: int = 0
    """Blocks here that are not in docutils, nor parts of its blocks."""
    apart: int = 0
    """Documents with errors."""
    apart_blocks: int = 0
    apart_differing: int = 0
    shown: list[str] = field(default_factory=list)
    apart_shown: list[str] = field(default_factory=list)


def has_errors(document: nodes.document) -> bool:
    return any(
        message["level"] >= 3 or re.search(r"unindent|indentation|Missing|too short|ends without", message.astext())
        for message in document.findall(nodes.system_message)
    )


def compare(path: Path, tally: Tally) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    if "\f" in text or "\r" in text.replace("\r\n", ""):
        return
    document = doctree(text)
    theirs = [block for block in their_blocks(document) if block]
    ours = [block for block in our_blocks(restructured_blocks(text)) if block]
    differing = additional = 0
    notes = []
    for tag, a, b, c, d in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if tag != "equal":
            differing += b - a
            additional += d - c if a == b else 0
            notes.append(f"{path}\n" + "".join(f"  - {' '.join(one)[:200]}\n" for one in theirs[a:b])
                         + "".join(f"  + {' '.join(one)[:200]}\n" for one in ours[c:d]))  # fmt: skip
    if has_errors(document):
        tally.apart += 1
        tally.apart_blocks += len(theirs)
        tally.apart_differing += differing + additional
        tally.apart_shown += notes
        return
    tally.documents += 1
    tally.blocks += len(theirs)
    tally.differing += differing
    tally.additional += additional
    tally.shown += notes


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--suffix", nargs="+", default=[".rst", ".rst.txt"])
    parser.add_argument("--show", type=int, default=0, help="differences to print per folder")
    parser.add_argument("--errors", action="store_true", help="print those of documents with errors")
    arguments = parser.parse_args()
    directives.directive = lookup
    states.Body.run_directive = run_unknown
    roles.role = any_role
    print("| documents in | read | blocks of docutils | differing | additional | with errors | blocks | differing |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for folder in arguments.folders:
        tally = Tally()
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name.endswith(tuple(arguments.suffix)):
                compare(path, tally)
        print("\n".join((tally.apart_shown if arguments.errors else tally.shown)[: arguments.show]))
        figures = (tally.documents, tally.blocks, tally.differing, tally.additional, tally.apart, tally.apart_blocks)
        print("|", folder.name, "|", " | ".join(map(str, (*figures, tally.apart_differing))), "|", flush=True)


if __name__ == "__main__":
    main()
