"""Find verbatim copying: runs of words that a text shares with a source document.

``python -m tests.corpus.copying FOLDER`` prints the longest runs that the corpus shares with the documents in a folder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mlsurvey.curation.profile import body

LONGEST_RUN = 11
"""Maximum run of words that our text may share with a source; names and set phrases rarely reach it."""

_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”')
_CODE = re.compile(r"`[^`\n]*`")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

Run = tuple[str, ...]


def runs(text: str, length: int) -> Iterator[Run]:
    """Every run of ``length`` consecutive words, casefolded."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return zip(*(words[start:] for start in range(length)), strict=False)


def own_runs(lines: Iterable[str], length: int) -> set[Run]:
    """Runs of our own sentences, without quotations and code, and never across lines."""
    plain = (piece for line in lines for piece in _CODE.sub("\n", _QUOTED.sub("\n", line)).splitlines())
    return {run for piece in plain for run in runs(piece, length)}


def borrowed(own: set[Run], documents: Iterable[Path], length: int) -> dict[Run, Path]:
    """Runs that also occur in a document, each with the first such document."""
    found: dict[Run, Path] = {}
    for document in documents:
        for run in own.intersection(runs(document.read_text("utf-8", errors="replace"), length)):
            found.setdefault(run, document)
    return found


def longest(lines: list[str], documents: list[Path]) -> Iterator[tuple[int, dict[Run, Path]]]:
    """Lengths from twelve words down, each with its runs, stopping at the first length that has any."""
    for length in range(LONGEST_RUN + 1, 5, -1):
        found = borrowed(own_runs(lines, length), documents, length)
        yield length, found
        if found:
            return


def main(folder: Path) -> None:
    corpus = Path(__file__).parents[2] / "corpus"
    lines = [line for path in sorted(corpus.rglob("*.md")) for line in body(path.read_text("utf-8")).splitlines()]
    documents = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".tsv"]
    for length, found in longest(lines, documents):
        print(f"{length} words in a row: {len(found)}")
        for run, path in sorted(found.items()):
            print(f"  {' '.join(run)}  ({path.name})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
