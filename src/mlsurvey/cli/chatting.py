"""``chat``: a series of questions, each of which may follow up on the previous ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from mlsurvey.answering.follow import REMEMBERED
from mlsurvey.cli import conversation
from mlsurvey.cli.asking import show_answer
from mlsurvey.cli.awaiting import answered
from mlsurvey.cli.console import make_console, report_error, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Entities, Index, Json, Languages, Model, Paths, filters_of, opened
from mlsurvey.errors import UsageError
from mlsurvey.rendering.plain import joined_lines

if TYPE_CHECKING:
    from mlsurvey.survey import Survey
    from mlsurvey.types import Filters

PROMPT = "> "
NEW, HELP, QUIT = "/new", "/help", "/quit"
ABOUT = f"""Ask in plain words. A question may follow up on earlier ones:
"and on licences?", "what about Candle?", "which of them is maintained?".
{NEW} starts over, {QUIT} or Ctrl-D quits."""
_CHAT = with_examples(
    "Ask several questions; each may follow up on earlier ones. Reads lines from the terminal or a pipe.",
    "chat",
    "chat --language rust",
    "chat --json < questions.txt",
)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(help=_CHAT)(chat)


def chat(
    ctx: typer.Context,
    as_json: Json = False,
    entity: Entities = None,
    language: Languages = None,
    path: Paths = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Answer each line."""
    filters = filters_of(entity, language, path)
    with opened(ctx, corpus, index, model) as survey:
        survey.generation()  # report a missing index before the user types a question
        if sys.stdin.isatty():
            make_console(stderr=True).print(ABOUT, highlight=False, markup=False)
        earlier: tuple[str, ...] = ()
        for line in _lines():
            if line == NEW:
                earlier = ()
            elif line == HELP:
                write(ABOUT)
            else:
                earlier = _answer(survey, line, earlier, filters, as_json=as_json)


def _lines() -> Iterator[str]:
    """Yield non-empty lines from the terminal or a pipe."""
    is_person = sys.stdin.isatty()
    if is_person:
        import readline  # noqa: F401 - gives input() its editing and history
    while True:
        try:
            line = joined_lines(input(PROMPT) if is_person else next(sys.stdin))
        except (EOFError, StopIteration):
            if is_person:
                write("")
            return
        if line == QUIT:
            return
        if line:
            yield line


def _answer(
    survey: Survey, question: str, earlier: tuple[str, ...], filters: Filters, *, as_json: bool
) -> tuple[str, ...]:
    """Answer a question and return the conversation so far; an invalid question is reported and not kept."""
    try:
        _, answer = answered(survey, question, filters, earlier)
    except UsageError as error:
        report_error(error, error.exit_code, as_json=as_json)
        return earlier
    if as_json:
        from mlsurvey.rendering.json import answer_value, to_json

        write(to_json(answer_value(answer, survey.stale(answer)), indent=None))
    else:
        if not sys.stdin.isatty():
            write(f"{PROMPT}{question}")
        show_answer(survey, answer)
        write("")
    kept = (*earlier, question)[-REMEMBERED:]
    conversation.remember(kept)
    return kept
