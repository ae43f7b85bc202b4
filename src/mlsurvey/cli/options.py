"""Options shared by several commands, and the settings and filters built from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlsurvey.types import Filters

if TYPE_CHECKING:
    from mlsurvey.settings import Settings
    from mlsurvey.survey import Survey

_PLACE = "Where"
_FILTER = "Filters (repeatable; every kind given must match)"

Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", metavar="FOLDER", help="Folder with the documents.", rich_help_panel=_PLACE),
]
Index = Annotated[
    str | None,
    typer.Option(
        "--index", metavar="FOLDER|URL", help="Folder of the index, or milvus://host:port/name.", rich_help_panel=_PLACE
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="Embedding model: a name or a folder.", rich_help_panel=_PLACE),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        metavar="auto|none|NAME",
        help="What decides which passages answer: the bundled network, none, or a cross-encoder.",
        rich_help_panel=_PLACE,
    ),
]
Reranker = Annotated[
    str | None,
    typer.Option("--reranker", metavar="NAME", help="Cross-encoder: a name or a folder.", rich_help_panel=_PLACE),
]
Writer = Annotated[
    str | None,
    typer.Option(
        "--writer",
        metavar="none|openai-compatible",
        help="Language model that writes a summary above the quotes; its URL and name are settings.",
        rich_help_panel=_PLACE,
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATTERN",
        help="Leave out documents that match, as in .gitignore (repeatable; replaces the setting).",
        rich_help_panel=_PLACE,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to stdout, and errors as JSON to stderr.")]
Entities = Annotated[
    list[str] | None,
    typer.Option("--entity", metavar="NAME", help="Only passages about this library.", rich_help_panel=_FILTER),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="NAME", help="Only libraries in this language.", rich_help_panel=_FILTER),
]
Paths = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="PATTERN",
        help="Only documents that match, at any depth, e.g. 'rust/' or '*.md'; '/rust/' only at the top.",
        rich_help_panel=_FILTER,
    ),
]


def filters_of(entities: list[str] | None, languages: list[str] | None, paths: list[str] | None) -> Filters:
    """Return the filters as typed; the survey resolves entity names."""
    return Filters(tuple(entities or ()), tuple(languages or ()), tuple(paths or ()))


def settings_of(
    ctx: typer.Context,
    corpus: Path | None,
    index: str | None,
    model: str | None,
    exclude: list[str] | None = None,
    writer: str | None = None,
) -> Settings:
    """Load the settings with the options of this command, which override those given before its name."""
    from mlsurvey.settings import load_settings

    here = {"corpus": corpus, "index": index, "model": model, "exclude": exclude or None, "writer": writer}
    before: dict[str, object] = ctx.obj or {}
    return load_settings(before | {name: value for name, value in here.items() if value is not None})


@contextmanager
def opened(
    ctx: typer.Context,
    corpus: Path | None,
    index: str | None,
    model: str | None,
    exclude: list[str] | None = None,
    writer: str | None = None,
) -> Iterator[Survey]:
    """Open the survey given by the options; it is closed afterwards."""
    from mlsurvey.survey import Survey

    with Survey(settings_of(ctx, corpus, index, model, exclude, writer)) as survey:
        yield survey
