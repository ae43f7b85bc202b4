"""The findings of a corpus check, and what was written, as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import MARK, WARNING, Hanging
from mlsurvey.rendering.plain import one_line

LONGEST = 240
"""Maximum characters shown of a problem; ``--json`` has all of them."""


def findings_view(
    findings: Sequence[tuple[str, str, str, str]], sums: str, none: str = "nothing found"
) -> RenderableType:
    """Return every finding (place, rule, problem, advice), then the totals; ``none`` says that there are none."""
    return Group(*_parts(findings, sums, none))


def changes_view(changes: Sequence[tuple[str, str, int, int]]) -> RenderableType:
    """Return every change (place, what, number of new lines, number of lines gone)."""
    return Group(*(_change(*change) for change in changes))


def _change(place: str, what: str, new: int, gone: int) -> RenderableType:
    text = f" wrote the {one_line(what)}: {new} new lines, {gone} gone"
    return Hanging("", Text.assemble((one_line(place), MARK), text))


def _parts(findings: Sequence[tuple[str, str, str, str]], sums: str, none: str) -> Iterator[RenderableType]:
    for place, rule, problem, advice in findings:
        text = (f" {_short(problem)}; ", _short(advice))
        yield Hanging("", Text.assemble((one_line(place), MARK), " ", (rule, WARNING), *text))
    outcome = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}" if findings else none
    yield Hanging("", Text(f"{sums}: {outcome}", style="bold"))


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
