"""The questions of the last command-line conversation, so that ``ask --follow`` can continue it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mlsurvey.answering.follow import REMEMBERED
from mlsurvey.cli.console import say
from mlsurvey.syncing.atomic import write_whole


def remembered() -> tuple[str, ...]:
    """Return the questions of the last conversation, oldest first; empty if there was none."""
    try:
        kept = json.loads(_file().read_text("utf-8"))["questions"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(text for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()


def remember(questions: Sequence[str]) -> None:
    """Save the questions of a conversation for the next ``--follow``; where that fails, a remark says so once."""
    file = _file()
    try:
        write_whole(file, json.dumps({"questions": questions[-REMEMBERED:]}, ensure_ascii=False).encode())
    except OSError as error:
        _remark(f"this question was not saved for --follow: {error.strerror or error}: {file.parent}")


@cache
def _remark(text: str) -> None:
    say(text)


def _file() -> Path:
    import platformdirs

    from mlsurvey.settings import PROJECT

    return platformdirs.user_state_path(PROJECT) / "conversation.json"
