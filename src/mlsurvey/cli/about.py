"""``status`` and ``config``: the state of the corpus and the index, and the settings with their origins."""

from __future__ import annotations

from typing import Annotated

import typer

from mlsurvey.cli.console import show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Exclude, Index, Json, Model, opened, settings_of

_STATUS = with_examples(
    "Show the corpus, the index built from it, and whether the two agree.",
    "status",
    "status --verify",
    "status --json",
)
_CONFIG = with_examples(
    "Show every setting, its value and where it came from: an option, MLSURVEY_<NAME>, mlsurvey.toml, or the default.",
    "config",
    "--corpus ~/papers config --json",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_STATUS)(status)
    app.command(help=_CONFIG)(config)


def status(
    ctx: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Read every part of the index and check it.")] = False,
    as_json: Json = False,
    exclude: Exclude = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Show the state of the corpus and the index."""
    from mlsurvey.rendering.json import to_json
    from mlsurvey.rendering.overview import table_view

    with opened(ctx, corpus, index, model, exclude) as survey:
        if verify:
            survey.verify()
        state = survey.status()
    if as_json:
        write(to_json(state))
    else:
        show(table_view(state.rows()))


def config(
    ctx: typer.Context,
    as_json: Json = False,
    exclude: Exclude = None,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Show the settings."""
    from mlsurvey.rendering.json import to_json
    from mlsurvey.rendering.overview import table_view

    settings = settings_of(ctx, corpus, index, model, exclude)
    values, origins = settings.values(), settings.origins
    if as_json:
        write(to_json({name: {"value": value or "", "origin": origins[name]} for name, value in values.items()}))
    else:
        show(table_view([(name, value or "not set", origins[name]) for name, value in values.items()]))
