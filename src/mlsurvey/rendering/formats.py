"""Export formats of an answer. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlsurvey.rendering.bibtex import sources_bibtex
from mlsurvey.rendering.html import answer_html
from mlsurvey.rendering.json import answer_value, to_json
from mlsurvey.rendering.layout import Names
from mlsurvey.rendering.markdown import answer_markdown
from mlsurvey.rendering.table import answer_csv
from mlsurvey.types import Answer

Write = Callable[[Answer, Names, Mapping[int, str]], str]

LONGEST_NAME = 60
_NOT_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Format:
    """One export format."""

    name: str
    suffix: str
    media_type: str
    about: str
    write: Write
    """Takes the answer, the names in it, and its stale citations, each with the reason."""


FORMATS = (
    Format(
        "Markdown",
        ".md",
        "text/markdown",
        "for a note or an issue",
        lambda answer, names, stale: answer_markdown(answer, names=names, stale=stale),
    ),
    Format(
        "HTML",
        ".html",
        "text/html",
        "one page for a browser",
        lambda answer, names, stale: answer_html(answer, names=names, stale=stale),
    ),
    Format(
        "CSV",
        ".csv",
        "text/csv",
        "for a spreadsheet",
        lambda answer, names, stale: answer_csv(answer, names=names, stale=stale),
    ),
    Format(
        "JSON",
        ".json",
        "application/json",
        "for a program",
        lambda answer, names, stale: to_json(answer_value(answer, stale)) + "\n",
    ),
    Format(
        "BibTeX",
        ".bib",
        "application/x-bibtex",
        "the sources, for a bibliography",
        lambda answer, names, stale: sources_bibtex(answer),
    ),
)


def file_name(question: str, suffix: str) -> str:
    """Return a file name derived from a question."""
    plain = unicodedata.normalize("NFKD", question.casefold()).encode("ascii", "ignore").decode()
    words = _NOT_NAME.sub("-", plain).strip("-")[:LONGEST_NAME].rstrip("-")
    return f"{words or 'answer'}{suffix}"
