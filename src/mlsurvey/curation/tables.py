"""Tables in surveys that are written from the facts of profiles. Pure: texts and profiles in, texts and findings out.

A table stands between two comments, which no reader sees, and is never edited by hand::

    <!-- facts: rust: gpu, accelerators -->

    | Library | GPU | Accelerators |
    | --- | --- | --- |
    | Burn | yes | CUDA (NVIDIA)[^burn-readme] |

    <!-- /facts -->
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mlsurvey.curation.facts import Facts
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import FOOTNOTE, Profile, references
from mlsurvey.vocabulary.languages import OTHER
from mlsurvey.vocabulary.records import UNKNOWN, sources, value

END: Final = "<!-- /facts -->"
FORM: Final = "<!-- facts: LANGUAGE: FIELD, FIELD -->"
HEADINGS: Final = {
    "wraps": "Engine underneath",
    "minimum": "Minimum versions",
    "platforms": "Platforms",
    "gpu": "GPU",
    "accelerators": "Accelerators",
    "tasks": "Tasks and algorithms",
    "training": "Training",
    "inference": "Running trained models",
    "pretrained": "Trained models included",
    "autodiff": "Automatic differentiation",
    "reads": "Formats read",
    "writes": "Formats written",
    "browser": "Browser",
    "mobile": "Phones",
    "embedded": "Embedded devices",
    "no_std": "no_std",
    "python": "Python needed",
    "maintainer": "Maintainer",
}
"""Headings of the columns: the names of the facts in ``aspects.toml``."""
REMEDY: Final = "run: mlsurvey corpus tables"
_RULE = "table"
_MARK = re.compile(r"<!--\s*/?facts\b")
_START = re.compile(r"<!-- facts: (?P<language>[a-z]+): (?P<fields>\w+(?:, \w+)*) -->")


@dataclass(frozen=True, slots=True)
class Change:
    """Something in a survey that is not as the profiles have it."""

    path: str
    line: int
    """Of the comment above the table, or of the first footnote; from 1."""
    what: str
    new: int
    """Number of lines to add."""
    gone: int
    """Number of lines to remove."""

    @property
    def finding(self) -> Finding:
        """The change, as what a check finds."""
        problem = f"the {self.what} differs from the profiles in {self.new + self.gone} lines"
        return Finding(self.path, self.line, _RULE, problem, REMEDY)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A survey with its tables written anew."""

    text: str
    """The same as before if there are findings."""
    tables: int
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    """Comments that cannot be followed."""


@dataclass(slots=True)
class _Table:
    """A table and the two comments around it, as places among the lines of a text."""

    start: int
    language: str
    fields: tuple[str, ...]
    end: int | None = None

    @property
    def what(self) -> str:
        return f"table of {', '.join(self.fields)}"


def is_mark(line: str) -> bool:
    """Whether a line is, or should be, a comment above or below a table of facts."""
    return _MARK.match(line) is not None


def rules(path: str, text: str, profiles: Sequence[Profile], known: Mapping[str, str]) -> Iterator[Finding]:
    """Findings for comments that cannot be followed, and for tables that are out of date; see :func:`rewrite`."""
    found = rewrite(path, text, profiles, known)
    yield from found.findings
    yield from (change.finding for change in found.changes)


def rewrite(path: str, text: str, profiles: Sequence[Profile], known: Mapping[str, str]) -> Rewritten:
    """Write the tables of a survey, and the footnotes that they need.

    Args:
        path: path of the survey in the corpus.
        text: the survey.
        profiles: all profiles of the corpus.
        known: footnotes of all sources, by id.
    """
    lines = text.split("\n")
    tables = list(_tables(lines))
    findings = tuple(finding for table in tables for finding in _faults(path, table, lines, profiles))
    if findings or not tables:
        return Rewritten(text, len(tables), (), findings)
    filled = [(table, _between(table, profiles)) for table in tables]
    changes = [_change(path, table, lines[table.start + 1 : table.end], between) for table, between in filled]
    written = _with_footnotes(_with_tables(lines, filled), _cited(_inside(lines, tables)), filled, known)
    if notes := _footnote_change(path, lines, written):
        changes.append(notes)
    return Rewritten("\n".join(written), len(tables), tuple(one for one in changes if one.new or one.gone), ())


def _tables(lines: Sequence[str]) -> Iterator[_Table]:
    """The tables, also those that lack one of the comments or have one that is malformed."""
    opened: _Table | None = None
    for number, line in enumerate(lines):
        if not is_mark(line):
            continue
        if line.rstrip() == END:
            closed = opened or _Table(number, "", ())
            closed.end = number
            yield closed
            opened = None
            continue
        if opened:
            yield opened
        opened = _opened(number, line)
    if opened:
        yield opened


def _opened(number: int, line: str) -> _Table:
    found = _START.fullmatch(line.rstrip())
    return _Table(number, found["language"], tuple(found["fields"].split(", "))) if found else _Table(number, "", ())


def _faults(path: str, table: _Table, lines: Sequence[str], profiles: Sequence[Profile]) -> Iterator[Finding]:
    line = table.start + 1
    if table.start == table.end:
        yield Finding(path, line, _RULE, f"{END} ends no table", f"begin the table with {FORM}, or remove it")
        return
    if table.end is None:
        yield Finding(path, line, _RULE, "the table has no end", f"put {END} below it")
    if not table.fields:
        yield Finding(path, line, _RULE, f"malformed: {lines[table.start]!r}", f"write {FORM}")
        return
    for strange in [field for field in table.fields if field not in Facts.model_fields]:
        advice = f"the facts are {', '.join(Facts.model_fields)}"
        yield Finding(path, line, _RULE, f"no fact is called {strange!r}", advice)
    languages = sorted({_language(profile) for profile in profiles})
    if table.language not in languages:
        advice = f"languages with profiles: {', '.join(languages) or 'none'}"
        yield Finding(path, line, _RULE, f"no profile is in the language {table.language!r}", advice)


def _language(profile: Profile) -> str:
    return profile.front.language or OTHER


def _between(table: _Table, profiles: Iterable[Profile]) -> list[str]:
    """The lines between the comments; none if all of the facts are unknown for all libraries."""
    chosen = [profile for profile in profiles if _language(profile) == table.language]
    fields = [field for field in table.fields if any(sources(_fact(profile, field)) for profile in chosen)]
    if not fields:
        return []
    chosen.sort(key=lambda profile: (profile.front.name.casefold(), profile.front.slug))
    rows = [row for profile in chosen if (row := _row(profile, fields))]
    columns = ("Library", *(HEADINGS[field] for field in fields))
    return ["", _line(columns), _line("---" for _ in columns), *rows, ""]


def _fact(profile: Profile, field: str) -> str:
    """A fact as the front matter records it; unknown if it records none."""
    return str(getattr(profile.front.facts, field, UNKNOWN))


def _row(profile: Profile, fields: Sequence[str]) -> str | None:
    """The facts of a library, with their references behind the last; None if all are unknown."""
    stated = [_fact(profile, field) for field in fields]
    cells = [value(line).replace("|", "\\|") if sources(line) else "" for line in stated]
    last = max((column for column, cell in enumerate(cells) if cell), default=None)
    if last is None:
        return None
    rests_on = dict.fromkeys(source for line in stated for source in sources(line))
    cells[last] += "".join(f"[^{source}]" for source in rests_on)
    return _line((profile.front.name, *cells))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _change(path: str, table: _Table, old: Sequence[str], new: Sequence[str]) -> Change:
    added, removed = set(new) - set(old), set(old) - set(new)
    moved = int(list(old) != list(new) and not added and not removed)
    return Change(path, table.start + 1, table.what, len(added) + moved, len(removed))


def _inside(lines: Sequence[str], tables: Iterable[_Table]) -> list[str]:
    return [line for table in tables for line in lines[table.start : table.end]]


def _with_tables(lines: Sequence[str], filled: Sequence[tuple[_Table, Sequence[str]]]) -> list[str]:
    written: list[str] = []
    done = 0
    for table, between in filled:
        written += [*lines[done : table.start + 1], *between]
        done = table.end or done
    return [*written, *lines[done:]]


def _cited(lines: Iterable[str]) -> dict[str, None]:
    """Ids that lines other than footnotes refer to, in order."""
    return dict.fromkeys(found for line in lines if not FOOTNOTE.match(line) for found in references(line))


def _with_footnotes(
    lines: Sequence[str],
    before: Iterable[str],
    filled: Iterable[tuple[_Table, Sequence[str]]],
    known: Mapping[str, str],
) -> list[str]:
    """The lines with the footnotes of the tables as the sources have them, and without those needed ``before`` only."""
    needed = {id_: known[id_] for _, between in filled for id_ in _cited(between) if id_ in known}
    unused = set(before) - set(_cited(lines))
    written: list[str] = []
    last = 0  # end of the footnotes
    for line in lines:
        note = FOOTNOTE.match(line)
        if note and note[1] in unused:
            continue
        written.append(_footnote(note[1], needed.pop(note[1])) if note and note[1] in needed else line)
        last = len(written) if note else last
    added = [_footnote(*one) for one in needed.items()]
    if last or not added:
        return [*written[:last], *added, *written[last:]]
    return [*"\n".join(written).rstrip("\n").split("\n"), "", *added, ""]


def _footnote(id_: str, words: str) -> str:
    return f"[^{id_}]: {words}"


def _footnote_change(path: str, old: Sequence[str], new: Sequence[str]) -> Change | None:
    before, after = ([line for line in lines if FOOTNOTE.match(line)] for lines in (old, new))
    if before == after:
        return None
    line = next((number for number, line in enumerate(old, start=1) if FOOTNOTE.match(line)), len(old))
    return Change(path, line, "list of footnotes", len(set(after) - set(before)), len(set(before) - set(after)))
