"""Puts the names of several documents together: what is one subject, and what only shares a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import PurePosixPath

from mlsurvey.subjects.about import About
from mlsurvey.subjects.classes import noun_phrase
from mlsurvey.subjects.labels import stems


@dataclass(frozen=True, slots=True)
class Cluster:
    """Documents about one subject."""

    members: tuple[About, ...]
    """The surest first."""
    qualifier: str = ""
    """What tells it from others of its name; empty if none shares it."""

    @property
    def first(self) -> About:
        """The surest document."""
        return self.members[0]

    @property
    def name(self) -> str:
        """Its name, with what tells it from others of that name."""
        return f"{self.first.name} ({self.qualifier})" if self.qualifier else self.first.name

    @property
    def forms(self) -> tuple[str, ...]:
        """All its names."""
        return tuple(dict.fromkeys(form for member in self.members for form in member.forms))

    @property
    def said(self) -> str:
        """What its documents say that it is."""
        return next((member.said for member in self.members if member.said), "")

    @property
    def confidence(self) -> float:
        """Probability that one of its documents is about it."""
        return combined(member.confidence for member in self.members)


def combined(confidences: Iterable[float]) -> float:
    """Confidence of independent pieces together, at most 0.99: nothing found is certain."""
    return round(min(0.99, 1.0 - prod(1.0 - confidence for confidence in confidences)), 3)


def clusters(found: Iterable[About]) -> list[Cluster]:
    """One cluster for each subject, in path order; subjects of one name are kept apart where they differ."""
    by_key: dict[str, list[About]] = defaultdict(list)
    for one in found:
        by_key[one.key].append(one)
    return [cluster for group in by_key.values() for cluster in _apart(group)]


def _apart(group: Sequence[About]) -> list[Cluster]:
    parted: list[list[About]] = []
    for one in sorted(group, key=lambda about: (-about.confidence, about.path)):
        home = next((members for members in parted if not any(_differ(one, other) for other in members)), None)
        if home is None:
            parted.append([one])
        else:
            home.append(one)
    if len(parted) < 2:
        return [Cluster(tuple(members)) for members in parted]
    ordered = sorted(parted, key=lambda members: members[0].path)
    return [
        Cluster(tuple(members), _qualifier(members, [m for m in ordered if m is not members])) for members in ordered
    ]


def _differ(one: About, other: About) -> bool:
    """Whether two documents with a subject of the same name are about different ones.

    They are in different folders, and they are of different package registries, or say that it is different things.
    """
    if PurePosixPath(one.path).parent == PurePosixPath(other.path).parent:
        return False
    if one.registries and other.registries:
        return not one.registries & other.registries
    a, b = (frozenset(stems(noun_phrase(about.said))) for about in (one, other))
    return bool(a and b and not a & b)


def _qualifier(members: Sequence[About], others: Sequence[Sequence[About]]) -> str:
    """A registry or folder that the others of the name do not have, else what the subject is said to be."""
    registries = {name for member in members for name in member.registries}
    taken = {name for group in others for member in group for name in member.registries}
    if own := sorted(registries - taken):
        return own[0]
    folders = [part for part in reversed(PurePosixPath(members[0].path).parent.parts)]
    used = {part for group in others for member in group for part in PurePosixPath(member.path).parent.parts}
    if own := [part for part in folders if part not in used]:
        return own[0]
    return noun_phrase(members[0].said) or members[0].path
