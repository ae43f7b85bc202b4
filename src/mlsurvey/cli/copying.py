"""``index copy``: move an index between a folder and an engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import say, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Json
from mlsurvey.errors import UsageError

if TYPE_CHECKING:
    from mlsurvey.address import Address

_GROUP = with_examples("Move the index as a whole.", "index copy index/ milvus://localhost:19530/mlsurvey")
_COPY = with_examples(
    "Copy an index between folders and engines, without embedding anything again. The copy has the same generation id; "
    "an index in the target is replaced once the copy is whole.",
    "index copy index/ milvus://localhost:19530/mlsurvey",
    "index copy milvus://localhost:19530/mlsurvey ~/papers.index",
    "index copy index/ milvus+lite:///tmp/trial.db",
)
_METAVAR = "FOLDER|URL"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help=_GROUP, no_args_is_help=True)
    group.callback()(_nothing)
    group.command(name="copy", help=_COPY)(copy)
    app.add_typer(group, name="index")


def _nothing() -> None:
    """Without a command, the help is shown."""


def copy(
    source: Annotated[str, typer.Argument(metavar=_METAVAR, show_default=False, help="Index to copy.")],
    target: Annotated[str, typer.Argument(metavar=_METAVAR, show_default=False, help="Where to put it.")],
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no report.")] = False,
    as_json: Json = False,
) -> None:
    """Copy an index."""
    from mlsurvey.cli.watchers import make_watcher
    from mlsurvey.survey.copying import copy as copied

    places = _place("source", source), _place("target", target)
    with make_watcher(quiet=quiet or as_json) as progress:
        done = copied(*places, progress)
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json(done))
    elif not quiet:
        made = done.generation
        what = f"{made.documents:,} documents, {made.passages:,} passages, generation {made.id}"
        write(f"copied to {done.target}: {what}" if done.is_new else f"{done.target} has it already: {what}")
        say(f"to use it, type: mlsurvey --index {done.target} ask …, or set index in mlsurvey.toml")


def _place(name: str, text: str) -> Path | Address:
    from mlsurvey.settings import placed

    try:
        place = placed(text)
        return place.expanduser().absolute() if isinstance(place, Path) else place
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
