"""Waiting for a language model on a terminal: it is said, and Ctrl-C goes on without the model."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from mlsurvey.cli.console import is_terminal, make_console, say
from mlsurvey.rendering import wording
from mlsurvey.types import Waiting

if TYPE_CHECKING:
    from mlsurvey.survey import Part, Survey, Understood
    from mlsurvey.types import Answer, Filters


def answered(
    survey: Survey, question: str, filters: Filters, after: Sequence[str] = (), max_statements: int = 3
) -> tuple[Understood, Answer]:
    """Return how a question was understood, and its answer; arguments as in :meth:`mlsurvey.survey.Survey.ask`.

    On a terminal, Ctrl-C while a language model is waited for gives the answer without the rest of its work.
    """
    from mlsurvey.survey import ends

    def parts(*, with_writer: bool = True) -> Iterator[Part]:
        return survey.parts(
            question, filters=filters, max_statements=max_statements, after=after, with_writer=with_writer
        )

    if survey.settings.writer == "none" or not is_terminal(sys.stderr):
        return ends(parts())
    seen: list[Part] = []
    try:
        for part in _telling(parts()):
            seen.append(part)
    except KeyboardInterrupt:
        waits = seen[-1] if seen else None
        if not isinstance(waits, Waiting):
            raise
        say("stopped waiting for the language model; this is the answer without it")
        return ends([*seen, waits.answer] if waits.answer else parts(with_writer=False))
    return ends(seen)


def _telling(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield the parts; while a language model is waited for, a line on the terminal says so."""
    console = make_console(stderr=True)
    with ExitStack() as line:
        for part in parts:
            line.close()
            if isinstance(part, Waiting):
                line.enter_context(console.status(f"{wording.waiting(part)}; Ctrl-C skips it …"))
            yield part
