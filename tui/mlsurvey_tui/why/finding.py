"""The hit that a citation came from. Pure except for the search."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from mlsurvey.errors import NotFoundError
from mlsurvey.retrieval.quoted import unquoted
from mlsurvey.types import Citation, Filters, Hit

if TYPE_CHECKING:
    from mlsurvey_tui.engine import Engine

MOST = 1_000
"""Maximum number of passages of the document to look through; no server returns more at once."""


def cited_hit(engine: Engine, question: str, citation: Citation) -> Hit:
    """Return the passage of a citation as a hit of the whole question, within its document.

    Raises:
        NotFoundError: the question does not find the passage; answering also searches for each part of the question.
        MlsurveyError: the search failed.
    """
    within = Filters(paths=(glob.escape(citation.document),))
    found = engine.search(unquoted(question), limit=MOST, filters=within)
    hit = next((hit for hit in found.hits if _holds(hit, citation)), None)
    if hit is None:
        raise NotFoundError(
            "the whole question does not find this passage: only a part of it did, or the index has changed since"
        )
    return hit


def _holds(hit: Hit, citation: Citation) -> bool:
    span = hit.passage.span
    return hit.passage.path == citation.document and span.start < citation.end and citation.start < span.end
