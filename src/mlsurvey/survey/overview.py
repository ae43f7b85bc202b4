"""A snapshot of the state of corpus and index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mlsurvey.address import Address
from mlsurvey.errors import NotFoundError
from mlsurvey.index.catalogue import open_for_reading
from mlsurvey.index.changes import Known
from mlsurvey.index.extracts import Extracts
from mlsurvey.index.layout import Layout
from mlsurvey.index.sources import Sources, look
from mlsurvey.reading.scan import FileState, Scan, scan
from mlsurvey.settings import Settings
from mlsurvey.state import Generation, Pending
from mlsurvey.survey.homes import known_in, published_in

_FAISS = ("faiss-gpu", "faiss-cpu")
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True, slots=True)
class Overview:
    """State of corpus and index, and whether they agree. Sizes are in bytes."""

    corpus: str
    corpus_documents: int | None
    """Readable files in the corpus folder; None if the folder does not exist."""
    corpus_bytes: int
    corpus_unreadable: int
    """Files that cannot become documents; those detected only by content are counted once there is an index."""
    index: str
    index_bytes: int
    generation: Generation | None
    """None if there is no index yet."""
    pending: Pending | None
    """None if corpus or index does not exist."""
    model: str
    device: str
    """As set; ``auto`` is resolved when embedding starts, since looking for a GPU takes seconds."""
    precision: str
    engine: str
    """Engine for embedding on a CPU, as set."""
    vectors: str
    """The installed FAISS package and its version."""
    corpus_left_out: int = 0
    """Documents and folders of the corpus that stay out on purpose."""
    compressed: int = 0
    """Number of vectors searched by compressed codes; the others are scanned exactly."""
    recall: float | None = None
    """Recall@10 of searching the compressed vectors, measured when they were compressed."""

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of name, value and optional remark, for display."""
        documents = "no such folder" if self.corpus_documents is None else f"{self.corpus_documents} documents"
        unreadable = f", {self.corpus_unreadable} files not read" if self.corpus_unreadable else ""
        left_out = f", {self.corpus_left_out} left out" if self.corpus_left_out else ""
        return [
            ("corpus", self.corpus, f"{documents}, {_size(self.corpus_bytes)}{unreadable}{left_out}"),
            ("index", self.index, _size(self.index_bytes) if self.generation else "none yet; type: mlsurvey refresh"),
            *(_generation_rows(self.generation) if self.generation else ()),
            ("up to date", *_agreement(self.pending)),
            ("model", self.model, f"device {self.device}, engine {self.engine}, precision {self.precision}"),
            ("vectors", self.vectors, self._searched()),
        ]

    def _searched(self) -> str:
        if self.recall is None:
            return "searched exactly"
        return f"{self.compressed} compressed and refined, recall@10 {self.recall:.3f}"


def overview(settings: Settings) -> Overview:
    """Inspect corpus and index; reads only files that may have changed, and loads no model.

    Raises:
        DamagedIndexError: a part of the index is missing or broken.
    """
    found = _scan(settings)
    files = found.files if found else None
    generation = published_in(settings.index)
    known = None if files is None or generation is None else known_in(settings.index)
    sources = None if known is None else _looked(settings, files or (), known)
    garbled = frozenset(sources.unreadable) if sources else frozenset()
    readable = [file for file in files or () if file.path not in garbled]
    return Overview(
        corpus=str(settings.corpus),
        corpus_documents=None if files is None else len(readable),
        corpus_bytes=sum(file.size for file in readable),
        corpus_unreadable=len(found.unreadable if found else ()) + len(garbled),
        corpus_left_out=len(found.left_out if found else ()),
        index=str(settings.index),
        index_bytes=_size_of(settings.folder),
        generation=generation,
        pending=None if known is None or sources is None else _pending(known, sources.digests),
        model=generation.model if generation else settings.model,
        device=settings.device,
        precision=settings.precision,
        engine=settings.engine,
        vectors=_faiss(),
        **(_compressed(settings.index) if generation is not None and settings.vectors != "exact" else {}),
    )


def _looked(settings: Settings, files: Iterable[FileState], known: Mapping[str, Known]) -> Sources:
    """The documents that may have changed, read; nothing is converted for it."""
    extracts = Extracts(Layout(settings.folder).extracts, is_writable=False)
    seconds = int(settings.document_seconds)
    return look(settings.corpus, files, known, seconds=seconds, extracts=extracts, converting=False)


def _scan(settings: Settings) -> Scan | None:
    try:
        return scan(settings.corpus, settings.exclude)
    except NotFoundError:
        return None


def _size_of(folder: Path) -> int:
    """Bytes of the files in the folder; those that an engine keeps elsewhere do not count."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _compressed(index: Path | Address) -> dict[str, Any]:
    """Number of compressed vectors, and their search recall: the mean over segments, weighted by rows."""
    if isinstance(index, Address):
        return {}
    with closing(open_for_reading(Layout(index))) as catalogue:
        names = json.dumps(catalogue.published()[0].segments)
        sql = (
            "SELECT SUM(rows), SUM(rows * recall) / SUM(rows) FROM segments"
            " WHERE recall IS NOT NULL AND name IN (SELECT value FROM json_each(:names))"
        )
        ((rows, recall),) = catalogue.rows(sql, names=names)
    return {"compressed": rows or 0, "recall": recall}


def _pending(known: Mapping[str, Known], digests: Mapping[str, str]) -> Pending:
    """Differences by path; unreadable files never count as documents."""
    return Pending(
        added=len(digests.keys() - known.keys()),
        changed=sum(path in known and known[path].sha256 != digest for path, digest in digests.items()),
        removed=len(known.keys() - digests.keys()),
    )


def _generation_rows(generation: Generation) -> list[tuple[str, ...]]:
    return [
        ("generation", f"{generation.number}", f"{generation.id}, made {generation.created}"),
        ("documents", f"{generation.documents}"),
        ("passages", f"{generation.passages}"),
    ]


def _agreement(pending: Pending | None) -> tuple[str, ...]:
    if pending is None:
        return ("",)
    if not pending.total:
        return ("yes",)
    return ("no", f"{pending.added} new, {pending.changed} changed, {pending.removed} removed; type: mlsurvey refresh")


def _faiss() -> str:
    for name in _FAISS:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "none; type: pip install faiss-cpu"


def _size(count: int) -> str:
    size = float(count)
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
