"""What `mlsurvey init` found, as Rich renderables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import Hanging
from mlsurvey.rendering.overview import table_view
from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.report import left_out, summary
from mlsurvey.started import Settled, Started
from mlsurvey.state import Unreadable

NAMED = 12
"""Names that are listed of each kind."""
_REASONS = 10
_PATHS = 3
_AFTER = (
    ("mlsurvey subjects", "see and correct what was found"),
    ("mlsurvey refresh", "after the documents change"),
    ("mlsurvey", "the terminal interface"),
)


def started_view(start: Started) -> RenderableType:
    """Return what a folder holds, what was left out, and what to type next."""
    return Group(*_parts(start))


def _parts(start: Started) -> Iterator[RenderableType]:
    yield Text("Refreshed; the folder was set up before." if start.again else "Ready for questions.", style="bold")
    yield table_view(_rows(start), indent=2)
    for reason, paths in _reasons(start.report.unreadable):
        yield Hanging("  not read: ", Text(one_line(f"{_named(paths, _PATHS)}: {reason}")))
    if start.report.left_out:
        yield Hanging("  ", Text(left_out(start.report)))
    yield from (Hanging("  note: ", Text(one_line(note))) for note in (*start.place.notes, *start.report.notes))
    yield Text("")
    yield Text(_introduction(start), style="bold")
    yield from (Hanging("  ", Text(one_line(command))) for command in start.next)
    width = max(len(command) for command, _ in _AFTER)
    yield from (Hanging(f"  {command.ljust(width)}  ", Text(f"# {what}", style="dim")) for command, what in _AFTER)


def _introduction(start: Started) -> str:
    if start.questions:
        return "Type next; each of these questions has an answer in the documents:"
    return "No question was found that the documents surely answer. Type next:"


def _rows(start: Started) -> list[tuple[str, ...]]:
    formats = ", ".join(f"{count} {suffix}" for suffix, count in start.formats.items())
    passages = f"{start.passages} passage{'s' if start.passages != 1 else ''}"
    return [
        ("documents", start.place.corpus, f"{start.documents}: {formats}; {passages}"),
        ("settings", *_settings(start.place)),
        ("index", start.place.index, "may be deleted; another place: --index FOLDER"),
        ("changes", summary(start.report)),
        ("subjects", _named(start.subjects, NAMED) or "none found; 'mlsurvey subjects add NAME' declares one"),
        ("compared by", _named(start.aspects, NAMED)),
        ("classes", _named(start.classes, NAMED)),
    ]


def _settings(place: Settled) -> tuple[str, ...]:
    if place.file is None:
        return ("no file needed", "the folder is the default one")
    return (place.file, "written now; edit it to change a guess" if place.written else "was there, not changed")


def _named(names: Sequence[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _reasons(unreadable: Sequence[Unreadable]) -> Iterator[tuple[str, list[str]]]:
    """Reasons for which files were not read, without what would be, each with the files; the most frequent first."""
    paths = defaultdict[str, list[str]](list)
    for one in unreadable:
        paths[one.reason.removeprefix("not read: ").partition("; supported")[0]].append(one.path)
    yield from sorted(paths.items(), key=lambda pair: -len(pair[1]))[:_REASONS]
