"""Find word-for-word borrowing: runs of words that a text shares with a source document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

LONGEST_RUN = 11
"""Words in a row that a text of ours may share with a source; names and set phrases rarely reach it."""

_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”')
_CODE = re.compile(r"`[^`\n]*`")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

Run = tuple[str, ...]


def runs(text: str, length: int) -> Iterator[Run]:
    """Every stretch of ``length`` words in a row, folded in case."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return zip(*(words[start:] for start in range(length)), strict=False)


def own_runs(lines: Iterable[str], length: int) -> set[Run]:
    """Runs of our own sentences: quotations and code aside, and never across two lines."""
    plain = (piece for line in lines for piece in _CODE.sub("\n", _QUOTED.sub("\n", line)).splitlines())
    return {run for piece in plain for run in runs(piece, length)}


def borrowed(own: set[Run], documents: Iterable[Path], length: int) -> dict[Run, Path]:
    """Runs that stand in a document too, each with the first document that has it."""
    found: dict[Run, Path] = {}
    for document in documents:
        for run in own.intersection(runs(document.read_text("utf-8", errors="replace"), length)):
            found.setdefault(run, document)
    return found
