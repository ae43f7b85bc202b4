"""Every error that mlsurvey raises on purpose, in one tree.

    MlsurveyError
    ├── UsageError            the request makes no sense as typed
    │   └── SettingsError     a setting is unknown or has a wrong value
    ├── NotFoundError         a named document, entity or folder is not there
    ├── UnreadableError       a file cannot be read as a document
    ├── IndexingError         the index cannot serve
    │   ├── NoIndexError      there is none yet
    │   ├── DamagedIndexError a part is missing or broken
    │   ├── MismatchError     it was built with another model or chunker
    │   ├── ReplacedError     the generation in use was cleared away by later refreshes
    │   └── BusyError         another process is writing it
    ├── StorageError          the disk refused (full, read-only)
    ├── EngineError           a model or engine is missing or failed
    └── Interrupted           the person stopped the work; nothing was lost

A message says what went wrong, with which value, and what to type next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MlsurveyError(Exception):
    """Base of all: ``exit_code`` is what the command line ends with."""

    exit_code = 1


class UsageError(MlsurveyError):
    """The request makes no sense as typed."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown or has a wrong value."""


class NotFoundError(MlsurveyError):
    """A named document, entity or folder is not there."""

    exit_code = 4


class UnreadableError(MlsurveyError):
    """A file cannot be read as a document; the message is the reason, without the path."""


class IndexingError(MlsurveyError):
    """The index cannot serve."""

    exit_code = 5


class NoIndexError(IndexingError):
    """There is no index in the folder yet."""


class DamagedIndexError(IndexingError):
    """A part of the index is missing or broken; the message names it."""


class MismatchError(IndexingError):
    """The index was built with another model or chunker than the settings ask for."""


class ReplacedError(IndexingError):
    """The generation in use was replaced and cleared away meanwhile; beginning again takes the newest."""


class BusyError(IndexingError):
    """Another process is writing the index; the message names it."""

    exit_code = 6


class StorageError(MlsurveyError):
    """The disk refused: full, read-only, or gone."""

    exit_code = 7


class EngineError(MlsurveyError):
    """A model or engine is missing or failed."""

    exit_code = 8


class Interrupted(MlsurveyError):
    """The person stopped the work; nothing was lost."""

    exit_code = 130


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Around imports of packages that an extra installs: where one is missing, say what to install for ``what``.

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
