"""``init``: the first minutes with a folder of documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mlsurvey.cli.console import show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Exclude, Index, Json, Model
from mlsurvey.cli.refreshing import refresh_once
from mlsurvey.errors import UsageError

_INIT = with_examples(
    "Start with a folder of documents of any field: index it, say what it holds, and propose questions that it "
    "answers. Writes mlsurvey.toml there, so that later commands in that folder find it. May be repeated.",
    "init ~/papers",
    "init . --exclude drafts/",
    "init ~/papers --index ~/papers.index",
    "init ~/papers --json",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_INIT)(init)


def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    as_json: Json = False,
    exclude: Exclude = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Set up a folder of documents."""
    from mlsurvey.cli.watchers import make_watcher
    from mlsurvey.survey import Survey
    from mlsurvey.survey.settling import settle
    from mlsurvey.survey.starting import has_index, started

    given = {"index": index, "model": model, "exclude": exclude or None}
    before: dict[str, object] = dict(ctx.obj or {})
    _check_corpus(before.pop("corpus", None), folder)
    settings, place = settle(folder, before | {name: value for name, value in given.items() if value is not None})
    with Survey(settings) as survey:
        again = has_index(survey)
        report = refresh_once(survey, command=f"mlsurvey init {folder}")
        with make_watcher(quiet=False) as progress:
            start = started(survey, place, report, again=again, progress=progress)
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json(start))
    else:
        from mlsurvey.rendering.starting import started_view

        show(started_view(start))


def _check_corpus(corpus: object, folder: Path) -> None:
    """Raise UsageError if --corpus, given before the command, names another folder."""
    if isinstance(corpus, Path) and os.path.realpath(corpus) != os.path.realpath(folder):
        raise UsageError(f"--corpus is {corpus} and the folder is {folder}; leave --corpus out")
