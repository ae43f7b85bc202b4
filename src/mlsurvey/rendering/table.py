"""An answer as comma-separated values: a row per statement and source, and one per gap."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from mlsurvey.rendering.layout import Names
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Citation, Statement

COLUMNS = (
    "question", "library", "aspect", "verdict", "stance", "statement", "number",
    "document", "first_line", "last_line", "page", "cell", "headings", "quote", "url", "version", "licence", "remark",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SUSPICIOUS = ("＝", "＋", "－", "＠")
"""Full-width forms, which a spreadsheet may treat like the others."""


def answer_csv(answer: Answer, *, names: Names, stale: Mapping[int, str]) -> str:
    """Return the table with RFC 4180 line endings; no cell can be interpreted as a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in _rows(answer, names, stale):
        writer.writerow([cell(row.get(column, "")) for column in COLUMNS])
    return file.getvalue()


def cell(text: str) -> str:
    """Return a cell on one line. Text that a spreadsheet would evaluate is prefixed with an apostrophe."""
    plain = one_line(text)
    return f"'{plain}" if plain.startswith((*_FORMULA, *_SUSPICIOUS)) else plain


def _rows(answer: Answer, names: Names, stale: Mapping[int, str]) -> Iterator[dict[str, str]]:
    cited = {citation.number: citation for citation in answer.citations}
    for statement in answer.statements:
        told = _pair(answer, names, statement.entity, statement.aspect) | _said(statement)
        for number in statement.citations:
            yield told | _source(cited[number], stale)
    for gap in answer.missing:
        remark = f"not stated in {gap.searched} passages searched"
        yield _pair(answer, names, gap.entity, gap.aspect) | {"remark": remark}
    for citation in answer.nearest:
        row = {"question": answer.question} | _source(citation, stale)
        yield row | {"remark": "; ".join(filter(None, ("nearest passage, not an answer", row.get("remark"))))}


def _pair(answer: Answer, names: Names, entity: str | None, aspect: str | None) -> dict[str, str]:
    verdict = next((name for name, members in answer.groups.items() if entity in members), "")
    return {
        "question": answer.question,
        "library": names.entity(entity) if entity else "",
        "aspect": names.aspect(aspect) if aspect else "",
        "verdict": verdict,
    }


def _said(statement: Statement) -> dict[str, str]:
    return {"statement": statement.text, "stance": statement.stance or ""}


def _source(citation: Citation, stale: Mapping[int, str]) -> dict[str, str]:
    origin = citation.source
    fetched = {"url": origin.url, "version": origin.version or "", "licence": origin.licence} if origin else {}
    return fetched | {
        "number": str(citation.number),
        "document": citation.document,
        "first_line": str(citation.line_start),
        "last_line": str(citation.line_end),
        "page": str(citation.page or ""),
        "cell": str(citation.cell or ""),
        "headings": " > ".join(citation.heading_path),
        "quote": citation.quote,
        "remark": stale.get(citation.number, ""),
    }
