"""Whether quotes still stand where they were taken from, as far as a server tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mlsurvey.errors import MlsurveyError, NotFoundError
from mlsurvey.survey.citations import CHANGED, MISSING
from mlsurvey.types import Answer, Citation

if TYPE_CHECKING:
    from mlsurvey.client import Client
    from mlsurvey.wire import answers
    from mlsurvey.wire.documents import DocumentState

Again = Callable[[], "answers.Answer"]
"""Asks once more what an answer was given to; the server tells of each citation whether it stands."""


class Standing:
    """Looks the citations of answers up.

    A digest tells of most that they stand. Where a file is another now, the
    text is compared, if the index has it; a file that is newer than the index
    only the server can read, and it does so when it is asked the same again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def stale(self, cited: Sequence[Citation], again: Again) -> Mapping[int, str]:
        """Numbers of the citations whose quote no longer stands at its place, each with the reason."""
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
        """Of a document's file as it is now; None where there is none."""
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
    """What the server tells of citations; one of which it tells nothing is taken for changed."""
    try:
        answer = again()
    except MlsurveyError:  # the question that was answered over another index cannot be answered any more
        return {citation.number: CHANGED for citation in cited}
    told = {_place(one): one.stale for one in (*answer.citations, *answer.nearest)}
    reasons = {citation.number: told.get(_place(citation), CHANGED) for citation in cited}
    return {number: reason for number, reason in reasons.items() if reason is not None}


def _place(citation: Citation | answers.Citation) -> tuple[str, int, int, str]:
    return citation.document, citation.start, citation.end, citation.quote


def looked_at(answer: Answer) -> Sequence[Citation]:
    """The citations that count: an abstention cites nothing, there it is what came nearest."""
    return answer.nearest if answer.abstained else answer.citations
