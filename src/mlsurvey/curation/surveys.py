"""Rules for surveys of many libraries: cite only sources of profiles, and give a source for every fact. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import fields, footnotes, numbered_body, references
from mlsurvey.curation.tables import is_mark

FOLDER = "surveys/"
DISAGREEMENTS = "DISAGREEMENTS.md"
_FIELDS = frozenset({"title", "language", "as_of"})
_TOP = 1


def is_survey(path: str, text: str) -> bool:
    """Whether a text should be checked as a survey.

    It should if it is in the right place, and has ``as_of``, cites something or has a table of facts.
    """
    is_there = path == DISAGREEMENTS or path.startswith(FOLDER)
    return is_there and ("as_of" in fields(text) or bool(references(text)) or any(map(is_mark, text.splitlines())))


def rules(path: str, text: str, known: Mapping[str, str]) -> Iterator[Finding]:
    """All findings for a survey; ``known`` maps the ids of all profile sources to their footnotes."""
    yield from _head(path, text)
    yield from _references(path, text, known)
    yield from _unsourced(path, text)


def _head(path: str, text: str) -> Iterator[Finding]:
    front = fields(text)
    advice = "start with title, as_of and optionally language between --- lines"
    for field in ("title", "as_of"):
        if field not in front:
            yield Finding(path, _TOP, "survey", f"front matter has no {field}", advice)
    for field in sorted(front.keys() - _FIELDS):
        yield Finding(path, _TOP, "survey", f"front matter has an unknown field {field!r}", advice)
    if "as_of" in front and not _is_date(front["as_of"]):
        yield Finding(path, _TOP, "survey", f"as_of is not a date: {front['as_of']!r}", "use the form 2026-01-31")
    if "title" in front and f"\n# {front['title']}\n" not in text:
        yield Finding(path, _TOP, "survey", f"no heading says {front['title']!r}", "make heading and title agree")


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, date) or bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


def _references(path: str, text: str, known: Mapping[str, str]) -> Iterator[Finding]:
    cited: set[str] = set()
    for number, line in numbered_body(text):
        for reference in dict.fromkeys(references(line)):
            cited.add(reference)
            if reference not in known:
                advice = "cite a source of a profile"
                yield Finding(path, number, "reference", f"no profile has a source {reference!r}", advice)
    defined = footnotes(text)
    for reference in sorted(cited | defined.keys()):
        if reference not in cited:
            yield Finding(path, _TOP, "reference", f"footnote {reference!r} is cited nowhere", "remove it")
        elif reference in known and defined.get(reference) != known[reference]:
            problem = f"footnote {reference!r} is {'different from the profile' if reference in defined else 'missing'}"
            yield Finding(path, _TOP, "reference", problem, f"write [^{reference}]: {known[reference]}")


def _unsourced(path: str, text: str) -> Iterator[Finding]:
    """Below the first section heading, every line except headings, table headers and marks of tables is a fact."""
    lines = [(number, line) for number, line in numbered_body(text) if line and not is_mark(line)]
    first = next((index for index, (_, line) in enumerate(lines) if line.startswith("## ")), len(lines))
    for index, (number, line) in enumerate(lines[first:], start=first):
        is_head = index + 1 < len(lines) and lines[index + 1][1].startswith("| ---")
        if not (line.startswith(("#", "| ---")) or is_head or references(line)):
            yield Finding(
                path, number, "unsourced", f"no source: {line!r}", "end it with its references, such as [^id]"
            )
