"""Quoted phrases in queries: ``"supports WebGL but not WebGPU" library``. Pure."""

from __future__ import annotations

import re

_OPENING, _CLOSING = '"“„＂', '"”“＂'
_ASCII_WORD = "[0-9A-Za-z]"
_QUOTED = re.compile(
    f"(?<!{_ASCII_WORD})[{_OPENING}]([^{_OPENING}{_CLOSING}]*)[{_CLOSING}](?!{_ASCII_WORD})"  # not the inches of 5"
)


def quoted(query: str) -> tuple[str, ...]:
    """Return the phrases in straight or typographic double quotes; an unbalanced quote is a plain character."""
    phrases = (match.group(1).strip() for match in _QUOTED.finditer(query))
    return tuple(dict.fromkeys(phrase for phrase in phrases if any(map(str.isalnum, phrase))))


def unquoted(text: str) -> str:
    """Return a text, such as a question, with spaces for its double quotes: no phrase is demanded of a search."""
    return re.sub(f"[{_OPENING}{_CLOSING}]", " ", text)
