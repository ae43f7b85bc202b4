"""Guesses the character encoding of bytes that have no byte-order mark and are not UTF-8."""

from __future__ import annotations

import re
import unicodedata

# The encodings of the web (https://encoding.spec.whatwg.org/), each as its largest variant.
_CANDIDATES = (
    "gb18030", "big5hkscs", "cp932", "shift_jis_2004", "euc_jis_2004", "cp949", "koi8-r", "koi8-u", "cp866", "cp874",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859-2", "iso8859-5",
    "iso8859-7",
)  # fmt: skip
WESTERN = "Windows-1252"
"""The guess without evidence for another encoding, as in browsers."""
ISO_2022_JP = "ISO-2022-JP-2"
# Alphabets at mostly the same bytes; where they differ, the wrong one shows symbols for letters.
_TWINS = (("Windows-1250", "ISO-8859-2"), ("Windows-1253", "ISO-8859-7"))
_SAMPLE = 64_000  # bytes outside plain English that are examined; the guess does not improve with more
_FEW = 3  # characters outside ASCII, each alone among letters: too few to tell alphabets apart
_ASCII_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
_PAIR = re.compile(rb"[\x80-\xff]{2}")
_WORD = re.compile(rb"[\x80-\xff]{4}")  # four letters, all outside ASCII: no Latin alphabet
_ESCAPE = re.compile(rb"\x1b\$[@B]")


def guess(data: bytes) -> str:
    """Name of the most likely encoding of a text that is not UTF-8; Windows-1252 if nothing else is likely.

    Only lines with characters outside ASCII are examined, so that these count the same in a long English text.
    """
    sample = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_SAMPLE]
    sample = sample.translate(None, _ASCII_CONTROLS)  # a terminal's escapes make a text look binary
    if len(sample.translate(None, bytes(range(128)))) <= _FEW and not _PAIR.search(sample):
        return WESTERN
    name = _detected(sample)
    if name == WESTERN and _WORD.search(sample):
        name = _detected(b" ".join(word for word in sample.split() if not word.isascii()))
    return next((_lettered(twins, sample) for twins in _TWINS if name in twins), name)


def is_iso_2022_jp(data: bytes) -> bool:
    """Whether ASCII bytes are Japanese, with escape sequences that switch alphabets."""
    if not _ESCAPE.search(data):
        return False
    try:
        data.decode(ISO_2022_JP)
    except UnicodeDecodeError:
        return False
    return True


def unmarked_utf_16(data: bytes) -> str | None:
    """``UTF-16-LE`` or ``UTF-16-BE`` if bytes with NULs are text in it, else None.

    The upper byte of an ASCII character is NUL, so all NULs are at odd or all at even positions.
    """
    sample = data[: 2 * _SAMPLE]
    if len(data) % 2 or _is_utf_8_with_nuls(sample):
        return None
    for name, upper, lower in (("UTF-16-LE", 1, 0), ("UTF-16-BE", 0, 1)):
        if (
            b"\0" in sample[upper::2]
            and b"\0" not in sample[lower::2]
            and _is_text(sample.decode(name, "replace"), data)
        ):
            return name
    return None


def _is_utf_8_with_nuls(data: bytes) -> bool:
    """Whether bytes are text without their NULs, which are too few for the upper bytes of that text."""
    rest = data.replace(b"\0", b"")
    is_utf_8 = "\ufffd" not in rest.decode("utf-8", "replace")[:-1]
    return (
        is_utf_8 and len(rest) == len(rest.translate(None, _ASCII_CONTROLS)) and 4 * (len(data) - len(rest)) < len(data)
    )


def _is_text(sample: str, data: bytes) -> bool:
    """Whether no character is odd, but for the last one of a longer text, which may be half a pair."""
    return not any(map(is_odd, sample if len(data) <= 2 * _SAMPLE else sample[:-1]))


def is_odd(character: str) -> bool:
    """Whether a character is rare in text and common in other data: unassigned, private, invalid or a control."""
    if unicodedata.category(character) == "Cc":
        return character not in "\t\n\r\f\v\x1b\b\x85"
    return unicodedata.category(character) in ("Cn", "Co") or character == "\ufffd"


def _detected(sample: bytes) -> str:
    import chardet  # loads its models, unneeded for UTF-8

    return chardet.detect(sample, include_encodings=_CANDIDATES, max_bytes=_SAMPLE)["encoding"] or WESTERN


def _lettered(names: tuple[str, ...], sample: bytes) -> str:
    """The name with which ``sample`` has most letters; the first of equals."""
    return max(names, key=lambda name: sum(map(str.isalpha, sample.decode(name, "replace"))))
