"""Where a fetched document came from, as shown in an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Origin of the exact bytes that a citation quotes."""

    url: str
    """Web page of the document."""
    version: str | None
    """Commit or release; None if the host did not report one."""
    retrieved: str
    """ISO date on which these bytes were added to the corpus."""
    licence: str
    """SPDX expression; ``NOASSERTION`` if none is stated."""
