"""What a refresh did or would do, as Rich renderables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import Hanging
from mlsurvey.rendering.plain import one_line
from mlsurvey.state import RefreshReport

LISTED = 20
"""Maximum paths listed per group; the rest are counted (``--json`` lists all)."""
NAMED = 12
"""Maximum subjects named."""
RATED = 50
"""Minimum passages for a meaningful rate: with fewer, loading the model takes longer than using it."""


def report_view(report: RefreshReport) -> RenderableType:
    """Return groups of paths, every unreadable file with its reason, what is left out, then the totals."""
    return Group(*_parts(report))


def _parts(report: RefreshReport) -> Iterator[RenderableType]:
    yield from _group("added", "+", report.added)
    yield from _group("changed", "~", report.changed)
    yield from _group("moved", ">", [f"{old} -> {new}" for old, new in report.moved])
    yield from _group("removed", "-", report.removed)
    yield from _group("duplicate", "=", [f"{path} (same bytes as {first})" for path, first in report.duplicate])
    yield from _group("unreadable", "!", [f"{file.path}: {file.reason}" for file in report.unreadable], limit=None)
    yield from _group("encoding", "?", [f"{path}: {remark}" for path, remark in report.decoded])
    yield from _group("omitted", "?", [f"{path}: {what}" for path, what in report.omitted])
    if report.found:
        yield Hanging("", Text(one_line(found(report))))
    if report.lost:
        yield Hanging("", Text(one_line(f"no longer found: {_some(report.lost)}")))
    if report.left_out:
        yield Hanging("", Text(left_out(report)))
    yield from (Hanging("note: ", Text(one_line(note))) for note in report.notes)
    yield Hanging("", Text(summary(report), style="bold"))


def found(report: RefreshReport) -> str:
    """Summarise in one line which subjects were found."""
    what = f"{len(report.found)} subject{'s' if len(report.found) > 1 else ''} found: {_some(report.found)}"
    return f"{what}; 'mlsurvey subjects' shows and edits them"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def left_out(report: RefreshReport) -> str:
    """Summarise in one line how much stays out on purpose, by reason."""
    counts = Counter(one.reason for one in report.left_out)
    folders = sum(one.path.endswith("/") for one in report.left_out)
    parts = [_counted(len(report.left_out) - folders, "document"), _counted(folders, "folder")]
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
    return f"left out: {' and '.join(filter(None, parts))} ({reasons}); --json lists them"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""


def _group(title: str, sign: str, lines: Sequence[str], limit: int | None = LISTED) -> Iterator[RenderableType]:
    if not lines:
        return
    yield Text(f"{title}: {len(lines)}", style="bold")
    yield from (Hanging(f"  {sign} ", Text(one_line(line))) for line in lines[:limit])
    if limit is not None and len(lines) > limit:
        yield Text(f"    … and {len(lines) - limit} more")


def summary(report: RefreshReport) -> str:
    """Summarise in one line: what changed, how many passages, how many were embedded and how fast."""
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "moved": len(report.moved),
        "removed": len(report.removed),
        "unchanged": report.unchanged,
        "unreadable": len(report.unreadable),
    }
    changes = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "no documents"
    if report.dry_run:
        return f"dry run, nothing written: {changes}"
    return f"{changes}; {report.passages} passages, {_work(report)}; {report.seconds:.1f} s"


def _work(report: RefreshReport) -> str:
    work = f"{report.embedded} embedded"
    if report.embedded >= RATED and report.seconds_embedding > 0:
        rate = report.embedded / report.seconds_embedding
        work += f" ({rate:.0f}/s{f' on {report.device}' if report.device else ''})"
    return work + (f", {report.reused} reused" if report.reused else "")
