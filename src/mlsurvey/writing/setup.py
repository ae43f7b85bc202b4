"""What is needed to reach a language model."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mlsurvey.errors import SettingsError

MOST_KEY = 4096
"""Maximum characters of a key."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A server that speaks the chat-completions protocol, and the limits of its use."""

    url: str
    """Base URL; only ``/chat/completions`` below it is ever requested."""
    model: str
    key: str | None = field(default=None, repr=False)
    """Sent as bearer token, to this server only."""
    seconds: float = 30.0
    """Time for one answer."""
    tokens: int = 600
    """Maximum tokens of one reply."""

    @property
    def name(self) -> str:
        """How answers name the writer."""
        return f"openai-compatible/{self.model}"


@dataclass(slots=True)
class Turn:
    """The use of a server for one answer: its requests share the time, and the first that fails is the last."""

    setup: Setup
    spent: float = 0.0
    """Seconds that its requests have taken."""
    failure: str | None = None
    """How the server failed."""

    @property
    def left(self) -> float:
        """Seconds left for the answer."""
        return max(0.0, self.setup.seconds - self.spent)


def read_key(variable: str, file: str) -> str | None:
    """The key in the environment variable, else in the file; None if neither is given.

    Raises:
        SettingsError: the file cannot be read, or what it holds is no key; the message never has the key.
    """
    key = os.environ.get(variable, "").strip()
    where = f"environment variable {variable}"
    if not key and file:
        where = f"file {file}, from the setting 'writer_key_file'"
        try:
            key = Path(file).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise SettingsError(f"the key of the writer cannot be read ({where}): {reason}") from error
    if key and not (key.isascii() and key.isprintable() and " " not in key and len(key) <= MOST_KEY):
        raise SettingsError(f"the key of the writer is not a single word of ASCII characters ({where})")
    return key or None
