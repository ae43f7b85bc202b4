"""Filter conditions on documents and passages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from mlsurvey.folding import folded
from mlsurvey.index.records import entity_tag, language_tag
from mlsurvey.reading.names import composed
from mlsurvey.types import Filters


def tag_groups(filters: Filters) -> list[list[str]]:
    """Tags required by the filters: at least one of each group must match."""
    groups = ([entity_tag(e) for e in filters.entities], [language_tag(name) for name in filters.languages])
    return [group for group in groups if group]


def names_documents(filters: Filters) -> bool:
    """Whether the filters restrict whole documents."""
    return bool(filters.paths or filters.updated_after)


def is_document(filters: Filters, path: str, date: str | None, mtime_ns: int) -> bool:
    """Whether a document satisfies the document-level filters.

    Args:
        filters: only paths and dates are used.
        path: of the document.
        date: ISO date stated in the document; takes precedence over the file's.
        mtime_ns: modification time of the file, in nanoseconds since 1970.
    """
    if filters.paths and not matches(path, filters.paths):
        return False
    return filters.updated_after is None or (date or _day(mtime_ns)) > filters.updated_after


def is_under(filters: Filters, trail: Sequence[str]) -> bool:
    """Whether a heading of the trail contains one of the filters' headings, ignoring case and spacing."""
    headings = [_folded(heading) for heading in trail]
    return any(_folded(wanted) in heading for wanted in filters.headings for heading in headings)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path equals a pattern, lies in a folder given as ``folder/``, or matches a shell pattern.

    A pattern may begin at any folder of the path, or with a slash at the corpus folder only. Names that look the same
    are the same, whether composed or not.
    """
    rooted = f"/{composed(path)}"
    return any(_matches(rooted, composed(pattern)) for pattern in patterns)


def _matches(rooted: str, pattern: str) -> bool:
    is_rooted = pattern.startswith("/")
    below = pattern if is_rooted else f"/{pattern}"
    if pattern.endswith("/"):  # as it is typed, or as a shell pattern
        found = rooted.startswith(below) if is_rooted else below in rooted
        return found or fnmatchcase(rooted, f"{below if is_rooted else '*' + below}*")
    if rooted == below or (not is_rooted and rooted.endswith(below)):
        return True
    return fnmatchcase(rooted, below if is_rooted else f"*{below}")


def _day(mtime_ns: int) -> str:
    return datetime.fromtimestamp(mtime_ns / 1e9, UTC).date().isoformat()


def _folded(text: str) -> str:
    return " ".join(folded(text).split())
