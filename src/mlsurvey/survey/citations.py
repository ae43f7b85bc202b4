"""Look quotes up where they were taken from, when they are shown: do they stand there still, and whose are they."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.decode import decode
from mlsurvey.syncing.provenance import sources_of
from mlsurvey.types import Answer, Citation

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part

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


def sourced(parts: Iterable[Part], corpus: Path) -> Iterator[Part]:
    """The parts of an answer, their citations with the origin of each document that was fetched.

    It is looked up by path and digest, and so is never that of other bytes than the index was built from.
    """
    for part in parts:
        if isinstance(part, Citation):
            yield _with_sources((part,), corpus)[0]
        elif isinstance(part, Answer):
            nearest, citations = _with_sources(part.nearest, corpus), _with_sources(part.citations, corpus)
            yield replace(part, citations=citations, nearest=nearest)
        else:
            yield part


def _with_sources(citations: tuple[Citation, ...], corpus: Path) -> tuple[Citation, ...]:
    sources = sources_of(corpus, {(citation.document, citation.sha256) for citation in citations})
    return tuple(replace(c, source=sources[c.document]) if c.document in sources else c for c in citations)


def _reason(citation: Citation, text: str | None) -> str | None:
    if text is None:
        return MISSING
    return None if text[citation.start : citation.end] == citation.quote else CHANGED


def _text(path: Path) -> str | None:
    try:
        return decode(path.read_bytes())
    except (OSError, UnreadableError):  # gone, or turned into something that is no text: either way no source any more
        return None
