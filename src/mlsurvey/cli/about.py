"""``status`` and ``config``: the state of the corpus and the index, and the settings with their origins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlsurvey.cli.console import say, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Exclude, Index, Json, Model, opened, settings_of
from mlsurvey.errors import NotFoundError, similar

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
    "config schema mlsurvey",
)
_SCHEMA = with_examples(
    "Print the JSON Schema of a TOML file that users write, or write schemas to a folder: with it, an editor completes "
    "the file. Without a name, list them.",
    "config schema",
    "config schema entities > entities.schema.json",
    "config schema --into .mlsurvey",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_STATUS)(status)
    group = typer.Typer(help=_CONFIG)
    group.callback(invoke_without_command=True)(config)
    group.command(name="schema", help=_SCHEMA)(schema)
    app.add_typer(group, name="config")


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
    """Show the settings; does nothing if a command follows."""
    if ctx.invoked_subcommand is not None:
        return
    from mlsurvey.rendering.json import to_json
    from mlsurvey.rendering.overview import table_view

    settings = settings_of(ctx, corpus, index, model, exclude)
    values, origins = settings.values(), settings.origins
    if as_json:
        write(to_json({name: {"value": value or "", "origin": origins[name]} for name, value in values.items()}))
    else:
        show(table_view([(name, value or "not set", origins[name]) for name, value in values.items()]))


def schema(
    name: Annotated[str | None, typer.Argument(metavar="NAME", show_default=False)] = None,
    into: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write to this folder instead.")] = None,
) -> None:
    """Print, write or list schemas."""
    from mlsurvey.cli.describing import FILES, SUFFIX, path_of
    from mlsurvey.rendering.overview import table_view
    from mlsurvey.syncing.atomic import write_whole

    if name is not None and name not in FILES:
        raise NotFoundError(f"no schema {name!r}{similar(name, FILES)}; there are: {', '.join(FILES)}")
    names = [name] if name else list(FILES)
    if into is not None:
        for one in names:
            write_whole(into / f"{one}{SUFFIX}", path_of(one).read_bytes())
        write("\n".join(f"wrote {into / f'{one}{SUFFIX}'}" for one in names))
        say(f"in {names[0]}.toml, name the schema on the first line: #:schema {_directed(into / names[0])}{SUFFIX}")
    elif name is not None:
        write(path_of(name).read_text("utf-8"))
    else:
        show(table_view([(one, about) for one, about in FILES.items()]))


def _directed(path: Path) -> str:
    """A path as editors want it in a directive: one that is relative begins with a dot."""
    return path.as_posix() if path.is_absolute() else f"./{path.as_posix()}"
