"""Export formats of an answer. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mlsurvey.rendering.bibtex import sources_bibtex
from mlsurvey.rendering.html import answer_html
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.rendering.markdown import answer_markdown
from mlsurvey.rendering.table import answer_csv
from mlsurvey_tui.shown import Shown

LONGEST_NAME = 60
_NOT_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Format:
    """One export format."""

    name: str
    suffix: str
    about: str
    write: Callable[[Shown], str]


FORMATS = (
    Format(
        "Markdown", ".md", "for a note or an issue", lambda s: answer_markdown(s.answer, names=s.names, stale=s.stale)
    ),
    Format("HTML", ".html", "one page for a browser", lambda s: answer_html(s.answer, names=s.names, stale=s.stale)),
    Format("CSV", ".csv", "for a spreadsheet", lambda s: answer_csv(s.answer, names=s.names, stale=s.stale)),
    Format("JSON", ".json", "for a program", lambda s: to_json(answer_value(s.answer, s.stale)) + "\n"),
    Format("BibTeX", ".bib", "the sources, for a bibliography", lambda s: sources_bibtex(s.answer)),
)


def file_name(question: str, suffix: str) -> str:
    """Return a file name derived from a question."""
    plain = unicodedata.normalize("NFKD", question.casefold()).encode("ascii", "ignore").decode()
    words = _NOT_NAME.sub("-", plain).strip("-")[:LONGEST_NAME].rstrip("-")
    return f"{words or 'answer'}{suffix}"
