"""``add``, ``remove`` and ``show``: the documents of the corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import make_console, say, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Model, opened
from mlsurvey.cli.refreshing import refresh_once, show_report
from mlsurvey.errors import Interrupted, UsageError
from mlsurvey.reading.names import shown

if TYPE_CHECKING:
    from mlsurvey.survey import Survey

_ADD = with_examples(
    "Add files or whole folders to the corpus. A hard link (--link) shares the file with the original.",
    "add notes.md",
    "add ~/src/burn/burn-book --into rust/burn --refresh",
    "add README.md --into go/gorgonia --replace",
)
_REMOVE = with_examples(
    "Delete documents or whole folders from the corpus.",
    "remove notes.md",
    "remove rust/burn --yes --refresh",
)
_SHOW = with_examples(
    "Show a document as it was indexed, with line numbers.",
    "show libraries/rust/burn.md",
    "show libraries/rust/burn.md:42",
    "show notes.md --raw > copy.md",
)

Refresh = Annotated[bool, typer.Option("--refresh", help="Refresh the index afterwards.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=_ADD)(add)
    app.command(help=_REMOVE)(remove)
    app.command(name="show", help=_SHOW)(show_document)


def add(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", show_default=False)],
    link: Annotated[
        bool | None,
        typer.Option("--link/--copy", help="Hard-link or copy; by default asks on a terminal, else copies."),
    ] = None,
    into: Annotated[str | None, typer.Option(metavar="FOLDER", help="Folder inside the corpus.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite documents of the same name.")] = False,
    refresh: Refresh = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Add documents."""
    with opened(ctx, corpus, index, model) as survey:
        placed = survey.add(paths, link=_asked(link), into=into, replace=replace)
        lines = [f"added {path}" for path in placed.added] + [f"replaced {path}" for path in placed.replaced]
        write("\n".join(lines) or "nothing added")
        if placed.unchanged or placed.skipped:
            say(f"{len(placed.unchanged)} already there, {placed.skipped} skipped (unsupported format or name)")
        _refresh_or_tell(survey, refresh=refresh)


def remove(
    ctx: typer.Context,
    documents: Annotated[list[str], typer.Argument(metavar="DOC", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    refresh: Refresh = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Remove documents."""
    with opened(ctx, corpus, index, model) as survey:
        named = survey.documents_named(documents)
        if not yes:
            _confirm(named)
        write("\n".join(f"removed {shown(path)}" for path in survey.remove(named)))
        _refresh_or_tell(survey, refresh=refresh)


def show_document(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="DOC[:LINE]", show_default=False)],
    raw: Annotated[bool, typer.Option("--raw", help="Only the text; in a pipe, exactly as indexed.")] = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """Show a document."""
    from mlsurvey.rendering.listing import document_view
    from mlsurvey.rendering.plain import visible

    with opened(ctx, corpus, index, model) as survey:
        document, line = survey.locate(name)
        if reason := survey.stale_documents([document.path]).get(document.path):
            say(f"note: {shown(document.path)}: {reason}; type: mlsurvey refresh")
    console = make_console()
    if raw:
        sys.stdout.write(visible(document.text) if console.is_terminal else document.text)
    else:
        show(document_view(document, line), console)


def _asked(link: bool | None) -> bool:
    """Whether to link instead of copying: the flag if given; otherwise the user is asked, on a terminal only."""
    if link is not None or not sys.stdin.isatty():
        return bool(link)
    return typer.confirm("Link instead of copying? A link shares the file with the original.", default=False)


def _confirm(paths: tuple[str, ...]) -> None:
    more = f" and {len(paths) - 10} more" if len(paths) > 10 else ""
    say(f"to be deleted: {', '.join(map(shown, paths[:10]))}{more}")
    if not sys.stdin.isatty():
        raise UsageError("cannot ask for confirmation without a terminal; add --yes")
    if not typer.confirm(f"Delete {len(paths)} file{'s' if len(paths) > 1 else ''} from the corpus?", default=False):
        raise Interrupted("nothing was deleted")


def _refresh_or_tell(survey: Survey, *, refresh: bool) -> None:
    if refresh:
        show_report(refresh_once(survey), quiet=False, as_json=False)
    else:
        say("to update the index, type: mlsurvey refresh")
