"""Names of documents: which are the same to a reader, and which cannot be shown. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
CONTROL = re.compile(rf"[{_CONTROLS}]")
"""Line breaks and control characters: Unicode categories Cc, Zl and Zp."""
_UNSHOWN = re.compile(rf"[{_CONTROLS}\ud800-\udfff]")


def composed(name: str) -> str:
    """The name in the composed form (NFC): a file copied from macOS may have the decomposed one, which looks equal."""
    return unicodedata.normalize("NFC", name)


def known_as(name: str, known: Iterable[str]) -> str | None:
    """The one of the known names that is meant: the same, else the only one that looks the same; None if there is none.

    Args:
        name: as typed, in any Unicode form.
        known: names as stored.
    """
    wanted, same = composed(name), []
    for one in known:
        if one == name:
            return one
        if composed(one) == wanted:
            same.append(one)
    return same[0] if len(same) == 1 else None


def shown(name: str) -> str:
    """The name with control characters, and bytes that are not UTF-8, escaped."""
    return _UNSHOWN.sub(lambda match: ascii(match.group())[1:-1], name)
