"""What became of uploaded files. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mlsurvey.rendering.plain import one_line


@dataclass(frozen=True, slots=True)
class Added:
    """A file, and whether it is now in the corpus folder."""

    name: str
    told: str
    is_stored: bool
    is_new: bool = False
    """Whether a refresh has something to do for it."""


@dataclass(frozen=True, slots=True)
class AddedView:
    """The files of one upload: those that were refused come first."""

    refused: tuple[Added, ...]
    stored: tuple[Added, ...]

    @property
    def is_new(self) -> bool:
        """Whether there is something to refresh."""
        return any(one.is_new for one in self.stored)


def added_view(files: tuple[Added, ...]) -> AddedView:
    """Return what became of uploaded files."""
    refused = tuple(one for one in files if not one.is_stored)
    return AddedView(refused, tuple(one for one in files if one.is_stored))


def stored(name: str, *, created: bool, changed: bool) -> Added:
    """Return what is told of a file that was stored."""
    told = "added" if created else "replaced" if changed else "already there, unchanged"
    return Added(one_line(name), told, is_stored=True, is_new=changed)


def refused(name: str, reason: str) -> Added:
    """Return what is told of a file that was refused; its name stands before the reason anyway."""
    return Added(one_line(name), one_line(reason.removeprefix(f"{name} ")), is_stored=False)


def placed(folder: str, name: str) -> str:
    """Return the path of a file in the corpus folder; without a folder, it is at the top."""
    inside = folder.strip().strip("/")
    return f"{inside}/{name}" if inside else name
