"""The questions of the last conversation on the command line, so that ``ask --follow`` can go on with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mlsurvey.answering.follow import REMEMBERED


def remembered() -> tuple[str, ...]:
    """The questions of the last conversation, the oldest first; none where there was none."""
    try:
        kept = json.loads(_file().read_text("utf-8"))["questions"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(text for text in kept if isinstance(text, str)) if isinstance(kept, list) else ()


def remember(questions: Sequence[str]) -> None:
    """Keep the questions of a conversation; where that is not possible, the next ``--follow`` has none to follow."""
    file = _file()
    draft = file.with_suffix(".part")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"questions": questions[-REMEMBERED:]}, ensure_ascii=False), "utf-8")
        draft.replace(file)


def _file() -> Path:
    import platformdirs

    from mlsurvey.settings import PROJECT

    return platformdirs.user_state_path(PROJECT) / "conversation.json"
