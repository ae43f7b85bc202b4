"""Check quotes against the files that they were taken from, at the moment when they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.decode import decode
from mlsurvey.types import Citation

CHANGED = "source changed since it was indexed"
MISSING = "source is no longer there"


def stale_citations(citations: Iterable[Citation], corpus: Path) -> Mapping[int, str]:
    """Numbers of the citations whose quote no longer stands at its place in the file, each with the reason.

    A file that changed elsewhere leaves a citation good: what counts is that a
    reader who opens the file finds the quote where the citation says.
    """
    texts: dict[str, str | None] = {}
    stale: dict[int, str] = {}
    for citation in citations:
        if citation.document not in texts:
            texts[citation.document] = _text(corpus / citation.document)
        if reason := _reason(citation, texts[citation.document]):
            stale[citation.number] = reason
    return stale


def _reason(citation: Citation, text: str | None) -> str | None:
    if text is None:
        return MISSING
    return None if text[citation.start : citation.end] == citation.quote else CHANGED


def _text(path: Path) -> str | None:
    try:
        return decode(path.read_bytes())
    except (OSError, UnreadableError):  # gone, or turned into something that is no text: either way no source any more
        return None
