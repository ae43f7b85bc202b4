"""The form of a library profile in ``corpus/libraries``: its front matter, its sections and its sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl

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

_IDENTIFIER = r"[A-Za-z0-9.-]+\+?"
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Spdx = Annotated[str, Field(pattern=rf"^{_IDENTIFIER}( (AND|OR|WITH) {_IDENTIFIER})*$")]
"""An SPDX expression; ``NOASSERTION`` where a source states no licence."""
PartialDate = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""As much of an ISO date as the source tells: a year, a month or a day."""

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FOOTNOTE = re.compile(r"^\[\^([a-z0-9-]+)\]: (.+)$")
_REFERENCE = re.compile(r"\[\^([a-z0-9-]+)\]")
_COMMIT = re.compile(r"[0-9a-f]{40}")


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

    state: Literal["active", "slow", "dormant", "archived"]
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
    language: Literal["javascript", "dart", "rust", "go", "dotnet", "python"] | None
    """None where a system belongs to none of these, such as a format or a language of its own; it lies in ``other``."""
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

    @property
    def references(self) -> tuple[str, ...]:
        return references(self.line)

    @property
    def words(self) -> str:
        """The sentence without its footnote marks."""
        return _REFERENCE.sub("", self.line)


@dataclass(frozen=True)
class Profile:
    """A parsed profile."""

    path: Path
    front: FrontMatter
    title: str
    sections: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    footnotes: dict[str, str]


def body(text: str) -> str:
    """A corpus document without its front matter and its footnote definitions."""
    lines = _FRONT_MATTER.sub("", text).splitlines()
    return "\n".join(line for line in lines if not _FOOTNOTE.match(line))


def footnotes(text: str) -> dict[str, str]:
    """Footnote definitions of a corpus document by their id."""
    return {match[1]: match[2] for line in text.splitlines() if (match := _FOOTNOTE.match(line))}


def references(text: str) -> tuple[str, ...]:
    """Ids of the footnotes that a text refers to, in order, repeated as there."""
    return tuple(_REFERENCE.findall(text))


def parse(path: Path) -> Profile:
    """Read a profile.

    Raises:
        ValueError: no front matter, front matter that does not validate (pydantic's error is one),
            or text before the first section.
    """
    text = path.read_text("utf-8")
    header = _FRONT_MATTER.match(text)
    if header is None:
        raise ValueError(f"{path} has no front matter between --- lines")
    front = FrontMatter.model_validate(yaml.safe_load(header.group(1)))
    title, sections, sentences = _structure(path, body(text))
    return Profile(path, front, title, sections, sentences, footnotes(text))


def _structure(path: Path, text: str) -> tuple[str, tuple[str, ...], tuple[Sentence, ...]]:
    title, sections, sentences = "", [], []
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            sections.append(line[3:])
        elif sections:
            sentences.append(Sentence(sections[-1], line))
        else:
            raise ValueError(f"{path}: text before the first section: {line!r}")
    return title, tuple(sections), tuple(sentences)
