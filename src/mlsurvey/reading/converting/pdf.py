"""PDF: headings, columns and tables by pdf-inspector; here, what only all pages together show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.extract import Extract, clean, counted, front_matter, joined, one_line

_BROKEN = re.compile(r"(?<=[^\W\d_])[\u00ad-] (?!(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b)(?=[a-zà-öø-ÿ])|\u00ad")
"""A word that was hyphenated at a line end; "pre- and post-processing" was not."""
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
_MARKUP = re.compile(r"^[#>*_\s]+|[*_\s]+$")
_TAG = re.compile(r"<(?!/?(?:su[bp]|u)>)(?=[A-Za-z/!?])")
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
_EDGE = 2  # paragraphs at the top and at the bottom of a page that may be its header and footer
_LONGEST_RUNNING = 120  # characters; no running title is longer
_FEW_WORDS = 6  # a longer line with other numbers says something else: only "Page 3 of 17" repeats itself
_ENCRYPTED = "not read: it is encrypted and needs a password; save it without one"
_NO_TEXT = "not read: no page of it has text, so it is probably scanned; run OCR on it first, e.g. with ocrmypdf"


def read_pdf(data: bytes) -> Extract:
    """The text of a PDF file, page by page.

    Raises:
        UnreadableError: it is encrypted, broken or without text.
    """
    import pdf_inspector

    try:
        found = pdf_inspector.extract_pages_markdown_bytes(data)
        title = one_line(pdf_inspector.process_pdf_bytes(data, pages=[1]).title)
        pages = _with_doubtful(data, [clean(page.markdown) for page in found.pages])
    except ValueError as error:
        reason = str(error)
        raise UnreadableError(_ENCRYPTED if "encrypted" in reason else f"not read: {reason}") from error
    silent = sum(not page for page in pages)
    if silent == len(pages):
        raise UnreadableError(_NO_TEXT)
    bare, running = without_running_titles(pages)
    bare = [mended(page) for page in bare]
    omitted = counted([(silent, "page without text (blank or scanned)"), (running, "page header or footer")])
    has_heading = any(page.startswith("# ") or "\n# " in page for page in bare)
    return joined("page", bare, front_matter(title="" if has_heading else title), omitted)


def _with_doubtful(data: bytes, pages: Sequence[str]) -> list[str]:
    """The pages, with the text of those that the reader holds back because it may be garbled.

    Most of it is program text or formulas. One call tells whether there is any, since each reads the whole file.
    """
    import pdf_inspector

    silent = [number for number, page in enumerate(pages, 1) if not page]
    if not silent or not clean(pdf_inspector.process_pdf_bytes(data, pages=silent).markdown or ""):
        return [*pages]
    texts = {number: clean(pdf_inspector.process_pdf_bytes(data, pages=[number]).markdown or "") for number in silent}
    return [page or texts[number] for number, page in enumerate(pages, 1)]


def without_running_titles(pages: Sequence[str]) -> tuple[list[str], int]:
    """The pages without the lines that more than half of them repeat at an edge, and how many were left out.

    Of short lines, numbers are not compared, since a page number is one of the things repeated. What is left out is
    still on the first page that has it, unless it has a number.
    """
    split = [page.split("\n\n") if page else [] for page in pages]
    seen = Counter(form for blocks in split for form in {_form(blocks[i]) for i in _edges(blocks)} if form is not None)
    least = max(2, sum(map(bool, pages)) // 2 + 1)
    repeated = {form for form, count in seen.items() if count >= least}
    kept, left_out, shown = list[str](), 0, set[str]()
    for blocks in split:
        out = {i for i in _edges(blocks) if _form(blocks[i]) in repeated}
        first = {i for i in out if (form := _form(blocks[i])) not in shown and "0" not in (form or "")}
        shown |= {_form(blocks[i]) or "" for i in first}
        plain = [_MARKUP.sub("", block) if i in first else block for i, block in enumerate(blocks)]
        kept.append("\n\n".join(block for i, block in enumerate(plain) if i not in out or i in first))
        left_out += len(out - first)
    return kept, left_out


def _edges(blocks: Sequence[str]) -> set[int]:
    return {*range(min(_EDGE, len(blocks))), *range(max(0, len(blocks) - _EDGE), len(blocks))}


def _form(block: str) -> str | None:
    """What two copies of a running title have in common; None for what is none."""
    if len(block) > _LONGEST_RUNNING or "\n" in block:
        return None
    bare = _MARKUP.sub("", block).casefold()
    return _NUMBERS.sub("0", bare) if len(bare.split()) <= _FEW_WORDS else bare


def mended(page: str) -> str:
    """Join the words that were hyphenated at line ends, and mark what looks like HTML as the text that it is."""
    pieces = _FENCE.split(page)
    pieces[::4] = [_TAG.sub(r"\\<", _BROKEN.sub("", piece)) for piece in pieces[::4]]  # text, fence, code, fence, …
    return "".join(pieces)
