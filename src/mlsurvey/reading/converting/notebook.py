"""Jupyter notebooks, versions 3 and 4: JSON, read without further packages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.extract import Extract, counted, joined
from mlsurvey.reading.converting.page import markdown

_MOST_LINES = 12
"""Lines of an output that are kept: results are worth quoting, logs are not."""
_MOST_CHARACTERS = 2_000
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_FENCE = re.compile(r"`{3,}")
_LANGUAGE = re.compile(r"[\w+#.-]+")


def read_notebook(data: bytes) -> Extract:
    """The cells of a notebook: texts as they are, code and short outputs as blocks of code.

    Raises:
        UnreadableError: it is no notebook, or has no text.
    """
    try:
        book = json.loads(data.decode("utf-8-sig"))
        cells = book["cells"] if "cells" in book else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
        language = _language(book)
        cut = list[str]()
        pieces = ["\n\n".join(filter(str.strip, _cell(cell, language, cut))) for cell in cells]
    except RecursionError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"not read: not a Jupyter notebook ({type(error).__name__}: {error})") from error
    if not any(map(str.strip, pieces)):
        raise UnreadableError("not read: no cell of it has text")
    return joined("cell", pieces, omitted=counted([(len(cut), "long output (its first lines are kept)")]))


def _language(book: Mapping[str, Any]) -> str:
    found = book.get("metadata", {}).get("language_info", {}).get("name", "")
    return found if isinstance(found, str) and _LANGUAGE.fullmatch(found) else ""


def _cell(cell: Mapping[str, Any], language: str, cut: list[str]) -> Iterator[str]:
    source = _text(cell.get("source", cell.get("input", "")))
    kind = cell["cell_type"]
    if kind == "heading":  # version 3
        yield f"{'#' * int(cell.get('level', 1))} {source}"
    elif kind == "markdown":
        yield source
    elif kind == "code":
        yield _fenced(source, language)
        for output in cell.get("outputs", []):
            yield _output(output, cut)
    else:
        yield _fenced(source, "")


def _output(output: Mapping[str, Any], cut: list[str]) -> str:
    data = output.get("data", output)
    if "text/markdown" in data:
        return _text(data["text/markdown"])
    if "text/html" in data and "<table" in (html := _text(data["text/html"])):
        return _short(markdown(html), cut)
    text = _text(data.get("text/plain", data.get("text", "")))
    if output.get("output_type") in ("error", "pyerr"):
        text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
    text = _short(_ANSI.sub("", text).strip("\n"), cut)
    return _fenced(text, "text")


def _short(text: str, cut: list[str]) -> str:
    kept = "\n".join(text.split("\n")[:_MOST_LINES])[:_MOST_CHARACTERS]
    if len(kept) < len(text):
        cut.append(text)
    return kept


def _fenced(text: str, language: str) -> str:
    if not text.strip():
        return ""
    fence = "`" * max([3, *(len(run) + 1 for run in _FENCE.findall(text))])
    return f"{fence}{language}\n{text}\n{fence}"


def _text(value: object) -> str:
    """A text of a notebook, which may be a list of lines."""
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else ""
