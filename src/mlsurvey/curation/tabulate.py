"""The tables of facts in all surveys of a corpus folder, as they should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlsurvey.curation import tables
from mlsurvey.curation.findings import Finding
from mlsurvey.curation.folder import Folder, read_folder

_UNDECODED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Tabulated:
    """What writing the tables changes."""

    texts: Mapping[str, str]
    """New texts of the surveys that change, by path."""
    changes: tuple[tables.Change, ...]
    findings: tuple[Finding, ...]
    """Why profiles or surveys cannot be followed; these surveys are left alone."""
    surveys: int
    """Number of surveys with tables."""
    tables: int


def tabulate(path: Path) -> Tabulated:
    """Write the tables of all surveys of a folder, in memory.

    Raises:
        NotFoundError: the folder does not exist.
    """
    folder = read_folder(path, "tables")
    if folder.faults:
        return Tabulated({}, (), tuple(sorted(folder.faults)), 0, 0)
    found = {survey: _rewritten(folder, survey) for survey in folder.surveys}
    texts = {survey: one.text for survey, one in found.items() if one.text != folder.texts[survey]}
    changes = tuple(change for one in found.values() for change in one.changes)
    findings = tuple(sorted(finding for one in found.values() for finding in one.findings))
    counts = [one.tables for one in found.values() if one.tables]
    return Tabulated(texts, changes, findings, len(counts), sum(counts))


def _rewritten(folder: Folder, survey: str) -> tables.Rewritten:
    text = folder.texts[survey]
    found = tables.rewrite(survey, text, folder.profiles, folder.footnotes)
    if found.changes and _UNDECODED in text:  # writing it would lose what could not be read
        problem = "the file is not UTF-8, so its tables are not written"
        return tables.Rewritten(text, found.tables, (), (Finding(survey, 1, "table", problem, "save it as UTF-8"),))
    return found
