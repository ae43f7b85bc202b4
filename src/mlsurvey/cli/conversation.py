"""The questions of the last command-line conversation, so that ``ask --follow`` can continue it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mlsurvey.answering.follow import REMEMBERED


def remembered() -> tuple[str, ...]:
    """Return the questions of the last conversation, oldest first; empty if there was none."""
    try:
        kept = json.loads(_file().read_text("utf-8"))["questions"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(text for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()


def remember(questions: Sequence[str]) -> None:
    """Save the questions of a conversation for the next ``--follow``; write errors are ignored."""
    file = _file()
    draft = file.with_suffix(".part")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"questions": questions[-REMEMBERED:]}), "utf-8")
        draft.replace(file)


def _file() -> Path:
    import platformdirs

    from mlsurvey.settings import PROJECT

    return platformdirs.user_state_path(PROJECT) / "conversation.json"
