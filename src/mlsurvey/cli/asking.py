"""``ask`` and ``search``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mlsurvey.cli import conversation
from mlsurvey.cli.awaiting import answered
from mlsurvey.cli.console import make_console, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Entities, Index, Json, Languages, Model, Paths, Writer, filters_of, opened
from mlsurvey.errors import UsageError
from mlsurvey.folding import valid
from mlsurvey.rendering.plain import joined_lines
from mlsurvey.types import Answer, Filters

if TYPE_CHECKING:
    from mlsurvey.answering.understood import Understood
    from mlsurvey.survey import Survey

Mode = Literal["hybrid", "keyword", "dense"]

STDIN = "-"
LONGEST_INPUT = 1_000_000
"""Maximum characters read from standard input; a question may have far fewer, and the survey checks that."""
EXIT_ABSTAINED = 3
"""Not an error, but scripts can detect it, like grep's exit code 1 when nothing matches."""

_ASK = with_examples(
    "Answer a question with verbatim quotes, each with its source; abstains if nothing good enough is found.",
    'ask "How do Burn and Candle differ in GPU support?"',
    "ask which Rust libraries run in the browser --markdown",
    'ask "Is Linfa maintained?" --entity linfa --json',
    "ask --follow and on licences?",
    "ask - < question.txt",
    "ask --jsonl questions.jsonl > answers.jsonl",
)
_SEARCH = with_examples(
    "Find passages by keywords and by meaning. A phrase in double quotes must occur word for word; wrap it in "
    "single quotes for the shell.",
    "search WebGPU backend",
    "search automatic differentiation --language rust --limit 5",
    "search '\"supports WebGL but not WebGPU\" library'",
    "search cuda --mode keyword --path rust/ --json",
    "search WebGPU backend --explain",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_ASK)(ask)
    app.command(help=_SEARCH)(search)


def ask(
    ctx: typer.Context,
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", show_default=False, help="Question in plain words; '-' reads stdin."),
    ] = None,
    as_json: Json = False,
    jsonl: Annotated[
        str | None, typer.Option(metavar="FILE", help="JSON Lines file with one question per line; '-' reads stdin.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown, including the quotes.")] = False,
    max_statements: Annotated[int, typer.Option(min=1, max=20, help="Maximum statements per library and aspect.")] = 3,
    explain: Annotated[bool, typer.Option("--explain", help="First show how the question was understood.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow up on the last question asked here.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option(metavar="QUESTION", help="Follow up on this question (repeatable, oldest first)."),
    ] = None,
    entity: Entities = None,
    language: Languages = None,
    path: Paths = None,
    writer: Writer = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Answer a question, or a file of questions."""
    text = _typed(question or ())
    _check_one_form(text, as_json=as_json, jsonl=jsonl, markdown=markdown)
    earlier = _earlier([valid(one) for one in after or ()], follow=follow, jsonl=jsonl)
    filters = filters_of(entity, language, path)
    with opened(ctx, corpus, index, model, writer=writer) as survey:
        if jsonl is not None:
            from mlsurvey.cli.batch import answer_lines

            raise typer.Exit(answer_lines(survey, jsonl, filters, max_statements, explain=explain))
        understood, answer = answered(survey, text, filters, earlier, max_statements)
        conversation.remember((*earlier, text))
        explained = understood if explain else None
        if as_json:
            _write_json(survey, answer, explained)
        else:
            show_answer(survey, answer, explained, filters, markdown=markdown)
    raise typer.Exit(EXIT_ABSTAINED if answer.abstained else 0)


def search(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Maximum number of hits.")] = 10,
    mode: Annotated[Mode, typer.Option(help="Search by keywords, by meaning (dense), or by both (hybrid).")] = "hybrid",
    explain: Annotated[bool, typer.Option("--explain", help="Show which words matched in each hit.")] = False,
    as_json: Json = False,
    entity: Entities = None,
    language: Languages = None,
    path: Paths = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Find passages."""
    from mlsurvey.rendering.json import hits_value, to_json

    text = _typed(query)
    with opened(ctx, corpus, index, model) as survey:
        found = survey.search(text, limit=limit, filters=filters_of(entity, language, path), mode=mode)
        explanations = survey.explain(text, found.hits, mode=mode) if explain else ()
    if as_json:
        write(
            to_json(
                hits_value(
                    text, mode, found.generation.id, found.hits, explanations, stale=found.stale, note=found.note
                )
            )
        )
    else:
        from mlsurvey.rendering.listing import hits_view

        show(hits_view(text, found.hits, explanations, survey.settings.corpus, stale=found.stale, note=found.note))


def _typed(words: Sequence[str]) -> str:
    """Return the text given as arguments; a single ``-`` stands for standard input, whose lines are joined.

    Raises:
        UsageError: standard input is far longer than any question.
    """
    if list(words) != [STDIN]:
        return valid(" ".join(words)).strip()
    text = sys.stdin.read(LONGEST_INPUT + 1)
    if len(text) > LONGEST_INPUT:
        raise UsageError(f"standard input is too long for a question: at most {LONGEST_INPUT:,} characters; shorten it")
    return joined_lines(text)


def _earlier(after: Sequence[str], *, follow: bool, jsonl: str | None) -> tuple[str, ...]:
    """Return the previous questions that this one follows."""
    if (follow or after) and jsonl is not None:
        raise UsageError(
            "--follow and --after do not apply to a file of questions; give each line its own 'after' list"
        )
    if not follow:
        return tuple(after)
    remembered = conversation.remembered()
    if not remembered:
        raise UsageError('no earlier question to follow up on; ask one first, or give it with --after "…"')
    return (*remembered, *after)


def _check_one_form(text: str, *, as_json: bool, jsonl: str | None, markdown: bool) -> None:
    if sum((as_json, jsonl is not None, markdown)) > 1:
        raise UsageError("--json, --jsonl and --markdown cannot be combined; choose one")
    if bool(text) == (jsonl is not None):
        raise UsageError(
            'give either a question or a file of questions; type: mlsurvey ask "…", or mlsurvey ask --jsonl FILE'
        )


def _write_json(survey: Survey, answer: Answer, understood: Understood | None) -> None:
    from mlsurvey.rendering.json import answer_value, to_json
    from mlsurvey.survey import understanding

    value = answer_value(answer, survey.stale(answer))
    write(to_json(value | ({"understood": understanding.value(understood)} if understood else {})))


def show_answer(
    survey: Survey,
    answer: Answer,
    understood: Understood | None = None,
    filters: Filters | None = None,
    *,
    markdown: bool = False,
) -> None:
    """Write an answer in human-readable form, after ``understood`` if given."""
    from mlsurvey.rendering.layout import names_of
    from mlsurvey.survey import understanding

    stale = survey.stale(answer)
    names = names_of(survey.entities(), survey.aspects())
    rows = (
        [*understanding.rows(understood, filters or Filters(), names.entities), *_origin(answer)] if understood else []
    )
    if markdown:
        from mlsurvey.rendering.markdown import answer_markdown

        write(answer_markdown(answer, names=names, stale=stale, understood=rows))
        return
    from mlsurvey.rendering.explanation import understood_view
    from mlsurvey.rendering.terminal import Look, answer_view

    console = make_console()
    if rows:
        show(understood_view(rows), console)
    width = console.width if console.is_terminal else None
    show(answer_view(answer, Look(names, stale, width, survey.settings.corpus, scores=bool(rows))), console)


def _origin(answer: Answer) -> list[tuple[str, str]]:
    """Rows with the index, the model and the time of each step."""
    time = ", ".join(f"{step} {ms:.0f} ms" for step, ms in answer.timings_ms.items())
    by = [("writer", answer.writer)] if answer.writer != "extractive" else []
    return [("index", answer.index), ("model", answer.model), *by, ("time", time)]
