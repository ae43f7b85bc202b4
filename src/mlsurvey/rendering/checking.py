"""The findings of a corpus check as Rich renderables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from mlsurvey.rendering.lines import MARK, WARNING, Hanging
from mlsurvey.rendering.plain import one_line

LONGEST = 240
"""Maximum characters shown of a problem; ``--json`` has all of them."""


def findings_view(findings: Sequence[tuple[str, str, str, str]], sums: str) -> RenderableType:
    """Return every finding (place, rule, problem, advice), then the totals."""
    return Group(*_parts(findings, sums))


def _parts(findings: Sequence[tuple[str, str, str, str]], sums: str) -> Iterator[RenderableType]:
    for place, rule, problem, advice in findings:
        text = (f" {_short(problem)}; ", _short(advice))
        yield Hanging("", Text.assemble((one_line(place), MARK), " ", (rule, WARNING), *text))
    outcome = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}" if findings else "nothing found"
    yield Hanging("", Text(f"{sums}: {outcome}", style="bold"))


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
