"""The subjects as rows: filtering, and a description of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from textual.content import Content

from mlsurvey.found import Rank, Subject
from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.subjects import standing
from mlsurvey.survey import Edit
from mlsurvey_tui.corpus.rows import shortened, words

Column = Literal["name", "rank", "sure", "documents", "place", "aliases"]
COLUMNS: Mapping[Column, str] = {
    "name": "Subject",
    "rank": "About it",
    "sure": "Sure",
    "documents": "Docs",
    "place": "Found at",
    "aliases": "Also",
}
"""Column titles in display order: the most important fit in 60 columns."""
CORRECTED = "* "
"""Stands before the name of a subject that has corrections."""
_RANKS = {Rank.DOCUMENT: "document", Rank.SECTION: "section", Rank.ITEM: "listed", Rank.MENTION: "mentioned"}
_FIELDS = ("about", "state", "class")
_FIXED: Mapping[Column, int] = {"rank": 9, "sure": 8, "documents": 5}
_ELASTIC: Mapping[Column, int] = {"place": 44, "aliases": 60}
"""Columns that take what is left, with their maximum widths."""
_LEAST = 14
"""Minimum width of such a column; without it, only the lines below the table tell."""
_GAP = 2
_PLACES = 3
"""Maximum places listed for a subject."""


@dataclass(frozen=True, slots=True)
class Row:
    """One subject."""

    subject: Subject
    edit: Edit | None = None
    """Its corrections."""
    into: str | None = None
    """Slug of the subject that a correction merges it into."""

    @property
    def is_mention(self) -> bool:
        """Whether no document is about it, so that there is nothing to correct."""
        return self.subject.rank is Rank.MENTION

    @property
    def is_listed(self) -> bool:
        """Whether it is shown without being asked for."""
        return self.subject.is_listed

    @property
    def is_corrected(self) -> bool:
        """Whether there are corrections of it."""
        return self.edit is not None or self.into is not None

    @property
    def sure(self) -> str:
        """How sure it is that it is a subject."""
        subject = self.subject
        if self.is_mention:
            return ""
        return "hidden" if subject.hidden else "declared" if subject.declared else f"{subject.confidence:.2f}"

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where it was found, else its documents, as pairs (document, line)."""
        subject = self.subject
        return tuple((e.path, e.line) for e in subject.evidence) or tuple((path, 1) for path in subject.documents)

    def cell(self, column: Column, width: int) -> str:
        """Return the text of a column."""
        subject = self.subject
        if column == "name":
            return f"{CORRECTED if self.is_corrected else ''}{one_line(subject.name)}"
        if column == "place":
            return shortened("{}:{}".format(*self.places[0]), width) if self.places else ""
        columns = {
            "rank": _RANKS[subject.rank] if subject.documents else "none",
            "sure": self.sure,
            "documents": f"{len(subject.documents):,}",
            "aliases": one_line(", ".join(subject.aliases)),
        }
        return columns[column]


def rows_of(subjects: Sequence[Subject], edits: Sequence[Edit]) -> list[Row]:
    """Return rows for the subjects of an index, then for those that are added at the next refresh."""
    kept = {edit.slug: edit for edit in edits}
    into = {slug: edit.slug for edit in edits for slug in edit.merged if slug != edit.slug}
    known = {subject.slug for subject in subjects if subject.rank is not Rank.MENTION}
    added = [
        Subject(edit.slug, edit.name, edit.aliases, declared=True, classes=edit.category, hidden=edit.hidden)
        for edit in edits
        if edit.name is not None and edit.slug not in known and edit.slug not in into
    ]
    found = (Row(s, *(() if s.rank is Rank.MENTION else (kept.get(s.slug), into.get(s.slug)))) for s in subjects)
    return [*found, *(Row(subject, kept[subject.slug]) for subject in added)]


def matching(rows: Iterable[Row], typed: str, *, everything: bool) -> list[Row]:
    """Return the rows that contain every word; ``state:hidden``, ``about:section``, ``class:queue`` match one field.

    Args:
        rows: all of them.
        typed: the filter.
        everything: whether those that are only mentioned or hidden count too.
    """
    wanted = words(typed)
    return [row for row in rows if (everything or row.is_listed) and all(_has(row, word) for word in wanted)]


def column_widths(width: int) -> dict[Column, int]:
    """Return the widths of the columns that fit, in display order."""
    widths: dict[Column, int] = {"name": max(18, min(34, width // 4)), **_FIXED}
    left = width - sum(widths.values()) - _GAP * len(widths) - 2
    for column, most in _ELASTIC.items():
        room = min(left - _GAP, most)
        if room < _LEAST:
            break
        widths[column] = room
        left -= room + _GAP
    return widths


def described(row: Row) -> Content:
    """Return everything about a subject, one thing a line."""
    subject = row.subject
    lines = {
        "corrected": corrections(row),
        "also": ", ".join(subject.aliases),
        "is": subject.said,
        "not": f"{', '.join(subject.same_name)}, which shares its name" if subject.same_name else "",
        "at": ", ".join(dict.fromkeys(f"{e.path}:{e.line} ({e.how})" for e in subject.evidence[:_PLACES])),
    }
    name = Content.assemble((one_line(subject.name), "bold"), "  ", one_line(standing(subject)))
    said = (Content.assemble((f"{key}  ", "dim"), one_line(text)) for key, text in lines.items() if text)
    return Content("\n").join([name, *said])


def corrections(row: Row) -> str:
    """Return the corrections of a subject in words; nothing if there are none."""
    parts = [f"merged into {row.into}"] if row.into else []
    if edit := row.edit:
        parts += [f"called {edit.name}"] if edit.name else []
        parts += [f"also {', '.join(edit.aliases)}"] if edit.aliases else []
        parts += [f"is {', '.join(edit.category)}"] if edit.category else []
        parts += [f"{', '.join(edit.merged)} merged into it"] if edit.merged else []
        parts += ["hidden"] if edit.hidden else []
    return "; ".join(parts)


def totals(rows: Sequence[Row]) -> str:
    """Return how many subjects there are, by state."""
    listed = [row for row in rows if row.is_listed]
    declared = sum(row.subject.declared for row in listed)
    counts = {
        "declared": declared,
        "only mentioned": sum(row.is_mention for row in rows),
        "hidden": sum(row.subject.hidden for row in rows),
        "corrected (*)": sum(row.is_corrected for row in rows),
    }
    more = (f"{count:,} {name}" for name, count in counts.items() if count)
    return ", ".join([f"{len(listed) - declared:,} found", *more])


def _has(row: Row, word: str) -> bool:
    name, colon, value = word.partition(":")
    if colon and value and name in _FIELDS:
        return value in _field(row, name)
    subject = row.subject
    texts = (subject.slug, subject.name, *subject.aliases, subject.said, *subject.classes, *subject.documents)
    return word in "\n".join(texts).casefold()


def _field(row: Row, name: str) -> set[str]:
    if name == "class":
        return set(row.subject.classes)
    if name == "about":
        return {row.cell("rank", 0)}
    state = row.sure if row.sure in ("declared", "hidden") else "mentioned" if row.is_mention else "found"
    return {state, *(["corrected"] if row.is_corrected else [])}
