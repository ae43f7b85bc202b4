"""Paths typed by the user: completion and expansion to absolute paths."""

from __future__ import annotations

import os
from pathlib import Path

from textual.suggester import Suggester


class PathSuggester(Suggester):
    """Completes the last part of a path while it is typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the value completed to the first match by name; hidden names match only after a typed dot."""
        folder, _, begun = value.rpartition("/")
        if not value or value == "~":
            return None
        try:
            names = sorted(
                entry.name for entry in os.scandir(typed_path(f"{folder}/" if folder or value[0] == "/" else "."))
            )
        except (OSError, ValueError):
            return None
        fits = (name for name in names if name.startswith(begun) and (begun or not name.startswith(".")))
        found = next((name for name in fits if name.isprintable()), None)
        return None if found is None or found == begun else value[: len(value) - len(begun)] + found


def typed_path(text: str) -> Path:
    """Return the absolute path; ``~`` is the user's home folder."""
    return Path(os.path.normpath(Path.cwd() / Path(text.strip()).expanduser()))  # resolve() would follow symlinks
