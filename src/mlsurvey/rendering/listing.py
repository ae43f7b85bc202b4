"""Search hits and the text of a document as Rich renderables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.folding import bigrams, folded
from mlsurvey.rendering.explanation import explanation_lines
from mlsurvey.rendering.lines import WARNING, Hanging, Place
from mlsurvey.rendering.plain import one_line, visible
from mlsurvey.types import Document, Explanation, Hit, Passage

CONTEXT_LINES = 9
"""Lines shown before and after the requested line; together they fit a 24-line screen."""
_SNIPPET = 280
"""Characters of a passage shown in a list of hits: enough to judge it, few enough to scan ten."""
_SHORT = 2
"""Letters of words that do not tell sentences apart, such as "is"."""
_NO_WORD = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+|[“”„、。，]")


def hits_view(
    query: str,
    hits: Sequence[Hit],
    explanations: Sequence[Explanation] = (),
    corpus: Path | None = None,
    *,
    stale: Mapping[str, str] | None = None,
    note: str = "",
) -> RenderableType:
    """Return numbered hits: place and headings, why it was found, and its text from the part that matches the query.

    Args:
        query: query as typed.
        hits: hits, best first.
        explanations: explanations of these hits, in the same order; if empty, one short line each instead.
        corpus: folder that places link to, if the terminal supports links.
        stale: documents whose file has changed or is gone since the refresh, each with the reason.
        note: why there are no hits, if known.
    """
    if not hits:
        return Text(one_line(f"nothing found: {note}" if note else "nothing found"))
    width = len(f"{len(hits)}. ")
    reasons = [list(explanation_lines(e)) for e in explanations] or [[_why(hit)] for hit in hits]
    shown = [
        _hit(f"{rank}. ".ljust(width), query, hit, why, corpus, (stale or {}).get(hit.passage.path))
        for rank, (hit, why) in enumerate(zip(hits, reasons, strict=True), start=1)
    ]
    return Group(*chain.from_iterable(shown))


def document_view(document: Document, line: int | None) -> RenderableType:
    """Return the document with line numbers; if ``line`` is given, only the lines around it, with it marked ``>``."""
    lines = document.text.removesuffix("\n").split("\n")
    first, last = (1, len(lines)) if line is None else (max(1, line - CONTEXT_LINES), line + CONTEXT_LINES)
    width = len(str(min(last, len(lines))))
    numbered = list(enumerate(lines, start=1))[first - 1 : last]
    return Group(*(_numbered(number, text, width, here=number == line) for number, text in numbered))


def _hit(
    label: str, query: str, hit: Hit, reasons: Sequence[str], corpus: Path | None, stale: str | None
) -> Iterator[RenderableType]:
    passage, margin = hit.passage, " " * len(label)
    remarks = Text(f" ({stale})" if stale else "", style=WARNING)
    yield Place(
        label, passage.path, passage.line_start, passage.trail, corpus=corpus, remarks=remarks, leaf=passage.leaf
    )
    for reason in reasons:
        yield Hanging(margin, Text(reason, style="cyan"))
    yield Hanging(margin, Text(snippet(passage, query)))
    yield Text()


def _why(hit: Hit) -> str:
    measures = {"keyword": "BM25 {:.1f}", "dense": "cosine {:.3f}"}
    voters = (
        f"{voter} #{rank} ({measures.get(voter, '{:.3f}').format(hit.scores[voter])})"
        for voter, rank in hit.ranks.items()
        if voter in hit.scores
    )
    return " · ".join((*voters, f"score {hit.score:.3f}"))


def snippet(passage: Passage, query: str) -> str:
    """Return the passage on one line, starting with the sentence that has most of the query's words."""
    words = {word for word in _compared(query).split() if len(word) > _SHORT or not word.isascii()}
    sentences = [one_line(sentence.text) for sentence in passage.sentences]
    found = [sum(word in text for word in words) for text in map(folded, sentences)]
    first = found.index(max(found)) if found else 0
    line = ("… " if first else "") + " ".join(sentences[first:])
    return line if len(line) <= _SNIPPET else line[:_SNIPPET].rsplit(" ", 1)[0] + " …"


def _compared(query: str) -> str:
    return bigrams(_NO_WORD.sub(" ", folded(query)))


def _numbered(number: int, text: str, width: int, *, here: bool) -> Hanging:
    marker = f"{'>' if here else ' '} {number:>{width}}  "
    return Hanging(marker, Text(visible(text.removesuffix("\r")), style="bold" if here else ""))
