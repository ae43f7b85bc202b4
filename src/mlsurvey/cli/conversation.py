"""The questions of the last command-line conversation, so that ``ask --follow`` can continue it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mlsurvey.answering.follow import REMEMBERED
from mlsurvey.syncing.atomic import write_whole


def remembered() -> tuple[str, ...]:
    """Return the questions of the last conversation, oldest first; empty if there was none."""
    try:
        kept = json.loads(_file().read_text("utf-8"))["questions"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(text for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()


def remember(questions: Sequence[str]) -> None:
    """Save the questions of a conversation for the next ``--follow``; write errors are ignored."""
    with suppress(OSError):
        write_whole(_file(), json.dumps({"questions": questions[-REMEMBERED:]}, ensure_ascii=False).encode())


def _file() -> Path:
    import platformdirs

    from mlsurvey.settings import PROJECT

    return platformdirs.user_state_path(PROJECT) / "conversation.json"
