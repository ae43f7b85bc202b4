"""Facts as front matter records them: a value, and the sources it rests on in brackets.

gpu: yes [burn-readme]
accelerators: CUDA (NVIDIA), ROCm (AMD) [burn-readme]
mobile: unknown
"""

from __future__ import annotations

import re
from typing import Final

UNKNOWN: Final = "unknown"
"""Value of a fact that no source settles."""
NONE: Final = "none"
"""Value of a list that is documented to be empty."""
YES: Final = ("yes", "partly")
NO: Final = "no"

_SOURCED = re.compile(r"(?P<value>.+?) \[(?P<sources>[\w.-]+(?:, [\w.-]+)*)\]")
_ITEM = re.compile(r", (?![^(]*\))")
_REMARK = re.compile(r"\s*\(([^)]*)\)")


def value(line: str) -> str:
    """The value of a fact, without its sources."""
    found = _SOURCED.fullmatch(line)
    return found["value"] if found else line


def is_truth(line: str) -> bool:
    """Whether a fact says only yes, partly or no."""
    return value(line) in (*YES, NO)


def sources(line: str) -> tuple[str, ...]:
    """Ids of the sources of a fact; empty if it has none."""
    found = _SOURCED.fullmatch(line)
    return tuple(found["sources"].split(", ")) if found else ()


def items(line: str) -> tuple[str, ...]:
    """The items of a list; empty if it is unknown or documented to be empty."""
    whole = value(line)
    return () if whole in (UNKNOWN, NONE) else tuple(_ITEM.split(whole))


def names(item: str) -> tuple[str, ...]:
    """What an item may be called: its words, and a name in brackets: "CUDA", "NVIDIA". A remark is no name."""
    remark = _REMARK.search(item)
    named = remark and remark[1][:1].isupper()
    return (_REMARK.sub("", item), *((remark[1],) if remark and named else ()))
