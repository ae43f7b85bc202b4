"""Where a document that was fetched came from, as an answer tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of the very bytes that a citation quotes."""

    url: str
    """Page where a person finds the document."""
    version: str | None
    """Commit or release; None where the host told none."""
    retrieved: str
    """ISO date on which these bytes came into the corpus."""
    licence: str
    """SPDX expression; ``NOASSERTION`` where none is stated."""
