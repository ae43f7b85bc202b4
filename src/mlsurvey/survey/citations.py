"""Adds the origin of fetched documents to their citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlsurvey.syncing.provenance import sources_of
from mlsurvey.types import Answer, Citation

if TYPE_CHECKING:
    from mlsurvey.answering.parts import Part


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
