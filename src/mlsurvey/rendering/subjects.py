"""The subjects of a corpus, as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.found import Rank, Subject
from mlsurvey.rendering.lines import Hanging
from mlsurvey.rendering.plain import one_line

LISTED = 60
"""Subjects that are shown without ``--all``."""
_RANKS = {
    Rank.DOCUMENT: "a document is about it",
    Rank.SECTION: "a section, row or column is about it",
    Rank.ITEM: "listed",
    Rank.MENTION: "only mentioned",
}
_PLACES = 3
"""Places that are shown of each subject."""


def subjects_view(subjects: Sequence[Subject], aspects: Sequence[str], *, everything: bool) -> RenderableType:
    """Return each subject with its places, then the points of comparison and the totals.

    Args:
        subjects: all of them.
        aspects: names of the points of comparison that were found.
        everything: whether to list those that are only mentioned or hidden too, however many there are.
    """
    shown = [s for s in subjects if everything or s.is_listed]
    listed = shown if everything else shown[:LISTED]
    return Group(*_parts(listed), *_end(subjects, len(shown) - len(listed), aspects))


def _parts(subjects: Sequence[Subject]) -> Iterator[RenderableType]:
    for subject in subjects:
        yield Hanging("", Text.assemble((one_line(subject.name), "bold"), "  ", one_line(standing(subject))))
        if subject.aliases:
            yield Hanging("  also ", Text(one_line(", ".join(subject.aliases))))
        if subject.said:
            yield Hanging("  is ", Text(one_line(subject.said)))
        if subject.same_name:
            yield Hanging("  not ", Text(one_line(f"{', '.join(subject.same_name)}, which shares its name")))
        if places := list(dict.fromkeys(f"{e.path}:{e.line} ({e.how})" for e in subject.evidence))[:_PLACES]:
            yield Hanging("  at ", Text(one_line(", ".join(places)), style="dim"))


def standing(subject: Subject) -> str:
    """Return its slug, how much is about it, and how sure that is."""
    if subject.rank is Rank.MENTION:
        return f"{_RANKS[subject.rank]}, in {len(subject.documents)} documents"
    state = "hidden" if subject.hidden else "declared" if subject.declared else f"found, {subject.confidence:.2f}"
    return f"[{subject.slug}] {_RANKS[subject.rank] if subject.documents else 'no document is about it'}; {state}"


def _end(subjects: Sequence[Subject], more: int, aspects: Sequence[str]) -> Iterator[RenderableType]:
    if more:
        yield Text(f"… and {more} more; --all lists them")
    if aspects:
        yield Hanging("points of comparison: ", Text(one_line(", ".join(aspects))))
    found = [s for s in subjects if s.is_listed]
    declared = sum(s.declared for s in found)
    mentioned = sum(s.rank is Rank.MENTION for s in subjects)
    hidden = sum(s.hidden for s in subjects)
    counts = [f"{len(found) - declared} found", f"{declared} declared"]
    counts += [f"{mentioned} only mentioned"] if mentioned else []
    counts += [f"{hidden} hidden"] if hidden else []
    yield Text(", ".join(counts), style="bold")
