"""``subjects``: list and correct what the documents are found to be about."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import say, show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Index, Json, Model, opened
from mlsurvey.cli.refreshing import refresh_once, show_report

if TYPE_CHECKING:
    from mlsurvey.survey import Survey

_GROUP = with_examples(
    "List what the documents are about, with the reason for each, and correct it.",
    "subjects",
    "subjects --json",
    'subjects rename tumbleweed "Tumbleweed MQ" --refresh',
    "subjects merge pmq pigeonmq",
    "subjects hide table-of-contents",
    'subjects add "OwlPost" --alias owl-post --class "message queue"',
)
_RENAME = with_examples("Give a subject another name. The old one stays an alias.", "subjects rename pmq PigeonMQ")
_MERGE = with_examples("Merge subjects into the last one named.", "subjects merge pmq pigeon-mq pigeonmq")
_HIDE = with_examples("Hide something that is not a subject.", "subjects hide changelog")
_ADD = with_examples("Declare a subject that was not found.", 'subjects add OwlPost --alias "owl post"')
_RESTORE = with_examples("Forget all corrections of a subject.", "subjects restore changelog")

Refresh = Annotated[bool, typer.Option("--refresh", help="Refresh the index afterwards.")]
Name = Annotated[str, typer.Argument(metavar="SUBJECT", show_default=False, help="Slug or name.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help=_GROUP)
    group.callback(invoke_without_command=True)(list_subjects)
    group.command(name="rename", help=_RENAME)(rename)
    group.command(name="merge", help=_MERGE)(merge)
    group.command(name="hide", help=_HIDE)(hide)
    group.command(name="add", help=_ADD)(add)
    group.command(name="restore", help=_RESTORE)(restore)
    app.add_typer(group, name="subjects")


def list_subjects(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those only mentioned, and hidden ones.")] = False,
    as_json: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    model: Model = None,
) -> None:
    """List the subjects; does nothing if a command follows."""
    if ctx.invoked_subcommand is not None:
        given = {"corpus": corpus, "index": index, "model": model}
        ctx.obj = (ctx.obj or {}) | {key: value for key, value in given.items() if value is not None}
        return
    with opened(ctx, corpus, index, model) as survey:
        generation, found = survey.subjects()
        if as_json:
            from mlsurvey.rendering.json import to_json

            aspects = [{"slug": aspect.slug, "name": aspect.name} for aspect in found.aspects]
            classes = [{"slug": category.slug, "name": category.name} for category in found.categories]
            value = {"index": generation.id, "subjects": [asdict(subject) for subject in found.subjects]}
            write(to_json(value | {"aspects": aspects, "classes": classes}))
        else:
            from mlsurvey.rendering.subjects import subjects_view

            names = [aspect.name for aspect in found.aspects]
            show(subjects_view(found.subjects, names, everything=everything))


def rename(
    ctx: typer.Context,
    subject: Name,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    refresh: Refresh = False,
    corpus: Corpus = None,
    index: Index = None,
) -> None:
    """Rename a subject."""
    with opened(ctx, corpus, index, None) as survey:
        survey.rename_subject(subject, name)
        _done(survey, f"renamed {subject} to {name}", refresh=refresh)


def merge(
    ctx: typer.Context,
    subjects: Annotated[list[str], typer.Argument(metavar="SUBJECT… INTO", show_default=False)],
    refresh: Refresh = False,
    corpus: Corpus = None,
    index: Index = None,
) -> None:
    """Merge subjects."""
    with opened(ctx, corpus, index, None) as survey:
        survey.merge_subjects(subjects[:-1], subjects[-1])
        _done(survey, f"merged {', '.join(subjects[:-1])} into {subjects[-1]}", refresh=refresh)


def hide(
    ctx: typer.Context, subject: Name, refresh: Refresh = False, corpus: Corpus = None, index: Index = None
) -> None:
    """Hide a subject."""
    with opened(ctx, corpus, index, None) as survey:
        survey.hide_subject(subject)
        _done(survey, f"hid {subject}", refresh=refresh)


def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    alias: Annotated[list[str] | None, typer.Option("--alias", help="Another name (repeatable).")] = None,
    category: Annotated[list[str] | None, typer.Option("--class", help="What it is (repeatable).")] = None,
    refresh: Refresh = False,
    corpus: Corpus = None,
    index: Index = None,
) -> None:
    """Add a subject."""
    with opened(ctx, corpus, index, None) as survey:
        slug = survey.add_subject(name, alias or (), category or ())
        _done(survey, f"added {name} as {slug}", refresh=refresh)


def restore(
    ctx: typer.Context, subject: Name, refresh: Refresh = False, corpus: Corpus = None, index: Index = None
) -> None:
    """Restore a subject."""
    with opened(ctx, corpus, index, None) as survey:
        had = survey.restore_subject(subject)
        _done(survey, f"restored {subject}" if had else f"{subject} has no corrections", refresh=refresh)


def _done(survey: Survey, what: str, *, refresh: bool) -> None:
    write(what)
    if refresh:
        show_report(refresh_once(survey), quiet=False, as_json=False)
    else:
        say("to update the index, type: mlsurvey refresh")
