"""What the vocabulary files declare, or is found in the documents: libraries, points of comparison, facts and classes.

:class:`Entity` is also part of the public contract, see :mod:`mlsurvey.types`.
"""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.contract import CONTRACT


@dataclass(frozen=True, slots=True)
class Entity:
    """A library that questions and documents may name."""

    __pydantic_config__ = CONTRACT

    slug: str
    name: str
    aliases: tuple[str, ...] = ()
    language: str | None = None
    kind: str | None = None
    """``native``, ``binding`` or ``mixed``, if known."""
    category: tuple[str, ...] = ()
    plain_words: tuple[str, ...] = ()
    """Names that are also ordinary words ("burn"): they count as a mention only in context."""
    found: str | None = None
    """If found rather than declared: what is about it, ``document``, ``section`` or ``item``."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """A point of comparison ("gpu"), with the phrases that texts and questions use for it."""

    slug: str
    name: str
    question: tuple[str, ...] = ()
    """Phrases that questions use to ask about it. ``*`` stands for any ending: ``maintain*``."""
    strong: tuple[str, ...] = ()
    """Phrases that almost always refer to it in a text."""
    weak: tuple[str, ...] = ()
    """Phrases that often refer to it in a text."""
    negative: tuple[str, ...] = ()
    """Phrases that deny it on their own ("abandoned"), besides general negation words."""
    labels: tuple[str, ...] = ()
    """Heading or bullet labels under which it is discussed ("Performance")."""
    description: str = ""
    """One sentence that describes what evidence looks like; embedded for dense retrieval."""
    narrow: tuple[str, ...] = ()
    """Phrases that ask for a part of it ("AMD"): evidence must name that part."""
    polar: bool = False
    """Whether a text can affirm or deny it, so that two documents can contradict each other."""
    core: bool = False
    """Whether it is considered when a question names libraries but no aspect."""
    general: bool = False
    """Whether its words also occur in names of other aspects ("clustering algorithms") and then carry no meaning."""
    found: bool = False
    """Whether it was found rather than declared: it is a heading or label, and what stands under that is about it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that front matter records about subjects ("browser: yes"), with the words that ask for it."""

    slug: str
    name: str
    question: tuple[str, ...] = ()
    """Phrases that ask whether it is so, or for all that is listed. ``*`` stands for any ending."""
    leads: tuple[str, ...] = ()
    """Of a list: phrases that ask for an item together with its name ("reads CSV"); if empty, the name is enough."""
    details: str | None = None
    """Of a list: the fact that its items imply. What uses CUDA uses the GPU; what uses no GPU does not use CUDA."""


@dataclass(frozen=True, slots=True)
class Category:
    """A class of entities that questions can name ("deep learning frameworks")."""

    slug: str
    name: str
    question: tuple[str, ...] = ()
    """Phrases that questions use to name the class; ``*`` stands for any ending."""
    aspect: str | None = None
    """Slug of the aspect that shows membership, if it differs from the category's slug."""
    members: int = 0
    """If it was found in the documents rather than declared: number of its members."""
