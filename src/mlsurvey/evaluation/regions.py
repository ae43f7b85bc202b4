"""Which entity each region of a document is about: the ground truth for misattribution.

A file has one tab-separated region per line: ``document``, ``first_line``,
``last_line`` (from 1, inclusive), ``entity``; the first line is a header with
these names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsurvey.errors import UsageError
from mlsurvey.evaluation.files import read_file

COLUMNS = ("document", "first_line", "last_line", "entity")


@dataclass(frozen=True, slots=True)
class Region:
    """Lines of a document, from 1, inclusive, and the slug of the entity that they are about."""

    first: int
    last: int
    entity: str


Regions = Mapping[str, tuple[Region, ...]]
"""Regions by document; they may overlap."""


def read_regions(path: Path) -> Regions:
    """The regions of a file.

    Raises:
        NotFoundError: the file does not exist.
        UnreadableError: the file is a folder or not UTF-8 text.
        UsageError: a line is malformed; the message gives its number.
    """
    regions: dict[str, list[Region]] = defaultdict(list)
    for number, line in enumerate(read_file(path, "regions").split("\n"), start=1):
        cells = tuple(line.split("\t"))
        if not line.strip() or (number == 1 and cells == COLUMNS):
            continue
        if len(cells) != len(COLUMNS) or not (cells[1].isdecimal() and cells[2].isdecimal()):
            raise UsageError(f"{path}, line {number}: not {', '.join(COLUMNS)} separated by tabs: {line[:60]!r}")
        regions[cells[0]].append(Region(int(cells[1]), int(cells[2]), cells[3]))
    return {document: tuple(found) for document, found in regions.items()}


def entities_at(regions: Regions, document: str, first: int, last: int) -> frozenset[str]:
    """Slugs of the entities that any of the lines ``first`` to ``last`` are about."""
    return frozenset(r.entity for r in regions.get(document, ()) if r.first <= last and first <= r.last)
