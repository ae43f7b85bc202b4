"""Check links: everything that looks like a link must be one, with a plausible target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import numbered_body

_BROKEN = re.compile(r"\]\(|\]\[[^\^\]]|(?<![\w`])https?:/[^/]")
_FOOTNOTE_LINK = re.compile(r"^\[\^[a-z0-9-]+\]: .*<(?P<url>[^<>]*)>$")


def rules(path: str, text: str, exists: Callable[[str], bool]) -> Iterator[Finding]:
    """Findings for every broken link.

    Args:
        path: path of the text in the corpus.
        text: text to check.
        exists: whether the corpus has a file or folder at a path.
    """
    for number, line in _lines(text):
        for problem in _problems(line, path, exists):
            yield Finding(path, number, "link", problem, "write [words](address) or <https://address>")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    yield from numbered_body(text)
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _FOOTNOTE_LINK.match(line):
            yield number, f"<{found['url']}>"


def _problems(line: str, path: str, exists: Callable[[str], bool]) -> Iterator[str]:
    if "](" not in line and "][" not in line and "<" not in line and "://" not in line and "http" not in line:
        return  # cannot contain a link: parsing every sentence would be slow
    for token in _parser().parseInline(line)[0].children or ():
        yield from _of_token(token, path, exists)


def _of_token(token: Token, path: str, exists: Callable[[str], bool]) -> Iterator[str]:
    if token.type == "text" and (broken := _BROKEN.search(token.content)):
        yield f"{token.content[broken.start() :][:60]!r} looks like a link but is not one"
    elif token.type == "link_open":
        target = str(token.attrGet("href") or "")
        if reason := _reason(target, path, exists):
            yield f"{target!r} {reason}"


def _reason(target: str, path: str, exists: Callable[[str], bool]) -> str | None:
    try:
        parts = urlsplit(target)
    except ValueError as error:
        return f"is not a valid address: {error}"
    if parts.scheme in ("http", "https"):
        return None if parts.hostname and "." in parts.hostname else "has no host"
    if parts.scheme == "mailto" or (not parts.scheme and not parts.path and parts.fragment):
        return None
    if parts.scheme or not parts.path:
        return "is not an address that a reader can open"
    place = _joined(path, unquote(parts.path))
    return None if place is not None and exists(place) else "does not point to a file in the corpus"


def _joined(path: str, target: str) -> str | None:
    """The corpus path of a relative link; None if it leaves the corpus."""
    parts = list(PurePosixPath(path).parent.parts) if not target.startswith("/") else []
    for part in PurePosixPath(target.lstrip("/")).parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return None
    return "/".join(parts)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
