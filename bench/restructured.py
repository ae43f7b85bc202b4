"""Compares the blocks of our reader for reStructuredText with those of docutils, over folders of documents.

    python bench/restructured.py FOLDER… [--suffix .rst .rst.txt] [--show 20]

Needs docutils (`pip install docutils`). Both readers' blocks are compared as sequences of words. A table row,
a line block, and a name with the first paragraph after it (a field, an option, a term) count as one block.
Directives that docutils does not know are given the form that `restructured/directives.py` states for them.
Documents in which docutils reports an error (level 3 and above, or an unexpected indentation or end of a block)
are counted apart: there is no right answer for them.
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.restructured.document import restructured_blocks


def blocks_of_docutils() -> ModuleType:
    """The module that needs docutils, which `--help` does without."""
    try:
        return importlib.import_module("docutils_blocks")
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error}; type: pip install docutils") from error


def our_blocks(blocks: Sequence[Block]) -> Iterator[tuple[str, ...]]:
    for block in blocks:
        if block.kind is BlockKind.ROW:
            yield tuple(re.findall(r"\w+", " ".join(cell.text for cell in block.cells)))
        else:
            yield tuple(re.findall(r"\w+", block.reading.text))


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


def compare(path: Path, tally: Tally) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    if "\f" in text or "\r" in text.replace("\r\n", ""):
        return
    docutils = blocks_of_docutils()
    document = docutils.doctree(text)
    theirs = [block for block in docutils.their_blocks(document) if block]
    ours = [block for block in our_blocks(restructured_blocks(text)) if block]
    differing = additional = 0
    notes = []
    for tag, a, b, c, d in SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes():
        if tag != "equal":
            differing += b - a
            additional += d - c if a == b else 0
            notes.append(f"{path}\n" + "".join(f"  - {' '.join(one)[:200]}\n" for one in theirs[a:b])
                         + "".join(f"  + {' '.join(one)[:200]}\n" for one in ours[c:d]))  # fmt: skip
    if docutils.has_errors(document):
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--suffix", nargs="+", default=[".rst", ".rst.txt"])
    parser.add_argument("--show", type=int, default=0, help="differences to print per folder")
    parser.add_argument("--errors", action="store_true", help="print those of documents with errors")
    arguments = parser.parse_args()
    blocks_of_docutils().install()
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
