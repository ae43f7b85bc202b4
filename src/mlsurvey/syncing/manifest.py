"""Read a folder of upstream documents with a ``MANIFEST.tsv``: accepted and rejected rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.syncing.sources import origin_of, refusal

MANIFEST = "MANIFEST.tsv"
COLUMNS = ("slug", "language", "repo", "path", "commit", "licence", "file", "bytes")
MOST_BYTES = 16 * 1024 * 1024
"""Maximum bytes of a manifest: about a hundred thousand rows."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]*/[A-Za-z0-9_][\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LICENCE = re.compile(r"[\w.+() -]{2,200}")
_NOT_STATED = ("", "unknown", "none", "-")


@dataclass(frozen=True, slots=True)
class Row:
    """A validated row of a manifest: one document."""

    slug: str
    file: str
    """POSIX path below the folder and below ``upstream`` in the corpus: ``language/slug/name``."""
    repository: str
    """Repository name without the owner."""
    origin: str
    url: str
    commit: str
    licence: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A rejected row."""

    slug: str
    name: str
    reason: str


def read_manifest(folder: Path, most: int) -> Iterator[Row | RefusedRow]:
    """All rows of the folder's manifest; ``most`` is the maximum size of a document in bytes.

    Raises:
        NotFoundError: the folder has no manifest.
        UsageError: the manifest is too large, not UTF-8, or lacks a column.
    """
    seen: set[str] = set()
    for number, values in _rows(folder / MANIFEST):
        reason = _refusal(values, folder, most)
        file = values["file"]
        if reason is None and file.casefold() in seen:
            reason = "occurs twice in the manifest"
        if reason:
            name = file if file.isprintable() and file else f"row {number}"
            yield RefusedRow(values["slug"][:100], f"{name[:200]} ({MANIFEST}:{number})", reason)
            continue
        seen.add(file.casefold())
        yield _row(values)


def _rows(manifest: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if manifest.stat().st_size > MOST_BYTES:
            raise UsageError(f"{manifest} has more than {MOST_BYTES:,} bytes")
        text = manifest.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError(f"no {MANIFEST} in {manifest.parent}; --from takes a folder that has one") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{manifest} is not UTF-8") from error
    reader = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise UsageError(f"{manifest} has no column {missing[0]!r}; it needs {', '.join(COLUMNS)}, separated by tabs")
    for number, values in enumerate(reader, start=2):
        yield number, {column: (values[column] or "").strip() for column in COLUMNS}


def _refusal(values: Mapping[str, str], folder: Path, most: int) -> str | None:
    """Why a row is rejected; None if it is accepted."""
    if not _SLUG.fullmatch(values["slug"]) or not _SLUG.fullmatch(values["language"]):
        return f"slug {values['slug']!r} or language {values['language']!r} cannot name a folder"
    if not _REPOSITORY.fullmatch(values["repo"]):
        return f"{values['repo']!r} is not a repository of the form owner/name"
    if not _COMMIT.fullmatch(values["commit"]):
        return f"{values['commit']!r} is not a commit"
    if values["licence"].lower() not in _NOT_STATED and not _LICENCE.fullmatch(values["licence"]):
        return f"{values['licence'][:100]!r} is not a licence"
    if not values["path"].isprintable() or not values["path"]:
        return "the path in the repository is empty or not printable"
    return _file_refusal(values, folder, most)


def _file_refusal(values: Mapping[str, str], folder: Path, most: int) -> str | None:
    file = values["file"]
    if reason := refusal(file):
        return f"file {file!r} {reason}"
    if file.split("/")[:2] != [values["language"], values["slug"]] or file.count("/") != 2:
        return f"file {file!r} is not in {values['language']}/{values['slug']}/"
    place = folder / file
    if not place.resolve().is_relative_to(folder.resolve()):
        return "the file is outside the folder"
    if not place.is_file():
        return "no such file"
    size = place.stat().st_size
    if size > most:
        return f"larger than {most:,} bytes"
    if values["bytes"] != str(size):
        return f"the file has {size} bytes, the manifest says {values['bytes']!r}"
    return None


def _row(values: Mapping[str, str]) -> Row:
    licence = values["licence"]
    return Row(
        slug=values["slug"],
        file=values["file"],
        repository=values["repo"].rpartition("/")[2],
        origin=origin_of(values["repo"], values["path"]),
        url=f"https://github.com/{values['repo']}/blob/{values['commit']}/{quote(values['path'])}",
        commit=values["commit"],
        licence="NOASSERTION" if licence.lower() in _NOT_STATED else licence,
    )
