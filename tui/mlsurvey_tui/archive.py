"""The history of questions and answers, in one SQLite file. Written immediately, so a crash loses nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlsurvey.errors import NotFoundError, StorageError
from mlsurvey.types import Answer

FILE = "history.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    asked TEXT NOT NULL,
    question TEXT NOT NULL,
    status TEXT NOT NULL,
    generation TEXT NOT NULL,
    starred INTEGER NOT NULL DEFAULT 0,
    answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS answers_question ON answers (question);
"""
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history."""

    id: int
    asked: str
    """ISO 8601 time in UTC."""
    question: str
    status: str
    generation: str
    """Id of the index that produced the answer."""
    starred: bool


class History:
    """Questions and answers, newest first. Safe to share between threads and processes."""

    def __init__(self, folder: Path | None) -> None:
        """Open the history in a folder; with None, one that ends with the process.

        Raises:
            StorageError: the folder or the file cannot be written.
        """
        self._lock = threading.Lock()
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            place = ":memory:" if folder is None else folder / FILE
            self._db = sqlite3.connect(place, timeout=10, check_same_thread=False, isolation_level=None)
            with suppress(sqlite3.OperationalError):  # another process is setting it; SQLite does not wait here
                self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")
        except (OSError, sqlite3.Error) as error:
            raise StorageError(f"cannot save the history in {folder}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def add(self, answer: Answer) -> int:
        """Store an answer and return its id."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (now, answer.question, answer.status.value, answer.index, json.dumps(asdict(answer)))
        sql = "INSERT INTO answers (asked, question, status, generation, answer) VALUES (?, ?, ?, ?, ?)"
        return int(self._run(sql, row).lastrowid or 0)

    def entries(self, words: str = "", *, starred: bool = False, limit: int = 500) -> list[Entry]:
        """Return the newest entries whose question or answer contains every word."""
        wanted = words.split()
        where = ["(question LIKE ? ESCAPE '!' OR answer LIKE ? ESCAPE '!')"] * len(wanted) + ["starred"] * starred
        values = [pattern for word in wanted for pattern in (_like(word),) * 2]
        sql = "SELECT id, asked, question, status, generation, starred FROM answers"
        sql += f" WHERE {' AND '.join(where)}" if where else ""
        rows = self._run(f"{sql} ORDER BY id DESC LIMIT ?", (*values, limit)).fetchall()
        return [
            Entry(i, asked, question, status, index, bool(star)) for i, asked, question, status, index, star in rows
        ]

    def questions(self, limit: int = 200) -> list[str]:
        """Return distinct questions, the most recent first."""
        sql = "SELECT question FROM answers GROUP BY question ORDER BY max(id) DESC LIMIT ?"
        return [row[0] for row in self._run(sql, (limit,)).fetchall()]

    def answer(self, entry: int) -> Answer:
        """Return the stored answer.

        Raises:
            NotFoundError: the entry has been deleted.
        """
        row = self._run("SELECT answer FROM answers WHERE id = ?", (entry,)).fetchone()
        if row is None:
            raise NotFoundError(f"history entry {entry} no longer exists")
        answer: Answer = _adapter().validate_json(row[0])
        return answer

    def star(self, entry: int, starred: bool) -> None:
        """Star or unstar an entry."""
        self._run("UPDATE answers SET starred = ? WHERE id = ?", (int(starred), entry))

    def delete(self, entry: int) -> None:
        """Delete an entry."""
        self._run("DELETE FROM answers WHERE id = ?", (entry,))

    def _run(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._lock:
            try:
                return self._db.execute(sql, values)
            except sqlite3.Error as error:
                raise StorageError(f"cannot read or write the history: {error}") from error


def _like(word: str) -> str:
    escaped = word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


@lru_cache(maxsize=1)
def _adapter() -> Any:
    """Return the Pydantic adapter, which reads the dataclasses' own annotations."""
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
