"""Splits reading forms into sentences, and sentences into quotable pieces.

Segmentation uses the ``sentencex`` package. Code and dots inside names are masked
first, since it takes ".NET" for the end of one sentence and the start of another;
sentences are only split at white space.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

import sentencex

from mlsurvey.reading.blocks import Reading
from mlsurvey.types import Span

MAX_QUOTE = 600
"""Maximum quote length, in document characters, if white space allows it."""

_WINDOW = 2_000  # characters; few paragraphs are longer
_LANGUAGE = "en"
_INNER_MARK = re.compile(r"(?<=\S)[.!?:](?=[^\s.!?:\"'”’)\]])")
_LEADING_MARK = re.compile(r"(?<!\S)[.!?](?=\w)")
_NUMBER_ONLY = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z])[.)]\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|cf|vs|viz|etc|approx|incl|resp|fig|figs|eq|no|nos|vol|pp|ed|eds|al|ca|st|dr|mr|mrs|prof|inc|"
    r"ltd|corp|dept|est|ver|sec|ch|ref|refs)\.$",
    re.IGNORECASE,
)
# May also end a sentence; not before a number, a single letter or a word in lower case.
_QUANTITY = re.compile(
    r"(?:^|[\s(])(?:max|min|avg|abs|approx|rel|std|temp|tel|ext|est|num|nr|misc|orig|excl|app|art|chap|chr|cap|col|par|"
    r"para|tab|tbl|p|v|vers|rev|ser|op|ex|pt|dim|alt|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$",
    re.IGNORECASE,
)
_QUANTIFIED = re.compile(r"[#(+~<>≈±−-]{0,2}\s?\d|[A-HJ-Z]\b|[IVX]{2,}\b")
_DOTTED = re.compile(r"(?:^|[\s(])(?:(?:[A-Za-z]\.){2,}|(?:[A-Z][a-z]?\.){2,})$")
"""U.S., a.m., Ph.D."""
# Words that follow a name in no proper name, and so begin a sentence if they have a capital.
_STARTER = re.compile(
    r"(?:A|An|The|It|Its|He|His|She|Her|They|Their|We|Our|You|Your|I|My|This|That|These|Those|There|Here|What|Which|Who|"
    r"How|Why|When|Where|While|If|As|So|But|And|Or|Yet|In|On|At|For|From|With|Without|By|To|Of|After|Before|Since|"
    r"Until|Because|Although|However|Then|Now|Next|Also|Not|No|Yes|Some|Many|Most|All|Both|Each|One|Two|Is|Are|Was|"
    r"Were|Do|Does|Did|Can|Use|See)\b"
)
_BRACKET = re.compile(r"[\])]$")
_ENDED = re.compile(r"[.!?…]['\"”’)\]]*(?:\[[^\[\]]*\])*$")
_FINAL = re.compile(r"\b(?:etc|inc|ltd|corp|al)\.$", re.IGNORECASE)
_FULL_WIDTH = "。！？"
"""Sentence ends in scripts that put no space after them."""
_MAY_END = re.compile(r"[^\w ()\[\]{}<>,;:'\"’“”`*_/\\|@#$%^&+=~–—-]|(?<!\w)\w{1,4}\)")
"""All but characters that end no sentence: letters, digits, spaces, marks within one. "1)" may number the next."""
_CLAUSE = re.compile(r"[;:]\s|[,–—]\s|\s[–—-]\s|[，；、]")


def sentence_spans(text: str, opaque: Iterable[Span] = ()) -> list[Span]:
    """Sentences of a reading form, in order, without the white space between them.

    Args:
        text: reading form, without line ends.
        opaque: code spans, within which no sentence ends.
    """
    if not text.strip():
        return []
    if not _MAY_END.search(text, 0, len(text) - 1):
        return [_trimmed(text, 0, len(text))]
    masked = _masked(text, opaque)
    if not _MAY_END.search(masked, 0, len(masked) - 1):
        return [_trimmed(text, 0, len(text))]
    edges = [0]
    for end in _ends(masked):
        if _may_end(text, edges[-1], end):
            edges.append(end)
    edges.append(len(text))
    return [span for start, end in pairwise(edges) if len(span := _trimmed(text, start, end))]


def _ends(masked: str) -> Iterator[int]:
    """Possible sentence ends within a text. ``sentencex`` is quadratic, so it gets a window at a time.

    A window ends at white space if it can, and begins at the last end found in the one before, or else follows it.
    """
    start = 0
    while start < len(masked):
        stop = min(start + _WINDOW, len(masked))
        if stop < len(masked) and (space := masked.rfind(" ", start + 1, stop)) > 0:
            stop = space + 1
        found = sentencex.get_sentence_boundaries(_LANGUAGE, masked[start:stop])
        ends = [end for boundary in found if (end := start + int(boundary["end_index"])) < stop]
        yield from ends
        start = ends[-1] if ends and stop < len(masked) else stop


def _masked(text: str, opaque: Iterable[Span]) -> str:
    """Mask everything in ``text`` that only looks like a sentence end, keeping the length."""
    parts: list[str] = []
    position = 0
    for span in opaque:
        parts.append(text[position : span.start])
        parts.append("X" + "x" * (len(span) - 1) if len(span) else "")
        position = max(position, span.end)
    parts.append(text[position:])
    masked = _INNER_MARK.sub("x", "".join(parts))
    return _LEADING_MARK.sub("X", masked)


def _may_end(text: str, start: int, end: int) -> bool:
    """Whether a sentence may end before ``end``: at white space, not after an abbreviation or a bare number."""
    if text[end - 1] in _FULL_WIDTH:
        return True
    if not text[end - 1].isspace() and not text[end].isspace():
        return False
    if _NUMBER_ONLY.fullmatch(text, start, end):
        return False
    head, following = text[max(start, end - 12) : end].rstrip(), text[end : end + 16].lstrip()
    if _BRACKET.search(head) and not _ENDED.search(head):  # "ref. [3]"
        return not following[:1].islower()
    return not _is_abbreviation(head, following)


def _is_abbreviation(head: str, following: str) -> bool:
    """Whether the dot at the end of ``head`` belongs to an abbreviation, in view of the text after it."""
    if _ABBREVIATION.search(head):  # after "etc." and "Inc.", a capital may begin a sentence; after others it is a name
        return not (_FINAL.search(head) and following[:1].isupper())
    if _QUANTITY.search(head):
        return following[:1].islower() or _QUANTIFIED.match(following) is not None
    return _DOTTED.search(head) is not None and not _STARTER.match(following)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    return Span(start + lead, max(start + lead, start + len(piece.rstrip())))


def shortened(reading: Reading, span: Span, limit: int = MAX_QUOTE) -> Iterator[Span]:
    """Split a sentence of ``reading`` so that no piece exceeds ``limit`` characters of the document.

    Split after clauses if possible, else at white space, and within a word only if the word alone is too long.
    """
    start = span.start
    while start < span.end and reading.ends[span.end - 1] - reading.starts[start] > limit:
        stop = max(start + 1, bisect_right(reading.ends, reading.starts[start] + limit, start, span.end))
        end = start + _cut(reading.text[start:stop])
        if len(piece := _trimmed(reading.text, start, end)):
            yield piece
        start = end
    if len(rest := _trimmed(reading.text, start, span.end)):
        yield rest


def _cut(piece: str) -> int:
    """Length of the first part of an overlong text: up to the last clause in its second half, or the last space."""
    half = len(piece) // 2
    clauses = [found.end() for found in _CLAUSE.finditer(piece, half)]
    if clauses:
        return clauses[-1]
    space = piece.rfind(" ", 1)
    return space + 1 if space > 0 else len(piece)
