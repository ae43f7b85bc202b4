"""Where sentences end in a reading form, and what of them may be quoted.

The segmenter is the ``sentencex`` package. It is given the text with code and
dots inside of names blanked out, since it takes ".NET" for the end of one
sentence and the beginning of another; only white space ever parts two sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import sentencex

from mlsurvey.types import Span

MAX_QUOTE = 600
"""Longest quote, in characters of the document, where white space allows it."""

_LANGUAGE = "en"
_INNER_MARK = re.compile(r"(?<=\S)[.!?:](?=[^\s.!?:\"'”’)\]])")
_LEADING_MARK = re.compile(r"(?<!\S)[.!?](?=\w)")
_NUMBER_ONLY = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z])[.)]\s*")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|cf|vs|viz|etc|approx|incl|resp|fig|figs|eq|no|nos|vol|pp|ed|eds|al|ca|st|dr|mr|mrs|prof|inc|"
    r"ltd|corp|dept|est|ver|sec|ch|ref|refs)\.\s*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:]\s|[,–—]\s|\s[–—-]\s")


def sentence_spans(text: str, opaque: Iterable[Span] = ()) -> list[Span]:
    """Sentences of a reading form, in order, the white space between them left out.

    Args:
        text: reading form, without line ends.
        opaque: stretches of code, inside of which no sentence ends.
    """
    if not text.strip():
        return []
    masked = _masked(text, opaque)
    edges = [0]
    for boundary in sentencex.get_sentence_boundaries(_LANGUAGE, masked):
        end = int(boundary["end_index"])
        if end < len(text) and _may_end(text, edges[-1], end):
            edges.append(end)
    edges.append(len(text))
    return [span for span in map(_trimmed, (text,) * len(edges), edges, edges[1:], strict=False) if len(span)]


def _masked(text: str, opaque: Iterable[Span]) -> str:
    """``text``, equally long, with nothing in it that only looks like the end of a sentence."""
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
    if not text[end - 1].isspace() and not text[end].isspace():
        return False
    head = text[max(start, end - 12) : end]
    if _NUMBER_ONLY.fullmatch(text, start, end):
        return False
    return not (_ABBREVIATION.search(head) and not _begins_sentence(text, end, head))


def _begins_sentence(text: str, position: int, head: str) -> bool:
    """After "etc." and "Inc." a capital may begin a new sentence; after the others it is a name."""
    is_final = re.search(r"\b(?:etc|inc|ltd|corp|al)\.\s*$", head, re.IGNORECASE) is not None
    following = text[position:].lstrip()[:1]
    return is_final and following.isupper()


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    return Span(start + lead, max(start + lead, start + len(piece.rstrip())))


def shortened(text: str, span: Span, widths: Iterable[int], limit: int = MAX_QUOTE) -> Iterator[Span]:
    """``span`` cut into pieces of at most ``limit``, after clauses if possible, else at white space.

    Args:
        text: reading form.
        span: a sentence of it.
        widths: how far each character of the span reaches into the document, from the first one: increasing.
        limit: characters of the document that a piece may take.
    """
    reach = list(widths)
    start = 0
    while start < len(span) and reach[-1] - (reach[start - 1] if start else 0) > limit:
        base = reach[start - 1] if start else 0
        stop = _last_within(reach, start, base + limit)
        cut = _cut(text[span.start + start : span.start + stop])
        yield _trimmed(text, span.start + start, span.start + start + cut)
        start += cut
    if start < len(span):
        yield _trimmed(text, span.start + start, span.end)


def _last_within(reach: list[int], start: int, limit: int) -> int:
    stop = start + 1
    while stop < len(reach) and reach[stop] <= limit:
        stop += 1
    return stop


def _cut(piece: str) -> int:
    """Length of the first part of a piece that is too long: to its last clause in the second half, or last space."""
    half = len(piece) // 2
    clauses = [found.end() for found in _CLAUSE.finditer(piece) if found.end() > half]
    if clauses:
        return clauses[-1]
    space = piece.rfind(" ", 1)
    return space + 1 if space > 0 else len(piece)
