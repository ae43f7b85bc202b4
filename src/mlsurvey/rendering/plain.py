r"""Makes text from documents safe to show.

A document may contain escape sequences that recolour, retitle or overwrite a
terminal, and characters that reverse the reading order. None of them is ever shown
raw: each becomes a visible escape such as ``\x1b``.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters (C0 and C1) except tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional control characters
    "\u2028\u2029"  # line and paragraph separators: line breaks for some programs only
    "\ud800-\udfff"  # lone surrogates: bytes in a file name that are not UTF-8
    "]"
)


def visible(text: str) -> str:
    """Return ``text`` with every unsafe character escaped; tabs become spaces, newlines are kept."""
    return _UNSAFE.sub(_written_out, text.replace("\r\n", "\n")).replace("\t", "    ")


def one_line(text: str) -> str:
    """Like :func:`visible`, with all white space collapsed, for names, headings and messages."""
    return visible(" ".join(text.split()))


def joined_lines(text: str) -> str:
    """Return ``text`` as one line, as a question is: line breaks, with the white space around them, become spaces."""
    return " ".join(line for part in text.splitlines() if (line := part.strip()))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def json_safe(text: str) -> str:
    r"""Escape the unsafe characters that JSON text may contain raw as ``\uXXXX``; the value stays the same."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
