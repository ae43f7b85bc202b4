"""Front matter of a document: YAML between ``---`` or TOML between ``+++``."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import BaseConstructor, SafeConstructor

from mlsurvey.types import Span

# As in Pandoc, a rule with a blank line below it does not open metadata.
_FENCED = re.compile(
    r"\s*?(?P<mark>---(?![ \t\r]*\n[ \t\r]*\n)|\+\+\+)[ \t\r]*\n(?P<body>.*?)^(?P=mark)[ \t\r]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
# A comment describes the line below it; with a blank line there, it is a heading of Markdown.
_HEADING = re.compile(r"^#+[ \t]+\S[^\n]*\n[ \t\r]*(?:\n|\Z)", re.MULTILINE)
_FIELD_LINE = re.compile(r"(?:[\w.-]+|\"[^\"]*\")[ \t]*:(?:\s|$)|[ \t]+\S|-[ \t]|#|\s*$")
_SIMPLE = re.compile(r"^(title|date|slug|name|entity|language|as_of|updated):[ \t]*+(\S.*)$", re.MULTILINE)
_DESCRIPTIONS = ("description", "summary", "subtitle", "abstract", "excerpt")
_TOML_DESCRIPTION = re.compile(
    rf"^(?:{'|'.join(_DESCRIPTIONS)})[ \t]*=[ \t]*(?P<quote>\"\"\"|'''|\"|')(?P<text>.*?)(?P=quote)[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_LENGTH = 20_000
"""Maximum length of front matter; two rules further apart enclose text, not fields."""
_MAX_ALIASES = 20  # nested, more of them expand a few lines to gigabytes
_MAX_LEVELS = 20  # PyYAML takes seconds for thousands of brackets
# What PyYAML raises for values that do not fit their tags.
_INVALID = (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError, RecursionError)


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Fields of the front matter and its lines, including the fences."""

    span: Span = NOWHERE
    fields: Mapping[str, Any] = field(default_factory=dict)
    descriptions: tuple[Span, ...] = ()
    """Positions of its readable texts: description, summary and the like, without quotes and indicators."""

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

    Only a mapping that its parser accepts is front matter; anything else
    between two rules is text. If all its lines look like fields but one has an
    error, the simple ``key: value`` lines still count, and all remain text.
    """
    found = _FENCED.match(text, 0, _MAX_LENGTH)
    if not found or _HEADING.search(found["body"]):
        return FrontMatter()
    if not found["body"].strip():
        return FrontMatter(Span(0, found.end()))
    return _toml(found) if found["mark"] == "+++" else _yaml(found)


def some_fields(text: str, names: Collection[str]) -> Mapping[str, Any]:
    """Some fields of the front matter at the start of ``text``, without those that are missing.

    Of YAML, the other fields are not parsed, which takes most of the time where they are long lists of sources; a field
    that cannot be parsed alone, since it refers to another one, is left out.
    """
    found = _FENCED.match(text, 0, _MAX_LENGTH)
    if not found or _HEADING.search(found["body"]):
        return {}
    if found["mark"] == "+++":
        fields = _toml(found).fields
    else:
        wanted = re.compile(rf"^(?:{'|'.join(map(re.escape, names))}):.*\n(?:[ \t]+\S.*\n|[ \t\r]*\n)*", re.MULTILINE)
        fields = front_matter(f"---\n{''.join(wanted.findall(found['body']))}---\n").fields
    return {name: fields[name] for name in names if name in fields}


def _as_text(value: str | int | float) -> str:
    try:
        return " ".join(str(value).split())
    except ValueError:  # an integer too long to be written in decimal
        return ""


class _Loader(yaml.SafeLoader):
    """Refuses more than a few aliases and levels."""

    aliases = 0
    levels = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.aliases += self.check_event(yaml.AliasEvent)
        if self.aliases > _MAX_ALIASES or self.levels > _MAX_LEVELS:
            raise yaml.YAMLError("too many aliases or levels")
        self.levels += 1
        node = super().compose_node(parent, index)
        self.levels -= 1
        return node


def _yaml(found: re.Match[str]) -> FrontMatter:
    try:
        root = yaml.compose(found["body"], _Loader)
    except (yaml.YAMLError, RecursionError):
        return FrontMatter(fields=_simple_fields(found["body"]))
    if not isinstance(root, yaml.MappingNode):
        return FrontMatter()
    return FrontMatter(Span(0, found.end()), _fields(root), tuple(_descriptions(root, found)))


def _fields(root: yaml.MappingNode) -> Mapping[str, Any]:
    """Values of a mapping; all as texts if one of them is invalid, such as the date 2024-13-45."""
    for constructor in (SafeConstructor(), BaseConstructor()):
        try:
            return {str(key): value for key, value in constructor.construct_document(root).items()}
        except _INVALID:
            continue
    return {}


def _simple_fields(body: str) -> Mapping[str, Any]:
    if not all(map(_FIELD_LINE.match, body.split("\n"))):
        return {}
    return {key: value.rstrip(" \t\r").strip("'\"") for key, value in _SIMPLE.findall(body)}


def _descriptions(root: yaml.MappingNode, found: re.Match[str]) -> Iterator[Span]:
    for key, value in root.value:
        is_text = isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
        if is_text and key.value.lower() in _DESCRIPTIONS and any(map(str.isalnum, value.value)):
            start, end = (found.start("body") + mark.index for mark in (value.start_mark, value.end_mark))
            if value.style in ("|", ">"):  # begins with the indicator, on a line of its own
                start = found.string.index("\n", start, end) + 1
            elif value.style:
                start, end = start + 1, end - 1
            yield Span(start, end)


def _toml(found: re.Match[str]) -> FrontMatter:
    try:
        fields = tomllib.loads(found["body"].replace("\r\n", "\n"))
    except (ValueError, RecursionError):  # ValueError: not TOML, or a number with too many digits
        return FrontMatter()
    if not fields:  # comments only
        return FrontMatter()
    texts = _TOML_DESCRIPTION.finditer(found.string, found.start("body"), found.end("body"))
    return FrontMatter(Span(0, found.end()), fields, tuple(Span(*text.span("text")) for text in texts))
