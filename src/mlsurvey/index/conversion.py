"""Conversion of documents in processes of their own: a reader may hang, crash, or ask for all memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import UnreadableError
from mlsurvey.index.deadline import WAITING, allowed, in_time, too_slow
from mlsurvey.index.extracts import Outcome
from mlsurvey.index.workers import LostError, Pool
from mlsurvey.reading.converting.convert import convert
from mlsurvey.reading.scan import read

MOST_MEMORY = 4 * 1024**3
"""Bytes of address space that a process which converts may take."""
_LOST = "not read: its reader crashed, perhaps for lack of memory; save it anew with another program, or split it"


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of a file."""

    sha256: str
    outcome: Outcome
    is_lasting: bool = True
    """Whether another try would end the same way; a lack of time or memory may not."""


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts a document of a corpus, given by its path. Can be pickled."""

    corpus: Path
    seconds: float

    def __call__(self, path: str) -> Converted:
        """Convert a document; only in a process for this purpose, since it limits the memory of the process."""
        _limit_memory()
        sha256 = ""
        try:
            data, sha256 = read(self.corpus, path)
        except UnreadableError as error:
            return Converted("", str(error), is_lasting=False)
        try:
            return Converted(sha256, in_time(partial(_convert, path, data), len(data), self.seconds))
        except _RefusedError as error:
            return Converted(sha256, str(error))
        except UnreadableError as error:
            return Converted(sha256, str(error), is_lasting=False)

    def patience(self, path: str) -> float:
        """Seconds after which a process that converts the document is taken to hang."""
        try:
            size = (self.corpus / path).stat().st_size
        except OSError:
            size = 0
        return WAITING * allowed(size, self.seconds)


class _RefusedError(Exception):
    """What a reader refuses, it refuses every time."""


def _convert(path: str, data: bytes) -> Outcome:
    try:
        return convert(path, data)
    except UnreadableError as error:
        raise _RefusedError(str(error)) from error
    except RecursionError:
        raise
    except Exception as error:
        raise UnreadableError(f"not read: its reader failed ({type(error).__name__}: {error})"[:300]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust; it cannot be imported
            raise
        raise UnreadableError(f"not read: its reader failed ({error})"[:300]) from error


def converted(
    corpus: Path, paths: Sequence[str], seconds: float, processes: int | None = None
) -> Iterator[tuple[str, Converted]]:
    """Convert documents; yields each path with its outcome, in order."""
    if not paths:
        return
    converter = Converter(corpus, seconds)
    count = min(processes or cores(), len(paths))
    with Pool(converter, count, converter.patience, is_silent=True) as pool:
        yield from zip(paths, pool.map(paths, _lost), strict=True)


def _lost(path: str, error: LostError) -> Converted:
    return Converted("", too_slow(error.waited) if error.waited else _LOST, is_lasting=False)


@cache
def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(MOST_MEMORY, hard)
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
