"""What filters ask of documents and passages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from mlsurvey.index.records import entity_tag, language_tag
from mlsurvey.types import Filters


def tag_groups(filters: Filters) -> list[list[str]]:
    """Tags that filters ask for: one of each group must hold."""
    groups = ([entity_tag(e) for e in filters.entities], [language_tag(name) for name in filters.languages])
    return [group for group in groups if group]


def names_documents(filters: Filters) -> bool:
    """Whether filters say anything of whole documents."""
    return bool(filters.paths or filters.updated_after)


def is_document(filters: Filters, path: str, date: str | None, mtime_ns: int) -> bool:
    """Whether a document satisfies what filters say of documents.

    Args:
        filters: of which paths and dates are looked at.
        path: of the document.
        date: ISO date that it states for itself, which counts before its file's.
        mtime_ns: when its file was last changed, in nanoseconds since 1970.
    """
    if filters.paths and not matches(path, filters.paths):
        return False
    return filters.updated_after is None or (date or _day(mtime_ns)) > filters.updated_after


def is_under(filters: Filters, trail: Sequence[str]) -> bool:
    """Whether one of the headings that filters ask for is part of a heading of the trail, in any case and spacing."""
    headings = [_folded(heading) for heading in trail]
    return any(_folded(wanted) in heading for wanted in filters.headings for heading in headings)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path is one of the patterns, lies in a folder that ends in ``/``, or fits a shell pattern."""
    return any(path == p or (p.endswith("/") and path.startswith(p)) or fnmatchcase(path, p) for p in patterns)


def _day(mtime_ns: int) -> str:
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date().isoformat()


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
