"""Decoding of bytes to text; all spans in mlsurvey refer to this text."""

from __future__ import annotations

import codecs

from mlsurvey.errors import UnreadableError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SAMPLE = 8192  # bytes checked to tell text from binary, as in git and grep
_MAX_CONTROL_SHARE = 0.1  # text with terminal escapes stays below this; compressed files have about 0.12 or more
_TEXT_CONTROLS = b"\t\n\r\f\v\x1b\x08"
_CONTROLS = bytes(set(range(32)) - set(_TEXT_CONTROLS))


def decode(data: bytes) -> str:
    """Decode a document: UTF-8, or Windows-1252 if the bytes are not valid UTF-8.

    A leading byte-order mark is dropped; line ends are unchanged. Bytes
    undefined in Windows-1252 become U+FFFD, one character each.

    Raises:
        UnreadableError: the bytes are UTF-16, UTF-32 or not text.
    """
    _refuse_binary(data)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _refuse_binary(data: bytes) -> None:
    if data.startswith((*_UTF32_MARKS, *_UTF16_MARKS)):
        name = "UTF-32" if data.startswith(_UTF32_MARKS) else "UTF-16"
        raise UnreadableError(f"{name} text; save it as UTF-8 and refresh again")
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        raise UnreadableError(f"binary: has a NUL byte at {data.index(0)}; if it is text, save it as UTF-8")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _MAX_CONTROL_SHARE * len(sample):
        raise UnreadableError(f"binary: {controls} of its first {len(sample)} bytes are control characters")
