"""The labelled questions: the record format, and how annotated lines are parsed.

An annotated line has the question with marks, and evidence by number (see README.md). A record, as stored in ``data/``,
has the question as typed, marks as character spans, and evidence by location: character offsets for third-party
documents, whose sentences are not copied here, and quotes for our own documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROLES = ("S", "R+", "R-", "R~", "K", "W")
"""Side; what the answer uses, is used by, or is like; known to the asker only; a common word."""
ASKED = "asked"
FIELDS = ("language", "kind", "licence", "state", "format", "version", "platform", "class", "date", "other")
"""The field that a condition is about."""
KINDS = ("lookup", "compare", "list", "recommend", "none")
FLAGS = ("yesno", "count", "superl", "not", "premise")
CARRIES = ("sides", "matter", "both", "set")
_MARK = re.compile(r"\[(S|R\+|R-|R~|K|W):([^\[\]]*)\]|\{([^{}]*)\}|<(!?)([a-z]+):([^<>]*)>")


@dataclass(frozen=True)
class Mark:
    """A stretch of the question with its label: a role, ``asked``, or the field of a condition."""

    start: int
    end: int
    label: str
    negated: bool = False


@dataclass(frozen=True)
class Evidence:
    """A location that answers on its own, given by either a span or a quote."""

    document: str
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    denies: bool = False


@dataclass(frozen=True)
class Cell:
    """One library and one matter. Without evidence, the documents do not answer it."""

    entity: str
    matter: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Labelled:
    """One question with its labels."""

    id: str
    style: str
    kind: str
    question: str
    marks: tuple[Mark, ...]
    cells: tuple[Cell, ...]
    flags: tuple[str, ...] = ()
    follows: str | None = None
    carries: str | None = None

    @property
    def batch(self) -> str:
        """Author and documents. No batch is split between parts of the data."""
        return self.id.split("-")[0]

    def asked(self) -> list[str]:
        """The stretches that state what is asked, in order."""
        return [self.question[m.start : m.end] for m in self.marks if m.label == ASKED]


def unmarked(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The question as typed, and its marks."""
    plain, marks, last = "", [], 0
    for m in _MARK.finditer(text):
        plain += text[last : m.start()]
        role, name, asked, negated, about, words = m.groups()
        said = next(part for part in (name, asked, words) if part is not None)
        label = role or (ASKED if asked is not None else about)
        lead = len(said) - len(said.lstrip())
        marks.append(Mark(len(plain) + lead, len(plain) + len(said.rstrip()), label, negated == "!"))
        plain += said
        last = m.end()
    return plain + text[last:], tuple(marks)


def to_json(record: Labelled) -> str:
    """One line of a data file. Empty fields are omitted; a mark is ``[start, end, label]`` (``!`` for negated)."""
    marks = [[m.start, m.end, f"{'!' * m.negated}{m.label}"] for m in record.marks]
    return json.dumps(_bare(asdict(record) | {"marks": marks}), ensure_ascii=False)


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v is not None and v is not False and v not in ((), [])}
    return [_bare(v) for v in value] if isinstance(value, (list, tuple)) else value


def from_json(value: Mapping[str, Any]) -> Labelled:
    """Parses a record of a data file."""
    cells = tuple(
        Cell(c["entity"], c["matter"], tuple(Evidence(**e) for e in c.get("evidence", ())))
        for c in value.get("cells", ())
    )
    marks = tuple(Mark(a, b, label.lstrip("!"), label.startswith("!")) for a, b, label in value.get("marks", ()))
    return Labelled(**{**value, "marks": marks, "cells": cells, "flags": tuple(value.get("flags", ()))})


def read(files: Sequence[Path]) -> Iterator[Labelled]:
    """The records of data files, in order."""
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from (from_json(json.loads(line)) for line in lines if line.strip())
