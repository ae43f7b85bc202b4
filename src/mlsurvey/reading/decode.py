"""Decoding of bytes to text; all spans in mlsurvey refer to this text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.charsets import ISO_2022_JP, guess, is_iso_2022_jp, is_odd, unmarked_utf_16

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_SAMPLE = 8192  # bytes or characters checked to tell text from binary, as in git and grep
_MAX_CONTROL_SHARE = 0.1  # text with terminal escapes stays below this; compressed files have about 0.12 or more
_TEXT_CONTROLS = b"\t\n\r\f\v\x1b\x08"
_CONTROLS = bytes(set(range(32)) - set(_TEXT_CONTROLS))
_UTF_8 = "UTF-8"
_LOST = "\ufffd"
_CUT = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{1,2})\Z")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a document, and how its bytes were read."""

    text: str
    encoding: str = _UTF_8
    is_guess: bool = False
    """Whether the encoding was guessed: there is no byte-order mark, and the bytes are not UTF-8."""
    lost: int = 0
    """Number of places with bytes invalid in the encoding; each is one U+FFFD in ``text``."""

    @property
    def remark(self) -> str | None:
        """What a reader should know about the decoding, in a few words; None if there is nothing to know."""
        if not (self.is_guess or self.lost or self.encoding != _UTF_8):
            return None
        read = f"read as {self.encoding}{', a guess; save it as UTF-8 if it is wrong' if self.is_guess else ''}"
        places = "place has" if self.lost == 1 else "places have"
        return f"{read}; {self.lost} {places} bytes that are invalid in it, shown as {_LOST}" if self.lost else read


def decode(data: bytes) -> str:
    """Decode a document; see :func:`decoded`.

    Raises:
        UnreadableError: the bytes are not text.
    """
    return decoded(data).text


def decoded(data: bytes) -> Decoded:
    """Decode a document: by its byte-order mark, else as UTF-8, else in the most likely encoding.

    UTF-8 with some invalid bytes, or cut off within a character, remains
    UTF-8. A byte-order mark is dropped; line ends are unchanged. Bytes invalid
    in the encoding become U+FFFD.

    Raises:
        UnreadableError: the bytes are not text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], name)
    if b"\0" in data[:_SAMPLE] and (utf_16 := unmarked_utf_16(data)):
        return _in(data, utf_16, is_guess=True)
    _refuse_binary(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _damaged(data) or _in(data, guess(data), is_guess=True)
    return _in(data, ISO_2022_JP, is_guess=True) if is_iso_2022_jp(data) else Decoded(text)


def _marked(data: bytes, name: str) -> Decoded:
    found = _in(data, name)
    sample = found.text[:_SAMPLE]
    odd = sum(map(is_odd, sample))
    if odd > max(1, _MAX_CONTROL_SHARE * len(sample)):
        raise UnreadableError(f"binary: {odd} of its first {len(sample)} characters in {name} are not text")
    return found


def _in(data: bytes, name: str, *, is_guess: bool = False) -> Decoded:
    text = data.decode(name, "replace")
    return Decoded(text, name, is_guess, text.count(_LOST))


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 with invalid bytes; None if more bytes are invalid than characters are valid, as in any other encoding."""
    text = data.decode("utf-8-sig", "replace")
    lost = text.count(_LOST) - data.count(_LOST.encode())
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    is_cut = _CUT.search(data, max(0, len(data) - 3)) is not None
    return Decoded(text, lost=lost) if beyond_ascii - lost + is_cut >= lost else None


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        raise UnreadableError(f"binary: has a NUL byte at {data.index(0)}; if it is text, save it as UTF-8")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _MAX_CONTROL_SHARE * len(sample):
        raise UnreadableError(f"binary: {controls} of its first {len(sample)} bytes are control characters")
