r"""Make text from documents safe to show.

A document may hold escape sequences that recolour, retitle or overwrite a
terminal, and marks that turn the reading order around. None of them is ever
shown raw: each becomes a visible escape such as ``\x1b``.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, both sets, save tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the reading order round
    "\u2028\u2029"  # line and paragraph separators: line breaks to some programs only
    "\ud800-\udfff"  # lone surrogates: bytes of a file name that are not UTF-8
    "]"
)


def visible(text: str) -> str:
    """``text`` with every unsafe character written out; tabs become spaces, newlines stay."""
    return _UNSAFE.sub(_written_out, text.replace("\r\n", "\n")).replace("\t", "    ")


def one_line(text: str) -> str:
    """:func:`visible`, with all white space folded: for names, headings and messages."""
    return visible(" ".join(text.split()))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def json_safe(text: str) -> str:
    r"""JSON text with the unsafe characters that JSON allows raw as ``\uXXXX``: the value stays the same."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
