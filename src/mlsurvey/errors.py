"""The exception hierarchy of mlsurvey.

    MlsurveyError
    ├── UsageError            the request is invalid
    │   └── SettingsError     a setting is unknown or has an invalid value
    ├── NotFoundError         a named document, entity or folder does not exist
    ├── UnreadableError       a file cannot be read as a document
    ├── IndexingError         the index cannot be used
    │   ├── NoIndexError      no index has been built yet
    │   ├── DamagedIndexError a part is missing or broken
    │   ├── MismatchError     it was built with a different model or chunker, or from another corpus
    │   ├── ReplacedError     the generation in use was deleted by later refreshes
    │   ├── UnreachableError  the engine that keeps it does not answer
    │   └── BusyError         another process is writing it
    ├── StorageError          the disk refused the write (full, read-only)
    ├── EngineError           a model or engine is missing or failed
    └── Interrupted           the user stopped the work; nothing was lost

A message says what went wrong, with which value, and what to type next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import PurePosixPath

SUGGESTIONS = 3
"""Number of similar names suggested in an error message."""
_ALIKE = 50  # of 100: the least likeness of a name that is worth suggesting


class MlsurveyError(Exception):
    """Base class; ``exit_code`` is the exit status of the command line."""

    exit_code = 1


class UsageError(MlsurveyError):
    """The request is invalid."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown or has an invalid value."""


class NotFoundError(MlsurveyError):
    """A named document, entity or folder does not exist."""

    exit_code = 4


class UnreadableError(MlsurveyError):
    """A file cannot be read as a document; the message gives the reason, without the path."""


class IndexingError(MlsurveyError):
    """The index cannot be used."""

    exit_code = 5


class NoIndexError(IndexingError):
    """The folder has no index yet."""


class DamagedIndexError(IndexingError):
    """A part of the index is missing or broken; the message names it."""


class MismatchError(IndexingError):
    """The index was built with another model or chunker than the settings ask for, or from another corpus."""


class ReplacedError(IndexingError):
    """The generation in use was replaced and deleted in the meantime; a retry uses the newest."""


class UnreachableError(IndexingError):
    """The engine that keeps the index does not answer; the message names its address."""


class BusyError(IndexingError):
    """Another process is writing the index; the message names it."""

    exit_code = 6


class StorageError(MlsurveyError):
    """The disk refused the operation: full, read-only, or gone."""

    exit_code = 7


class EngineError(MlsurveyError):
    """A model or engine is missing or failed."""

    exit_code = 8


class Interrupted(MlsurveyError):
    """The user stopped the work; nothing was lost."""

    exit_code = 130


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Wraps imports from an optional extra; if a package is missing, the error says what to install for ``what``.

    Raises:
        EngineError: a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("mlsurvey", "mlsurvey_tui"):
            raise
        raise EngineError(
            f"{what} needs the package {package}, which is not installed; type: pip install 'mlsurvey[{extra}]'"
        ) from error


def similar(name: str, known: Iterable[str]) -> str:
    """Suffix for an error message that suggests similar names, same file name first; empty if none is similar."""
    from rapidfuzz import fuzz, process  # unneeded unless there is an error

    names = sorted(known)
    last = PurePosixPath(name).name.casefold()
    tail = (path for path in names if path.casefold().endswith(last) and PurePosixPath(path).name.casefold() == last)
    close = process.extract(name, names, scorer=fuzz.ratio, limit=SUGGESTIONS, score_cutoff=_ALIKE)
    found = list(dict.fromkeys((*islice(tail, SUGGESTIONS), *(path for path, _, _ in close))))[:SUGGESTIONS]
    return f"; did you mean {' or '.join(found)}?" if found else ""
