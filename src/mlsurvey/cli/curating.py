"""``corpus check`` and ``corpus tables``: check a curated corpus, and write its tables of facts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Json, settings_of

if TYPE_CHECKING:
    from mlsurvey.curation.check import Checked
    from mlsurvey.curation.findings import Finding
    from mlsurvey.curation.tabulate import Tabulated

EXIT_FINDINGS = 1

Folder = Annotated[Path | None, typer.Argument(metavar="FOLDER", show_default="the corpus")]

_GROUP = "Check a corpus of sourced profiles, and write its tables."
_CHECK = (
    with_examples(
        "Check profiles, surveys, entities.toml and sources.toml. Exit code 1 if problems are found.",
        "corpus check",
        "corpus check ~/corpus --json",
    )
    + """

\b
Rules:
  form          the front matter is valid, and no text precedes the first section
  place         file name, folder and heading follow the front matter
  section       sections are known, in order and filled
  unsourced     a sentence, entry or row without a reference at its end
  sentence      several sentences in one line
  alone         a sentence that cannot be quoted on its own
  reference     a reference or footnote without a source, or the reverse
  date          a source newer than the profile
  link          a malformed link, or one to a missing file
  survey        front matter and heading of a survey
  table         a table of facts that differs from the profiles, or has a
                malformed comment above or below it
  entity        entities.toml has an unknown value, or differs from a profile
  shared-alias  two entities share a name
  dead-alias    a redundant name: equal to another name of the same entity
                but for case, spaces and punctuation, without a letter, or
                longer than five words
  sources       sources.toml is invalid, or lacks a profile's library

A document is a profile if its front matter has a slug and sources, or if it is
in libraries/ under the slug of an entity in the folder's own entities.toml.
Other documents are not checked, nor is the folder upstream/, which 'mlsurvey
sync' fills."""
)
_TABLES = (
    with_examples(
        "Write the tables of facts in the surveys anew, from the front matter of the profiles.",
        "corpus tables",
        "corpus tables ~/corpus --check",
    )
    + """

A table is written between two comments in a survey, each on a line of its own:

\b
  <!-- facts: rust: gpu, accelerators, browser -->
  <!-- /facts -->

The first names the language of the profiles (a folder of libraries/) and the
facts that become columns. Each library of that language has a row. The cell of
an unknown fact is empty; rows and columns without any known fact are left out.
Behind the last fact of a row stand the references that it rests on. Their
footnotes are added to the survey, and those that only an earlier state of the
tables needed are removed.

Exit code 1 if a comment or a profile cannot be read, and with --check also if
a table is out of date."""
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help=_GROUP, no_args_is_help=True)
    group.command(name="check", help=_CHECK)(check)
    group.command(name="tables", help=_TABLES)(tables)
    app.add_typer(group, name="corpus")


def check(
    ctx: typer.Context,
    folder: Folder = None,
    as_json: Json = False,
    corpus: Corpus = None,
) -> None:
    """Check a corpus folder."""
    from mlsurvey.curation.check import check as check_corpus

    place = folder or settings_of(ctx, corpus, None, None).corpus
    checked = check_corpus(place)
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json({"folder": str(place)} | _value(checked)))
    else:
        _show(checked)
    raise typer.Exit(EXIT_FINDINGS if checked.findings else 0)


def tables(
    ctx: typer.Context,
    folder: Folder = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a table is stale.")
    ] = False,
    as_json: Json = False,
    corpus: Corpus = None,
) -> None:
    """Write the tables of facts."""
    from mlsurvey.curation.tabulate import tabulate
    from mlsurvey.syncing.atomic import write_whole

    place = folder or settings_of(ctx, corpus, None, None).corpus
    tabulated = tabulate(place)
    if not only_check:
        for path, text in tabulated.texts.items():
            write_whole(place / path, text.encode())
    if as_json:
        from mlsurvey.rendering.json import to_json

        write(to_json({"folder": str(place), "written": not only_check} | _table_value(tabulated)))
    else:
        _show_tables(tabulated, only_check=only_check)
    raise typer.Exit(EXIT_FINDINGS if tabulated.findings or (only_check and tabulated.texts) else 0)


def _table_value(tabulated: Tabulated) -> dict[str, object]:
    return {
        "surveys": tabulated.surveys,
        "tables": tabulated.tables,
        "changes": tabulated.changes,
        "findings": tabulated.findings,
    }


def _show_tables(tabulated: Tabulated, *, only_check: bool) -> None:
    from mlsurvey.rendering.checking import changes_view, findings_view

    found = [*tabulated.findings, *(change.finding for change in tabulated.changes if only_check)]
    sums = f"{tabulated.surveys} surveys, {tabulated.tables} tables"
    if tabulated.changes and not only_check:
        changes = [(f"{one.path}:{one.line}", one.what, one.new, one.gone) for one in tabulated.changes]
        show(changes_view(changes))
    show(findings_view(_lines(found), sums, "up to date"))


def _lines(findings: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    return [(f"{one.path}:{one.line}", one.rule, one.problem, one.advice) for one in findings]


def _value(checked: Checked) -> dict[str, object]:
    return {
        "profiles": checked.profiles,
        "surveys": checked.surveys,
        "sentences": checked.sentences,
        "sourced": checked.sourced,
        "findings": checked.findings,
    }


def _show(checked: Checked) -> None:
    from mlsurvey.rendering.checking import findings_view

    share = f", {checked.sourced / checked.sentences:.0%} sourced" if checked.sentences else ""
    sums = f"{checked.profiles} profiles, {checked.surveys} surveys, {checked.sentences} sentences{share}"
    show(findings_view(_lines(checked.findings), sums))
