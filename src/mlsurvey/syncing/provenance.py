"""``upstream/provenance.json``: the origin of each fetched document, stored next to the documents.

The index does not contain it. Origins of citations are looked up here by path
and digest: if the digest differs, the quote is from other bytes, and no origin
is shown rather than a wrong one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlsurvey.provenance import Source
from mlsurvey.reading.ignoring import PROVENANCE
from mlsurvey.syncing.atomic import write_whole

UPSTREAM = "upstream"
"""Corpus folder for fetched documents, with subfolders by language and library."""
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Record:
    """Origin and state of one document."""

    origin: str
    """Identifies the document across fetches: ``github:tracel-ai/burn:README.md``, ``npm:ml5``."""
    url: str
    """Web page of the document."""
    version: str | None
    """Commit or release; None if the host did not report one."""
    licence: str
    sha256: str
    """Hex digest of the file's bytes."""
    retrieved: str
    """ISO time, UTC, at which these bytes were fetched."""
    checked: str
    """ISO time, UTC, at which they were last confirmed to be current."""
    etag: str | None = None
    last_modified: str | None = None
    gone: str | None = None
    """ISO time, UTC, since when it is missing upstream; the file is kept."""

    @property
    def source(self) -> Source:
        """The origin as shown in a citation."""
        return Source(self.url, self.version, self.retrieved[:10], self.licence)


_MAY_BE_NULL = ("version", "etag", "last_modified", "gone")

Records = Mapping[str, Record]
"""Maps POSIX paths relative to the corpus folder to records."""


def provenance_file(corpus: Path) -> Path:
    """Path of the records of a corpus."""
    return corpus / UPSTREAM / PROVENANCE


def read_records(corpus: Path) -> Records | None:
    """Records of a corpus: empty if there are none, None if the file is damaged.

    Cheap to call for every answer: the file is parsed again only if it changed.
    """
    place = provenance_file(corpus)
    try:
        state = place.stat()
    except OSError:
        return {}
    return _parsed(place, state.st_mtime_ns, state.st_size, state.st_ino)


def write_records(corpus: Path, records: Records) -> None:
    """Write all records atomically.

    Raises:
        OSError: the disk refused.
    """
    documents = {path: asdict(records[path]) for path in sorted(records)}
    text = json.dumps({"schema_version": SCHEMA, "documents": documents}, ensure_ascii=False, indent=1)
    write_whole(provenance_file(corpus), text.encode() + b"\n")


def sources_of(corpus: Path, documents: Iterable[tuple[str, str]]) -> dict[str, Source]:
    """Origins of documents, given as path and SHA-256; only those whose digest matches the record."""
    records = read_records(corpus) or {}
    return {
        path: records[path].source for path, sha256 in documents if path in records and records[path].sha256 == sha256
    }


@lru_cache(maxsize=4)
def _parsed(place: Path, mtime_ns: int, size: int, inode: int) -> Records | None:
    try:
        content = json.loads(place.read_text("utf-8"))
        if not isinstance(content["schema_version"], int):
            return None
        return {path: _record(value) for path, value in content["documents"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):  # unreadable, or not our format
        return None


def _record(value: Mapping[str, Any]) -> Record:
    """Raises TypeError if a field is missing, ValueError if it is not a string."""
    known = {field.name: value[field.name] for field in fields(Record) if field.name in value}
    for name, part in known.items():
        if not (isinstance(part, str) or (part is None and name in _MAY_BE_NULL)):
            raise ValueError(f"{name} is {part!r}, not a string")
    return Record(**known)
