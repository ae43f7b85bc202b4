"""Chooses the reader for a file that is converted."""

from __future__ import annotations

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.extract import Extract
from mlsurvey.reading.converting.kinds import NOTEBOOK, PAGE, PDF, check_readers, kind_of

MOST_TEXT = 64 * 1024 * 1024
"""Maximum characters of the text: what is packed can be far larger than the file."""


def convert(path: str, data: bytes) -> Extract:
    """Convert a document whose suffix is one of :data:`CONVERTED_SUFFIXES`.

    Raises:
        UnreadableError: it is broken, encrypted or without text, or the reader is not installed.
    """
    kind = kind_of(path)
    assert kind is not None
    check_readers(kind)
    kind.check(data)
    found = _read(kind.name, data)
    if len(found.text) > MOST_TEXT:
        raise UnreadableError(f"not read: its text is too large: {len(found.text):,} characters, at most {MOST_TEXT:,}")
    return found


def _read(name: str, data: bytes) -> Extract:
    if name == PDF.name:
        from mlsurvey.reading.converting.pdf import read_pdf

        return read_pdf(data)
    if name == PAGE.name:
        from mlsurvey.reading.converting.page import read_page

        return read_page(data)
    if name == NOTEBOOK.name:
        from mlsurvey.reading.converting.notebook import read_notebook

        return read_notebook(data)
    from mlsurvey.reading.converting.word import read_word

    return read_word(data)
