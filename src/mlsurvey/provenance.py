"""Where a fetched document came from, as shown in an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of a fetched document."""

    url: str
    """Web page of the document."""
    version: str | None
    """Commit or release; null if the host gave none."""
    retrieved: str
    """ISO date on which the quoted bytes were fetched."""
    licence: str
    """SPDX expression; ``NOASSERTION`` if none is stated."""
