"""The result of fetching upstream documents, as Rich renderables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import WARNING, Hanging
from mlsurvey.rendering.plain import one_line
from mlsurvey.rendering.report import LISTED

_SIGNS = {"added": "+", "updated": "~"}
_TROUBLE = ("gone", "refused", "failed")
_STATES = (*_SIGNS, "unchanged", *_TROUBLE)
_KEPT = {"gone": "no longer upstream; the earlier copy is kept"}


def sync_view(outcomes: Sequence[tuple[str, str, str, str]]) -> RenderableType:
    """Return what is new, what could not be fetched and why, then the totals.

    Args:
        outcomes: state, path, host and reason of each document. Documents with the same host and reason share a line.
    """
    return Group(*_parts(outcomes))


def _parts(outcomes: Sequence[tuple[str, str, str, str]]) -> Iterator[RenderableType]:
    for state, sign in _SIGNS.items():
        paths = [path for found, path, _, _ in outcomes if found == state]
        if paths:
            yield Text(f"{state}: {len(paths)}", style="bold")
        yield from (Hanging(f"  {sign} ", Text(one_line(path))) for path in paths[:LISTED])
        if len(paths) > LISTED:
            yield Text(f"    … and {len(paths) - LISTED} more")
    for state in _TROUBLE:
        yield from _trouble(state, [outcome for outcome in outcomes if outcome[0] == state])
    counts = Counter(outcome[0] for outcome in outcomes)
    sums = ", ".join(f"{counts[state]} {state}" for state in _STATES if counts[state])
    yield Hanging("", Text(sums or "nothing to fetch", style="bold"))


def _trouble(state: str, outcomes: Sequence[tuple[str, str, str, str]]) -> Iterator[RenderableType]:
    if not outcomes:
        return
    yield Text(f"{state}: {len(outcomes)}" + (f" ({_KEPT[state]})" if state in _KEPT else ""), style=f"bold {WARNING}")
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for _, path, host, reason in outcomes:
        reasons[host, reason].append(path)
    for (host, reason), paths in reasons.items():
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        yield Hanging("  ! ", Text(one_line(f"{paths[0]}{more} ({host}): {reason}")))
