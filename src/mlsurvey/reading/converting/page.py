"""Web pages: the main content by selectolax, its Markdown by html-to-markdown."""

from __future__ import annotations

import re
from typing import Any

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.extract import Extract, clean, front_matter, one_line
from mlsurvey.reading.decode import decoded

_MAIN = ("main", "[role=main]", "article")
_NEVER = "script, style, template, noscript, nav, [role=navigation], a.headerlink, a.anchor-link"
_FRAME = "body > header, body > footer, [role=banner], [role=contentinfo], body > aside"
_DATES = (
    "meta[property='article:modified_time']",
    "meta[property='article:published_time']",
    "meta[name='date']",
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page may state its encoding
_NO_TEXT = "not read: it has no text; perhaps a script writes it, so save the page from a browser"


def read_page(data: bytes) -> Extract:
    """The main content of a web page.

    Raises:
        UnreadableError: it has no text.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_decoded(data))
    title = one_line(node.text() if (node := tree.css_first("title")) else "")
    day = _day(tree)
    text = markdown(_main(tree))
    if not text:
        raise UnreadableError(_NO_TEXT)
    has_heading = bool(re.search(r"^# ", text, re.MULTILINE))
    return Extract(f"{front_matter(title='' if has_heading else title, date=day)}{text}\n")


def markdown(html: str) -> str:
    """HTML as Markdown: tables as tables, links as links, no pictures embedded as data."""
    from html_to_markdown import ConversionOptions, convert

    options = ConversionOptions(
        extract_metadata=False,
        hidden_content="reachable",
        inline_data_media="alt_text_only",
        compact_tables=True,
        escape_misc=True,
        bullets="-",
    )
    return clean(convert(html, options).content or "")


def _decoded(data: bytes) -> str:
    """The text of a page, in the encoding that it states, else in the most likely one."""
    stated = _CHARSET.search(data[:_HEAD])
    if stated and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode(stated[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decoded(data).text


def _day(tree: Any) -> str | None:
    for selector in _DATES:
        node = tree.css_first(selector)
        if node is not None and (day := _DAY.match(node.attributes.get("content") or "")):
            return day[0]
    return None


def _main(tree: Any) -> str:
    """The HTML of the main content: what is marked as such, else all but the frame of the page."""
    for node in tree.css(_NEVER):
        node.decompose()
    _separate(tree)
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) == 1 and found[0].text().strip():
            return str(found[0].html)
    for node in tree.css(_FRAME):
        node.decompose()
    return str(tree.body.html) if tree.body is not None else ""


def _separate(tree: Any) -> None:
    """Put a space between two words that only the style sheet separates, as in a label right after a name."""
    for node in tree.css("span[class]"):
        before = node.prev
        if before is None or before.tag in ("-text", "-comment") or not before.text()[-1:].isalnum():
            continue
        if node.text()[:1].isalnum() and not _is_code(node):
            node.insert_before(" ")


def _is_code(node: Any) -> bool:
    while node is not None and node.tag not in ("pre", "code"):
        node = node.parent
    return node is not None
