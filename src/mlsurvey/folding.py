"""The form in which texts are compared, and the search terms of scripts that put no spaces between words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

_REPLACED = {
    "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
    "\u2010": "-", "\u2212": "-", "™": " ", "℠": " ",
}  # fmt: skip
"""Letters and hyphens that Unicode does not decompose, and marks that NFKC would write as letters ("Burn™")."""
_IGNORED = (
    (0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),  # accents
    (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),  # Hebrew points
    (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06ED),  # Arabic vowel signs
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),  # these and category Cf: Default_Ignorable_Code_Point
)  # fmt: skip
"""Characters that do not count, except those of category Cf: first and last code points."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")  # much faster than to look up the others too
_SURROGATE = re.compile("[\ud800-\udfff]")
_SOUTH_EAST_ASIAN = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
"""Scripts of line breaking class SA (Unicode Standard Annex 14): Thai, Lao, Burmese, Khmer, Tai."""
_EAST_ASIAN = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u303b\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f"
    "\U00020000-\U0003ffff"
)
"""Han, kana, bopomofo, Yi, and Hangul, whose spaces separate words with their particles."""


def valid(text: str) -> str:
    """Return a text with U+FFFD for its lone surrogates: bytes of an argument that are not UTF-8, or JSON escapes."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def folded(text: str) -> str:
    """Return a text without what does not tell words apart; idempotent.

    These are case, width, ligatures, accents, Hebrew and Arabic vowel signs, invisible characters such as soft
    hyphens, the script of digits, and whether a character is composed or decomposed. It is NFKC_Casefold (Unicode
    Standard, section 3.13) followed by the removal of accents. A lone surrogate becomes a space.
    """
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", _NOT_ASCII.sub(_translated, text.lower()))


def bigrams(text: str) -> str:
    """Return a folded text whose runs in scripts without spaces between words are replaced by their character pairs.

    ``gpu加速卡`` gives ``gpu 加速 速卡``; a single character stays. Pairs find words as well as a segmenter does, and
    need no dictionary: Nie, Gao, Zhang and Zhou, "On the use of words and n-grams for Chinese information
    retrieval", 2000.
    """
    return _spaced(text, lambda run: ["".join(pair) for pair in pairwise(run)] if len(run) > 1 else run)


def characters(text: str) -> str:
    """Return a folded text with spaces around each character of a script without spaces between words."""
    return _spaced(text, lambda run: run)


def is_character(word: str) -> bool:
    """Whether a folded word is a single character of a script without spaces between words."""
    return not word.isascii() and _character().fullmatch(word) is not None


def _spaced(text: str, terms: Callable[[Sequence[str]], Sequence[str]]) -> str:
    if text.isascii():
        return text
    return _run().sub(lambda run: f" {' '.join(terms(_character().findall(run.group())))} ", text)


class _Folds(dict[int, str]):
    """A table for ``str.translate``, filled as characters occur."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if (replaced := _REPLACED.get(character)) is None:
            decomposed = unicodedata.normalize("NFKD", character).casefold()
            replaced = "".join(map(_folded, unicodedata.normalize("NFKD", decomposed)))
        return self.setdefault(code, replaced)


_folds = _Folds()


def _translated(match: re.Match[str]) -> str:
    return match.group().translate(_folds)


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or any(first <= ord(character) <= last for first, last in _IGNORED):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return " " if category == "Cs" else _REPLACED.get(character, character)


@cache
def _character() -> re.Pattern[str]:
    return re.compile(_CHARACTER.format(marks=_marks()))


@cache
def _run() -> re.Pattern[str]:
    return re.compile(f"(?:{_CHARACTER.format(marks=_marks())})+")


_CHARACTER = rf"[{_SOUTH_EAST_ASIAN}{_EAST_ASIAN}](?<=\w)[{{marks}}]*"
"""A letter with its vowel signs and tone marks."""


def _marks() -> str:
    """Vowel signs and tone marks of the scripts above."""
    ranges = re.findall("(.)-(.)", _SOUTH_EAST_ASIAN)
    letters = (chr(code) for first, last in ranges for code in range(ord(first), ord(last) + 1))
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] == "M") + "\u3099\u309a"
