"""The sentences of a reply as they arrive, each with the numbers that it carries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARK = re.compile(r"\s*\[\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*\]")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+)")
_END = re.compile(r"(?:[.!?][\"”')]?(?:\s*\[[\d\s,;]*\])*|(?:\s*\[[\d\s,;]*\])+[.!?]?)\s+(?=[\"“'(]?[A-Z])")
"""The end of a sentence, its numbers before or behind the full stop."""
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
"""Words set as code, as documents and models like to set names; the words are checked without the marks."""
_THOUGHT = ("<think>", "</think>")
"""What some models write before the reply itself, and servers may not take out."""
LONGEST_LINE = 4_000
"""Characters after which a line counts as ended."""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as written."""

    text: str
    """Without its numbers, on one line."""
    numbers: tuple[int, ...]


class Lines:
    """Collects text into lines; thoughts are left out."""

    def __init__(self) -> None:
        self._rest = ""
        self._is_thought = False

    def feed(self, text: str) -> Iterator[str]:
        """The lines that this piece completes."""
        self._rest += text
        while "\n" in self._rest or len(self._rest) > LONGEST_LINE:
            cut = self._rest.find("\n")
            cut = LONGEST_LINE if cut < 0 else cut
            line, self._rest = self._rest[:cut], self._rest[cut:].removeprefix("\n")
            yield from self._kept(line)

    def end(self) -> Iterator[str]:
        """The last line."""
        line, self._rest = self._rest, ""
        yield from self._kept(line)

    def _kept(self, line: str) -> Iterator[str]:
        begin, end = _THOUGHT
        if self._is_thought or line.lstrip().startswith(begin):
            self._is_thought = end not in line
            line = "" if self._is_thought else line.partition(end)[2]
        if line.strip():
            yield line


def sentences_of(line: str) -> Iterator[Written]:
    """The sentences of a line."""
    line, start = _BULLET.sub("", line), 0
    for end in _END.finditer(line):
        yield written(line[start : end.end()])
        start = end.end()
    if line[start:].strip():
        yield written(line[start:])


def written(text: str) -> Written:
    """A sentence without its marks and those of code, and the numbers in the former, each once."""
    numbers = (int(number) for mark in _MARK.findall(text) for number in re.findall(r"\d+", mark))
    return Written(" ".join(_CODE.sub(r"\1", _MARK.sub("", text)).split()), tuple(dict.fromkeys(numbers)))
