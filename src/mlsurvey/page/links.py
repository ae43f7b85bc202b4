"""Addresses of the pages. Each one can be kept, sent to others and opened again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from mlsurvey.types import Citation, Filters

MARK = "mark"
"""The anchor of the marked span on the page of a document."""
NO_FILTERS = Filters()
HOME = "/"
DOCUMENTS = "/documents"
SEARCH = "/search"
COVERAGE = "/coverage"
TIMELINE = "/timeline"
UPLOAD = "/upload"
STATEMENTS = 3
"""Statements per library and aspect that an address need not say."""
FIELDS = {"entity": "entities", "language": "languages", "path": "paths", "heading": "headings"}
"""The parameters of the filters that can be repeated, and the fields of :class:`mlsurvey.types.Filters`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a page asks it: all that its address has to say."""

    question: str
    after: tuple[str, ...] = ()
    """The previous questions, oldest first."""
    filters: Filters = NO_FILTERS
    max_statements: int = STATEMENTS

    def parameters(self) -> list[tuple[str, str]]:
        """Return what its address says, in a fixed order, without defaults."""
        more = [("n", str(self.max_statements))] if self.max_statements != STATEMENTS else []
        asked = [("q", self.question), *(("after", earlier) for earlier in self.after)]
        return [*asked, *filter_parameters(self.filters), *more]

    def earlier(self) -> list[Asked]:
        """Return the previous questions as they were asked, oldest first."""
        return [
            Asked(question, self.after[:place], self.filters, self.max_statements)
            for place, question in enumerate(self.after)
        ]


def filter_parameters(filters: Filters) -> list[tuple[str, str]]:
    """Return filters as parameters of an address."""
    given = [(name, value) for name, field in FIELDS.items() for value in getattr(filters, field)]
    return given + ([("updated_after", filters.updated_after)] if filters.updated_after else [])


def answer(asked: Asked) -> str:
    """Return the address of an answer."""
    return _with(HOME, asked.parameters())


def with_summary(address: str) -> str:
    """Return the address of an answer that waits for the summary of a language model."""
    return f"{address}&summary=wait"


def export(asked: Asked, form: str) -> str:
    """Return the address of an answer as a file."""
    return _with("/export", [*asked.parameters(), ("format", form)])


def comparison(entities: Sequence[str], aspects: Sequence[str] = ()) -> str:
    """Return the address of the comparison of these libraries."""
    return _with("/compare", [*(("entity", slug) for slug in entities), *(("aspect", slug) for slug in aspects)])


def search(parameters: Iterable[tuple[str, str]], offset: int = 0) -> str:
    """Return the address of a page of hits."""
    return _with(SEARCH, [*parameters, *_from(offset)])


def coverage(parameters: Iterable[tuple[str, str]], offset: int = 0) -> str:
    """Return the address of a page of the heat map."""
    return _with(COVERAGE, [*parameters, *_from(offset)])


def timeline(parameters: Iterable[tuple[str, str]], offset: int = 0) -> str:
    """Return the address of a page of the timeline."""
    return _with(TIMELINE, [*parameters, *_from(offset)])


def documents(**filters: str | int) -> str:
    """Return the address of the list of documents, with the filters that are not empty."""
    return _with(DOCUMENTS, [(name, str(value)) for name, value in filters.items() if value])


def document(path: str, start: int | None = None, end: int | None = None, *, of: int | None = None) -> str:
    """Return the address of a document.

    Args:
        path: of the document.
        start: first character of the span to mark, if any.
        end: the character after the span.
        of: a character that the part shown begins with, if nothing is marked.
    """
    given = {"start": start, "end": end, "from": of}
    place = _with(
        f"{DOCUMENTS}/{quote(path)}", [(name, str(value)) for name, value in given.items() if value is not None]
    )
    return place if start is None else f"{place}#{MARK}"


def quoted(citation: Citation) -> str:
    """Return the address at which a citation's quote is marked in its document."""
    return document(citation.document, citation.start, citation.end)


def job(name: str) -> str:
    """Return the address of a job."""
    return f"/jobs/{quote(name)}"


def login(back: str) -> str:
    """Return the address to log in at, and to come back from."""
    return _with("/login", [("next", back)] if back != HOME else [])


def is_local(address: str) -> bool:
    """Whether an address is a page of this service: others must not be gone to on behalf of a link."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()


def _from(offset: int) -> list[tuple[str, str]]:
    return [("offset", str(offset))] if offset else []


def _with(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(parameters))
    return f"{path}?{query}" if query else path
