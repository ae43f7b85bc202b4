"""Gold questions with every passage that a careful reader would accept as evidence.

A file has one JSON object per line: ``id``, ``question``, ``kind`` (one of
:data:`KINDS`), ``answerable``, ``entities`` (slugs) and ``cells``. A cell is
one entity and one aspect with its ``evidence``: pairs of ``document`` and
``quote``, any one of which is sufficient. Other keys are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlsurvey.errors import UsageError
from mlsurvey.evaluation.files import read_file
from mlsurvey.evaluation.quotes import occurrences

UNANSWERABLE = "unanswerable"
KINDS = ("compare", "list", "lookup", "recommend", "conflict", UNANSWERABLE)
SHORTEST_QUOTE, LONGEST_QUOTE = 40, 300
"""Characters of a quote: long enough to be unique, short enough to fit into an answer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim quote, white space collapsed, and its document (path in the corpus)."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class GoldCell:
    """Expected evidence for one entity and aspect. Both sides of a conflict are cells of the same pair."""

    entity: str
    aspect: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One gold question."""

    id: str
    text: str
    kind: str
    answerable: bool
    entities: tuple[str, ...]
    """Slugs that the answer should be about; for a list, the complete set."""
    cells: tuple[GoldCell, ...]


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a file, in file order.

    Raises:
        NotFoundError: the file does not exist.
        UnreadableError: the file is a folder or not UTF-8 text.
        UsageError: a line is not a gold question; the message gives the line number and the problem.
    """
    questions: list[Question] = []
    line_of: dict[str, int] = {}
    for number, line in enumerate(read_file(path, "questions").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            question = _question(_record(line))
            if question.id in line_of:
                raise UsageError(f"id {question.id!r} is already used in line {line_of[question.id]}")
        except UsageError as error:
            raise UsageError(f"{path}, line {number}: {error}") from error
        line_of[question.id] = number
        questions.append(question)
    if not questions:
        raise UsageError(f"{path} has no questions: write one JSON object a line, with {_keys()}")
    return tuple(questions)


def quote_faults(questions: Sequence[Question], text: Callable[[str], str]) -> Iterator[str]:
    """Problems with the evidence, in words; ``text`` returns a document by path, empty if absent."""
    for question in questions:
        for cell in question.cells:
            for evidence in cell.evidence:
                if fault := _quote_fault(evidence, text(evidence.document)):
                    yield f"{question.id}, {cell.entity}/{cell.aspect}: {fault}: {evidence.quote[:60]!r}"


def _quote_fault(evidence: Evidence, text: str) -> str | None:
    if not text:
        return f"no document {evidence.document} in the corpus"
    times = occurrences(evidence.quote, text)
    if times != 1:
        return f"quote occurs {times} times in {evidence.document}, not once"
    if not SHORTEST_QUOTE <= len(evidence.quote) <= LONGEST_QUOTE:
        return f"quote has {len(evidence.quote)} characters; it must have {SHORTEST_QUOTE} to {LONGEST_QUOTE}"
    return None


def _record(line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"not valid JSON ({error}); write one question per line") from error
    if not isinstance(value, dict):
        raise UsageError(f"not a JSON object with {_keys()}")
    return value


def _question(record: Mapping[str, Any]) -> Question:
    kind = _string(record, "kind")
    if kind not in KINDS:
        raise UsageError(f"kind {kind!r} is not one of {', '.join(KINDS)}")
    answerable = record.get("answerable", kind != UNANSWERABLE)
    if answerable is not (kind != UNANSWERABLE):
        raise UsageError(f"kind {kind!r} and answerable {answerable!r} contradict each other; leave 'answerable' out")
    question = Question(
        id=_string(record, "id"),
        text=_string(record, "question"),
        kind=kind,
        answerable=answerable,
        entities=tuple(_slugs(record)),
        cells=tuple(_cell(cell) for cell in _objects(record, "cells")),
    )
    if bool(question.cells) != answerable:
        raise UsageError("'cells' must have evidence, or be empty if the kind is unanswerable")
    return question


def _cell(record: Mapping[str, Any]) -> GoldCell:
    pieces = (Evidence(_string(e, "document"), _string(e, "quote")) for e in _objects(record, "evidence"))
    cell = GoldCell(_string(record, "entity"), _string(record, "aspect"), tuple(pieces))
    if not cell.evidence:
        raise UsageError(f"the cell {cell.entity}/{cell.aspect} has no evidence: add a document and a quote from it")
    return cell


def _string(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{key!r} is missing, blank or not a string: {json.dumps(value, ensure_ascii=False)[:60]}")
    return value


def _slugs(record: Mapping[str, Any]) -> Iterator[str]:
    values = record.get("entities", [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UsageError('\'entities\' must be a list of slugs, such as ["burn", "candle"]')
    yield from values


def _objects(record: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    values = record.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise UsageError(f"{key!r} must be a list of JSON objects")
    yield from values


def _keys() -> str:
    return "'id', 'question', 'kind', 'entities' and 'cells'"
