"""Checks quotes against their source files when they are shown, and adds the origin of fetched documents."""

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
    """Numbers of the citations whose quote is no longer at its position in the file, each with the reason.

    Changes elsewhere in the file do not matter: a citation is valid as long as
    the quote is where it says.
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
    """The parts of an answer, with the origin added to citations of fetched documents.

    Origins are looked up by path and digest, so they always match the bytes that the index was built from.
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
    except (OSError, UnreadableError):  # gone or no longer text: no source either way
        return None
