"""Checks with a server whether quotes are still at their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mlsurvey.documents.staleness import CHANGED, MISSING
from mlsurvey.errors import MlsurveyError, NotFoundError
from mlsurvey.types import Answer, Citation

if TYPE_CHECKING:
    from mlsurvey.client import Client
    from mlsurvey.wire.documents import DocumentState

Again = Callable[[], Answer]
"""Asks the question of an answer again; the server reports for each citation whether it is stale."""


class Standing:
    """Checks the citations of answers.

    For most citations, the digest of the file shows that they are current. If
    the file has changed, the text is compared, provided the index has that
    version. A file newer than the index can only be read by the server, which
    does so when the same question is asked again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def stale(self, cited: Sequence[Citation], again: Again) -> Mapping[int, str]:
        """Return, by citation number, why a quote is no longer at its place."""
        states = {path: self._state(path) for path in dict.fromkeys(citation.document for citation in cited)}
        found: dict[int, str] = {}
        newer: list[Citation] = []
        for citation in cited:
            state = states[citation.document]
            if state is None or state.file_sha256 is None:
                found[citation.number] = MISSING
            elif state.file_sha256 == citation.sha256:
                continue
            elif state.stale:
                newer.append(citation)
            elif not self._stands(citation):
                found[citation.number] = CHANGED
        return found | (_told(newer, again) if newer else {})

    def digest(self, path: str) -> str | None:
        """Return the digest of a document's current file; None if absent."""
        state = self._state(path)
        return state.file_sha256 if state else None

    def _state(self, path: str) -> DocumentState | None:
        try:
            return self._client.document(path)
        except NotFoundError:
            return None

    def _stands(self, citation: Citation) -> bool:
        try:
            told = self._client.text(citation.document, start=citation.start, end=citation.end)
        except NotFoundError:  # the document is shorter now
            return False
        return told.text == citation.quote


def _told(cited: Iterable[Citation], again: Again) -> dict[int, str]:
    """Return what the server reports about citations; those it does not mention count as changed."""
    try:
        answer = again()
    except MlsurveyError:  # the current index can no longer answer the question
        return {citation.number: CHANGED for citation in cited}
    told = {_place(one): one.stale for one in (*answer.citations, *answer.nearest)}
    reasons = {citation.number: told.get(_place(citation), CHANGED) for citation in cited}
    return {number: reason for number, reason in reasons.items() if reason is not None}


def _place(citation: Citation) -> tuple[str, int, int, str]:
    return citation.document, citation.start, citation.end, citation.quote


def looked_at(answer: Answer) -> Sequence[Citation]:
    """Return the citations to check; for an abstention, the nearest passages."""
    return answer.nearest if answer.abstained else answer.citations
