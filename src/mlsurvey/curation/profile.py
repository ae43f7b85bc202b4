"""The format of a library profile: front matter, sections and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from mlsurvey.curation.facts import Facts
from mlsurvey.syncing.sources import Slug
from mlsurvey.vocabulary.languages import ASKED

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

if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[tuple(ASKED)]
Kind = Literal["native", "binding", "mixed"]
"""How a library computes: in its own language, through another library, or both."""

_IDENTIFIER = r"[A-Za-z0-9.-]+\+?"
Spdx = Annotated[str, Field(pattern=rf"^{_IDENTIFIER}( (AND|OR|WITH) {_IDENTIFIER})*$")]
"""An SPDX expression; ``NOASSERTION`` if the source states no licence."""
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""An ISO date at the precision of the source: year, month or day."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
FOOTNOTE = re.compile(r"^\[\^([a-z0-9-]+)\]: (.+)$")
_REFERENCE = re.compile(r"\[\^([a-z0-9-]+)\]")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FIRST_FIELD = 2
"""Line of the first field, below the fence."""


class Fault(NamedTuple):
    """A problem in a text, with its line."""

    line: int
    problem: str


class FormError(ValueError):
    """A text is not a valid profile; :attr:`faults` lists all problems."""

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
    """Commit or version that was consulted."""
    date: PartialDate | None
    """Date stated in the source; for a package registry, the day of the query."""
    licence: Spdx

    @property
    def footnote(self) -> str:
        """The footnote definition at the end of a profile."""
        version = self.version and (
            f"commit {self.version[:10]}" if _COMMIT.fullmatch(self.version) else f"version {self.version}"
        )
        licence = "licence not stated" if self.licence == "NOASSERTION" else self.licence
        words = ", ".join(part for part in (self.title, version, self.date, licence) if part)
        return f"{words}." + (f" <{self.url}>" if self.url else "")


class Status(_Part):
    """Maintenance state of a project, with its source and the date of the assessment."""

    state: Literal["active", "slow", "dormant", "archived", "unknown"]
    """``unknown`` if there is not enough information."""
    since: PartialDate | None = None
    """When the state began, if a source says so: a repository was archived, the last release came out."""
    judged: date
    source: Slug


class Release(_Part):
    """A release, with what a source states about it."""

    version: str | None
    date: PartialDate | None


class Releases(_Part):
    """First and latest known release; None if no source states one."""

    first: Release | None
    latest: Release | None


class FrontMatter(_Part):
    """The machine-readable header of a profile."""

    slug: Slug
    name: str
    aliases: list[str]
    language: Language | None
    """None if none applies, as for a file format or a separate language."""
    kind: Kind | None
    """None if no source settles it or the term does not apply."""
    category: list[str] = Field(min_length=1)
    repository: HttpUrl | None
    licence: Spdx
    status: Status
    releases: Releases
    facts: Facts | None = None
    as_of: date
    sources: list[Source] = Field(min_length=1)


@dataclass(frozen=True)
class Sentence:
    """A line of a profile's body: one sentence that ends with its references."""

    section: str
    line: str
    number: int
    """Line number in the file, from 1."""

    @property
    def references(self) -> tuple[str, ...]:
        """Ids of the referenced footnotes."""
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
    """Raw front matter of any text; empty if absent or unreadable."""
    header = _FRONT_MATTER.match(text)
    try:
        values = yaml.safe_load(header.group(1)) if header else None
    except (yaml.YAMLError, ValueError):  # ValueError: a date such as 2024-13-45
        return {}
    return values if isinstance(values, dict) else {}


def body(text: str) -> str:
    """A corpus document without front matter and footnote definitions."""
    return "\n".join(line for _, line in numbered_body(text))


def numbered_body(text: str) -> Iterator[tuple[int, str]]:
    """Lines of :func:`body`, each with its line number in the file, from 1."""
    header = _FRONT_MATTER.match(text)
    above = text.count("\n", 0, header.end()) if header else 0
    for number, line in enumerate(text.splitlines()[above:], start=above + 1):
        if not FOOTNOTE.match(line):
            yield number, line


def footnotes(text: str) -> dict[str, str]:
    """Footnote definitions of a corpus document, by id."""
    return {match[1]: match[2] for line in text.splitlines() if (match := FOOTNOTE.match(line))}


def references(text: str) -> tuple[str, ...]:
    """Ids of the footnotes that a text refers to, in order, with repetitions."""
    return tuple(_REFERENCE.findall(text))


def parse(text: str, path: str) -> Profile:
    """Parse a profile.

    Raises:
        FormError: front matter is missing or invalid, or there is text before the first section.
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
    """Line of the innermost existing part of the location, from 0 within the front matter."""
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
