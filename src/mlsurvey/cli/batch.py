"""``ask --jsonl``: many questions in one process, one answer per line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from mlsurvey.answering.parts import ends
from mlsurvey.cli.console import write
from mlsurvey.errors import MlsurveyError, NotFoundError, UnreadableError, UsageError
from mlsurvey.rendering.json import answer_value, error_value, to_json
from mlsurvey.survey import understanding
from mlsurvey.types import Filters

if TYPE_CHECKING:
    from mlsurvey.survey import Survey

STDIN = "-"


def answer_lines(survey: Survey, name: str, filters: Filters, max_statements: int, *, explain: bool = False) -> int:
    """Answer the question on each line of a file and return the exit code.

    A line is a JSON object with ``id`` and ``question``, and for a follow-up the
    previous questions under ``after``; other keys are ignored. An invalid line
    gives an error object with its line number instead of an answer; the remaining
    lines are still processed, and the exit code is 1. With ``explain``, an answer
    has the interpretation of its question under ``understood``.

    Raises:
        MlsurveyError: the file or the index cannot be read.
    """
    failed = 0
    with _lines(name) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            identity = None
            try:
                record = _record(line)
                identity = record.get("id")
                after = _after(record)
                parts = survey.parts(_question(record), filters=filters, max_statements=max_statements, after=after)
                understood, answer = ends(parts)
                value = answer_value(answer, survey.stale(answer))
                if explain:
                    value["understood"] = understanding.value(understood)
            except UsageError as error:
                failed += 1
                value = {"line": number} | error_value(error, error.exit_code)
            write(to_json({"id": identity} | value, indent=None))
    return MlsurveyError.exit_code if failed else 0


@contextmanager
def _lines(name: str) -> Iterator[IO[bytes]]:
    if name == STDIN:
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise NotFoundError(f"no file {name!r} with questions") from error
    except IsADirectoryError as error:
        raise UnreadableError(f"{name} is a folder, not a file with questions") from error


def _record(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError("not a JSON object with 'id' and 'question'")
    return value


def _question(record: dict[str, Any]) -> str:
    question = record.get("question")
    if not isinstance(question, str) or not question.strip():
        raise UsageError("'question' is missing or not a string")
    return question


def _after(record: dict[str, Any]) -> list[str]:
    after = record.get("after", [])
    if not isinstance(after, list) or not all(isinstance(text, str) and text.strip() for text in after):
        raise UsageError("'after' is not a list of questions")
    return after
