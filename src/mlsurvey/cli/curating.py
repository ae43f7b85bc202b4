"""``corpus check``: check the consistency of a curated corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.cli.console import show, write
from mlsurvey.cli.help import with_examples
from mlsurvey.cli.options import Corpus, Json, settings_of

if TYPE_CHECKING:
    from mlsurvey.curation.check import Checked

EXIT_FINDINGS = 1

_GROUP = "Check a corpus of sourced profiles."
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


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help=_GROUP, no_args_is_help=True)
    group.command(name="check", help=_CHECK)(check)
    app.add_typer(group, name="corpus")


def check(
    ctx: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", show_default="the corpus")] = None,
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

    found = [(f"{one.path}:{one.line}", one.rule, one.problem, one.advice) for one in checked.findings]
    share = f", {checked.sourced / checked.sentences:.0%} sourced" if checked.sentences else ""
    sums = f"{checked.profiles} profiles, {checked.surveys} surveys, {checked.sentences} sentences{share}"
    show(findings_view(found, sums))
