"""The form of a library profile: its front matter, its sections and its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from mlsurvey.syncing.sources import Slug

SECTIONS = (
    "What it is",
    "Native or wrapper",
    "Algorithms and models",
    "Autodiff and training",
    "GPU and back-ends",
    "Performance",
    "API and learning curve",
    "Installation",
    "Platforms and deployment",
    "Interoperability",
    "Licence",
    "Maturity and maintenance",
    "Limits",
    "When to choose it",
    "Outlook",
)

Language = Literal["javascript", "dart", "rust", "go", "dotnet", "python"]
"""Languages that have a folder of their own; what belongs to none of them lies in ``other``."""
NO_LANGUAGE = "other"

_IDENTIFIER = r"[A-Za-z0-9.-]+\+?"
Spdx = Annotated[str, Field(pattern=rf"^{_IDENTIFIER}( (AND|OR|WITH) {_IDENTIFIER})*$")]
"""An SPDX expression; ``NOASSERTION`` where a source states no licence."""
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""As much of an ISO date as the source tells: a year, a month or a day."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FOOTNOTE = re.compile(r"^\[\^([a-z0-9-]+)\]: (.+)$")
_REFERENCE = re.compile(r"\[\^([a-z0-9-]+)\]")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FIRST_FIELD = 2
"""Line of the first field: the fence stands above it."""


class Fault(NamedTuple):
    """What is wrong with a text, and in which of its lines."""

    line: int
    problem: str


class FormError(ValueError):
    """A text that has not the form of a profile; :attr:`faults` holds all that is wrong."""

    def __init__(self, path: str, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{path}:{fault.line}: {fault.problem}" for fault in faults))
        self.faults = tuple(faults)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """A document that a profile takes facts from."""

    id: Slug
    title: str = Field(min_length=3)
    url: HttpUrl | None
    version: str | None
    """Commit or version that was read."""
    date: PartialDate | None
    """Day that the source states for itself; for a package registry, the day on which it was asked."""
    licence: Spdx

    @property
    def footnote(self) -> str:
        """The definition that stands at the end of a profile."""
        version = self.version and (
            f"commit {self.version[:10]}" if _COMMIT.fullmatch(self.version) else f"version {self.version}"
        )
        licence = "licence not stated" if self.licence == "NOASSERTION" else self.licence
        words = ", ".join(part for part in (self.title, version, self.date, licence) if part)
        return f"{words}." + (f" <{self.url}>" if self.url else "")


class Status(_Part):
    """How alive a project is, who says so, and when that was judged."""

    state: Literal["active", "slow", "dormant", "archived", "unknown"]
    """``unknown`` where nothing that could be found lets one judge."""
    judged: date
    source: Slug


class Release(_Part):
    """A release as far as a source states it."""

    version: str | None
    date: PartialDate | None


class Releases(_Part):
    """First and latest release known; None where no source states one."""

    first: Release | None
    latest: Release | None


class FrontMatter(_Part):
    """What a profile says of itself for machines."""

    slug: Slug
    name: str
    aliases: list[str]
    language: Language | None
    """None where a system belongs to none of these, such as a format or a language of its own."""
    kind: Literal["native", "binding", "mixed"] | None
    """None where no source settles it, or where the word does not apply."""
    category: list[str] = Field(min_length=1)
    repository: HttpUrl | None
    licence: Spdx
    status: Status
    releases: Releases
    as_of: date
    sources: list[Source] = Field(min_length=1)


@dataclass(frozen=True)
class Sentence:
    """A line of a profile's body: one sentence that ends in its references."""

    section: str
    line: str
    number: int
    """Of the line in its file, from 1."""

    @property
    def references(self) -> tuple[str, ...]:
        """Ids of the footnotes that it refers to."""
        return references(self.line)

    @property
    def words(self) -> str:
        """The sentence without its footnote marks."""
        return _REFERENCE.sub("", self.line)


@dataclass(frozen=True)
class Profile:
    """A parsed profile."""

    path: str
    """POSIX path relative to the corpus folder."""
    front: FrontMatter
    title: str
    sections: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    footnotes: dict[str, str]


def fields(text: str) -> dict[str, Any]:
    """Front matter as it is, for a text of any kind; empty where there is none that can be read."""
    header = _FRONT_MATTER.match(text)
    try:
        values = yaml.safe_load(header.group(1)) if header else None
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2024-13-45
        return {}
    return values if isinstance(values, dict) else {}


def body(text: str) -> str:
    """A corpus document without its front matter and its footnote definitions."""
    return "\n".join(line for _, line in numbered_body(text))


def numbered_body(text: str) -> Iterator[tuple[int, str]]:
    """Lines of :func:`body`, each with its number in the file, from 1."""
    header = _FRONT_MATTER.match(text)
    above = text.count("\n", 0, header.end()) if header else 0
    for number, line in enumerate(text.splitlines()[above:], start=above + 1):
        if not _FOOTNOTE.match(line):
            yield number, line


def footnotes(text: str) -> dict[str, str]:
    """Footnote definitions of a corpus document by their id."""
    return {match[1]: match[2] for line in text.splitlines() if (match := _FOOTNOTE.match(line))}


def references(text: str) -> tuple[str, ...]:
    """Ids of the footnotes that a text refers to, in order, repeated as there."""
    return tuple(_REFERENCE.findall(text))


def parse(text: str, path: str) -> Profile:
    """Read a profile.

    Raises:
        FormError: no front matter, front matter that does not validate, or text before the first section.
    """
    header = _FRONT_MATTER.match(text)
    if header is None:
        raise FormError(path, [Fault(1, "no front matter between --- lines")])
    front = _front_matter(header.group(1), path)
    title, sections, sentences = _structure(text, path)
    return Profile(path, front, title, sections, sentences, footnotes(text))


def _front_matter(header: str, path: str) -> FrontMatter:
    try:
        return FrontMatter.model_validate(yaml.safe_load(header))
    except ValidationError as error:
        root = yaml.compose(header)
        raise FormError(path, [_fault(root, found["loc"], found["msg"]) for found in error.errors()]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise FormError(
            path, [Fault(line + _FIRST_FIELD, f"front matter is not valid YAML: {error.problem}")]
        ) from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2024-13-45
        raise FormError(path, [Fault(_FIRST_FIELD, f"front matter cannot be read: {error}")]) from error


def _fault(root: yaml.Node | None, location: tuple[int | str, ...], message: str) -> Fault:
    where = ".".join(map(str, location))
    return Fault(_line_of(root, location) + _FIRST_FIELD, f"front matter, {where or 'as a whole'}: {message}")


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Line of the innermost part of the location that is there, from 0 within the front matter."""
    line = node.start_mark.line if node else 0
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            pair = (node.value[step], node.value[step])
        else:
            pair = None
        if pair is None:
            break
        line, node = pair[0].start_mark.line, pair[1]
    return line


def _structure(text: str, path: str) -> tuple[str, tuple[str, ...], tuple[Sentence, ...]]:
    title, sections, sentences = "", [], []
    for number, line in numbered_body(text):
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            sections.append(line[3:])
        elif line and sections:
            sentences.append(Sentence(sections[-1], line, number))
        elif line:
            raise FormError(path, [Fault(number, f"text before the first section: {line!r}")])
    return title, tuple(sections), tuple(sentences)
