"""Front matter of a document: YAML between ``---`` or TOML between ``+++``."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import yaml

from mlsurvey.types import Span

_FENCED = re.compile(
    r"\s*?(?P<mark>---|\+\+\+)[ \t\r]*\n(?P<body>.*?)^(?P=mark)[ \t\r]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_KEY = re.compile(r"^[^\S\n]*+(?:[\w.-]++|\"[^\"\n]*+\")\s*+[:=]", re.MULTILINE)
_LINE = re.compile(r"^(title|date|slug|name|entity|language|as_of|updated):[ \t]*+(\S.*)$", re.MULTILINE)
_DESCRIPTION = re.compile(
    r"^(?:description|summary|subtitle|abstract|excerpt)[ \t]*[:=][ \t]*+(?P<value>\S[^\n]*)$",
    re.MULTILINE | re.IGNORECASE,
)
_WORD = re.compile(r"\w")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_LENGTH = 20_000
"""Maximum length of front matter; two rules further apart enclose text, not fields."""


_MAX_DEPTH = 50
"""Maximum nesting of lists and mappings; the YAML scanner is quadratic in it."""

NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Fields of the front matter and its lines, including the fences."""

    span: Span = NOWHERE
    fields: Mapping[str, Any] = field(default_factory=dict)
    description: Span | None = None
    """Position of the one-line description, the only readable text of the front matter."""

    def text(self, *keys: str) -> str | None:
        """Value of the first of ``keys`` with a text or number, as stripped text."""
        for key in keys:
            value = self.fields.get(key)
            if isinstance(value, str | int | float) and not isinstance(value, bool) and (text := _as_text(value)):
                return text
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """All texts under ``key``, which may hold a single text or a list."""
        value = self.fields.get(key)
        values = value if isinstance(value, list) else [value]
        return tuple(" ".join(v.split()) for v in values if isinstance(v, str) and v.strip())

    def date(self, *keys: str) -> str | None:
        """Value of the first of ``keys`` with a date, in ISO format."""
        for key in keys:
            value = self.fields.get(key)
            if isinstance(value, datetime.date):  # includes datetime.datetime
                return value.isoformat()[:10]
            if isinstance(value, str) and (found := _ISO_DATE.match(value.strip())):
                return found.group()
        return None


def front_matter(text: str) -> FrontMatter:
    """Front matter at the start of ``text``; empty if there is none.

    Unparsable fields are not an error: their simple ``key: value``
    lines are still read.
    """
    found = _FENCED.match(text, 0, _MAX_LENGTH)
    if not found or not (_KEY.search(found["body"]) or not found["body"].strip()):
        return FrontMatter()
    parse = _toml if found["mark"] == "+++" else _yaml
    lines = _DESCRIPTION.finditer(text, *found.span("body"))
    description = next(filter(None, (_unquoted(text, *line.span("value")) for line in lines)), None)
    return FrontMatter(Span(0, found.end()), parse(found["body"]), description)


def _unquoted(text: str, start: int, end: int) -> Span | None:
    """Span of a value without its quotes and trailing space; None if it does not begin with a word."""
    end = start + len(text[start:end].rstrip(" \t\r"))
    if end - start > 2 and text[start] in "\"'" and text[end - 1] == text[start]:
        start, end = start + 1, end - 1
    return Span(start, end) if _WORD.match(text, start) else None


def _as_text(value: str | int | float) -> str:
    try:
        return " ".join(str(value).split())
    except ValueError:  # an integer too long to be written in decimal
        return ""


def _depth(body: str) -> int:
    """Most brackets open at once, whatever they mean."""
    steps = ((character in "[{") - (character in "]}") for character in body)
    return max(accumulate(steps), default=0)


class _Loader(yaml.SafeLoader):
    """Loads plain YAML; merge keys (``<<``) stay as written, since nested ones double the fields at each level."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                key.tag = self.DEFAULT_SCALAR_TAG


def _yaml(body: str) -> Mapping[str, Any]:
    try:
        if _depth(body) > _MAX_DEPTH:
            raise RecursionError
        fields = yaml.load(body, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: an invalid date such as 2024-13-45
        return {key: value.rstrip(" \t\r").strip("'\"") for key, value in _LINE.findall(body)}
    return {str(key): value for key, value in fields.items()} if isinstance(fields, dict) else {}


def _toml(body: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(body.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
