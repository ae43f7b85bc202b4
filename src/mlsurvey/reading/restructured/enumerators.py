"""Tells the mark of a list item from a line that happens to begin with a number, an initial or a letter.

As in docutils (``docutils.parsers.rst.states.Body.is_enumerated_list_item``), the next
line decides: it is blank, indented, or begins with the next mark of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ENUMERATOR = re.compile(r"\(?(?:[a-zA-Z]|[0-9]{1,9}|[ivxlcdmIVXLCDM]+|#)[.)](?: +|$)")
"""How the first line of an item with an ordinal may begin."""
_MARK = re.compile(r"(?P<before>\(?)(?P<text>[^.)]+)(?P<after>[.)])")
_ROMAN = re.compile(r"m{0,4}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_NUMERALS = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MAX_ROMAN = 4999


def is_enumerated(mark: str, following: str) -> bool:
    """Whether ``mark`` ("2.", "(b)", "iv)", "#.") begins an item; ``following`` is the next line, "" at the end."""
    found = _MARK.fullmatch(mark)
    if not found or (found["before"] and found["after"] != ")"):
        return False
    successors = list(_successors(found["text"]))
    if not successors:  # "mdi." is no number
        return False
    if not following[:1].strip():
        return True
    return any(following.startswith(f"{found['before']}{text}{found['after']} ") for text in ("#", *successors))


def _successors(text: str) -> Iterator[str]:
    """Yield what may follow the ordinal ``text`` in a list: "i" is followed by "ii" and by "j"."""
    if text == "#":
        yield "#"
    elif text.isdecimal():
        yield str(int(text) + 1)
    else:
        if len(text) == 1:
            yield chr(ord(text) + 1)
        if (value := _roman_value(text.lower())) and text in (text.lower(), text.upper()):
            following = _roman(value + 1)
            yield following if text.islower() else following.upper()


def _roman_value(text: str) -> int:
    """Value of a Roman numeral in lower case; 0 if it is none."""
    if not _ROMAN.fullmatch(text):
        return 0
    value = 0
    for worth, numeral in _NUMERALS:
        while text.startswith(numeral):
            value, text = value + worth, text[len(numeral) :]
    return value


def _roman(value: int) -> str:
    """Roman numeral in lower case; "" beyond the range of numerals."""
    parts: list[str] = []
    for worth, numeral in _NUMERALS if value <= _MAX_ROMAN else ():
        parts.append(numeral * (value // worth))
        value %= worth
    return "".join(parts)
