"""Whether what the index gives still agrees with the files: the one place that decides it, for every face.

A quote is stale if it is no longer where it says; a document, and so a passage of it, if any byte of its file differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mlsurvey.errors import UnreadableError
from mlsurvey.index.changes import Known
from mlsurvey.reading.converting.kinds import kind_of
from mlsurvey.reading.decode import decode
from mlsurvey.reading.scan import read, state_of
from mlsurvey.types import Citation

CHANGED = "source changed since it was indexed"
MISSING = "source is no longer there"


def stale_citations(citations: Iterable[Citation], corpus: Path) -> Mapping[int, str]:
    """Numbers of the citations whose quote is no longer at its position in the file, each with the reason.

    Changes elsewhere in the file do not matter: a citation is valid as long as
    the quote is where it says. That of a converted document is in the text
    that the index keeps, which belongs to the bytes of the file.
    """
    texts: dict[str, str | None] = {}
    stale: dict[int, str] = {}
    for citation in citations:
        if kind_of(citation.document):
            if reason := stale_file(citation.document, citation.sha256, corpus):
                stale[citation.number] = reason
            continue
        if citation.document not in texts:
            texts[citation.document] = _text(corpus / citation.document)
        if reason := _reason(citation, texts[citation.document]):
            stale[citation.number] = reason
    return stale


def stale_documents(known: Iterable[Known], corpus: Path) -> Mapping[str, str]:
    """Paths of the documents whose file differs from the indexed version or is gone, each with the reason.

    By the rule of a refresh: a file whose size, times and inode are the recorded ones is not read.
    """
    reasons = {version.path: _difference(version, corpus) for version in known}
    return {path: reason for path, reason in reasons.items() if reason}


def stale_file(path: str, sha256: str, corpus: Path) -> str | None:
    """Why a file is not the version with this digest; None if it is."""
    try:
        return None if read(corpus, path)[1] == sha256 else CHANGED
    except UnreadableError:
        return CHANGED if (corpus / path).is_file() else MISSING


def _difference(version: Known, corpus: Path) -> str | None:
    try:
        if version.is_sure(state_of(corpus, version.path)):
            return None
    except OSError:
        return MISSING
    return stale_file(version.path, version.sha256, corpus)


def _reason(citation: Citation, text: str | None) -> str | None:
    if text is None:
        return MISSING
    return None if text[citation.start : citation.end] == citation.quote else CHANGED


def _text(path: Path) -> str | None:
    try:
        return decode(path.read_bytes())
    except (OSError, UnreadableError):  # gone or no longer text: no source either way
        return None
