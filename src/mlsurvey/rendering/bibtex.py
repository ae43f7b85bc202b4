"""The sources of an answer for a bibliography: one BibTeX entry per document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Citation

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_IN_ADDRESS = "-._~:/?#[]@!$&'()*+,;=%"
"""Characters of a URL besides letters and digits; BibTeX styles print URLs verbatim, so nothing may be escaped."""
_NOT_KEY = re.compile(r"[^a-z0-9]+")


def sources_bibtex(answer: Answer) -> str:
    """Return an entry for each cited document, with the lines and the quotes.

    For an abstention, which cites nothing, the nearest passages are used instead.
    """
    documents: dict[str, list[Citation]] = {}
    for citation in answer.nearest if answer.abstained else answer.citations:
        documents.setdefault(citation.document, []).append(citation)
    return "\n".join(_entries(documents))


def field(text: str) -> str:
    """Escape text for LaTeX: nothing in it is a command, and its braces are balanced."""
    return "".join(_SPECIAL.get(letter, letter) for letter in one_line(text))


def _entries(documents: dict[str, list[Citation]]) -> Iterator[str]:
    taken: set[str] = set()
    for document, citations in documents.items():
        key = _free(_key(document), taken)
        taken.add(key)
        yield f"@misc{{{key},\n{''.join(_fields(document, citations))}}}\n"


def _fields(document: str, citations: Sequence[Citation]) -> Iterator[str]:
    first = citations[0]
    yield f"  title = {{{{{field(first.title)}}}}},\n"
    yield f"  howpublished = {{{field(document)}}},\n"
    if origin := first.source:
        yield f"  url = {{{quote(one_line(origin.url), safe=_IN_ADDRESS)}}},\n"
        yield f"  urldate = {{{field(origin.retrieved)}}},\n"
    pages = ", ".join(dict.fromkeys(str(citation.page) for citation in citations if citation.page))
    if pages:
        yield f"  pages = {{{pages}}},\n"
    lines = ", ".join(dict.fromkeys(_lines(citation) for citation in citations))
    yield f"  note = {{Lines {lines}; SHA-256 {first.sha256[:16]}}},\n"
    quotes = " / ".join(dict.fromkeys(field(citation.quote) for citation in citations))
    yield f"  annote = {{{quotes}}},\n"


def _lines(citation: Citation) -> str:
    return (
        f"{citation.line_start}--{citation.line_end}"
        if citation.line_end > citation.line_start
        else str(citation.line_start)
    )


def _key(document: str) -> str:
    plain = unicodedata.normalize("NFKD", document.casefold()).encode("ascii", "ignore").decode()
    return _NOT_KEY.sub("-", plain.rpartition(".")[0] or plain).strip("-") or "source"


def _free(key: str, taken: set[str]) -> str:
    return key if key not in taken else next(k for n in range(2, len(taken) + 3) if (k := f"{key}-{n}") not in taken)
