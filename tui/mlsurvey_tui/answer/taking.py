"""What can be copied from an answer: quotes, and the whole as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mlsurvey.rendering.markdown import answer_markdown
from mlsurvey.types import Citation
from mlsurvey_tui.shown import Shown


def quotes(shown: Shown, numbers: Sequence[int], *, nearest: bool, cited: bool) -> str:
    """Return the quotes with these numbers, verbatim, with their places if ``cited``."""
    citations = [shown.citation(number, nearest=nearest) for number in numbers]
    return "\n\n".join(quote_with_source(c) if cited else c.quote for c in citations)


def quote_with_source(citation: Citation) -> str:
    """Return a quote with its source below it."""
    trail = "".join(f", {heading}" for heading in citation.heading_path[-1:])
    address = f"\n{citation.source.url}" if citation.source else ""
    return f"“{citation.quote}”\n— {citation.title}{trail} ({place(citation)}){address}"


def place(citation: Citation) -> str:
    """Return ``path:line`` or ``path:first-last``, with the page or cell if there is one."""
    lines = f"{citation.line_start}"
    if citation.line_end != citation.line_start:
        lines += f"-{citation.line_end}"
    return f"{citation.document}:{lines}{f', {citation.leaf}' if citation.leaf else ''}"


def matrix(shown: Shown) -> str:
    """Return the answer as Markdown."""
    return answer_markdown(shown.answer, names=shown.names, stale=shown.stale)
