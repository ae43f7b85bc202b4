"""Settings: read once, from four places, and able to say where each came from.

A value is taken from the first of these that has it:

1. an explicit argument (``--corpus`` on the command line);
2. the environment (``MLSURVEY_CORPUS``);
3. the file ``mlsurvey.toml``: the one in the checkout's root, else the one in the user's configuration folder;
4. the default, which depends on where one stands: inside a checkout its ``corpus/`` and ``index/``,
   elsewhere folders of these names in the user's data folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, PrivateAttr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from mlsurvey.errors import SettingsError

PREFIX = "MLSURVEY_"
FILE_NAME = "mlsurvey.toml"
PROJECT = "mlsurvey"
FOLDERS = ("corpus", "index")
SERVE = "serve"
"""Table of the settings file, and beginning of the names in the environment, that belong to the service."""
NOT_SETTINGS = frozenset({"MLSURVEY_SHARED"})
"""Names with our prefix that are no settings: this one tells the tests where the real documents are."""


class Settings(BaseSettings):
    """All that a person may set. Made by :func:`load_settings`; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    corpus: Path
    """Folder that holds the documents."""
    index: Path
    """Folder that holds the index built from them."""
    model: str = "all-MiniLM-L6-v2"
    """Sentence-transformers model that embeds passages and questions: a name or a folder."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where passages are embedded; auto takes the fastest there is."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format while embedding; auto takes bf16 where the processor has it and the vectors keep."""
    reranker: str | None = None
    """Cross-encoder that orders the best hits anew: a name or a folder; none, or an empty text, for no reranking."""
    github_raw: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "https://raw.githubusercontent.com"
    """Where `sync` reads files of GitHub's repositories: the host itself, or a mirror with the same paths."""

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def origins(self) -> Mapping[str, str]:
        """For each field, in words, where its value came from."""
        return self._origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, file, place, in this order."""
        place = find_place(Path.cwd())
        layers = (_file_values(place), place.defaults)
        return (init_settings, env_settings, *(InitSettingsSource(settings_cls, dict(layer)) for layer in layers))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stands, as far as settings care."""

    checkout: Path | None
    """Root of the mlsurvey checkout around the current folder, if there is one."""
    file: Path | None
    """The settings file that counts, if there is one."""
    data: Path
    """Folder under which corpus and index lie unless told otherwise."""

    @property
    def defaults(self) -> Mapping[str, Path]:
        """Corpus and index folder by default."""
        return {name: self.data / name for name in FOLDERS}


def find_place(folder: Path) -> Place:
    """Look around from ``folder``: a checkout above it, a settings file, the user's folders."""
    checkout = next((f for f in (folder, *folder.parents) if _is_checkout(f)), None)
    homes = (*((checkout,) if checkout else ()), platformdirs.user_config_path(PROJECT))
    file = next((home / FILE_NAME for home in homes if (home / FILE_NAME).is_file()), None)
    return Place(checkout, file, checkout or platformdirs.user_data_path(PROJECT))


def load_settings(explicit: Mapping[str, Any] | None = None) -> Settings:
    """Settings for the current folder and environment; None values in ``explicit`` count as not given.

    Raises:
        SettingsError: a key is unknown or a value is not possible; the message names its origin.
    """
    place = find_place(Path.cwd())
    given = {name: value for name, value in (explicit or {}).items() if value is not None}
    _refuse_unknown(place, given)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError(_explanation(error, _origins(place, given))) from error
    resolved = settings.model_copy(update={name: _absolute(getattr(settings, name), Path.cwd()) for name in FOLDERS})
    resolved._origins.update(_origins(place, given))
    return resolved


def starter_folder() -> Path:
    """Folder of the starter corpus: inside the installed package, or the ``corpus/`` of an editable install's checkout.

    Raises:
        SettingsError: neither is there; the installation is incomplete.
    """
    package = Path(__file__).parent
    for folder in (package / "starter", package.parents[1] / "corpus"):
        if folder.is_dir():
            return folder
    raise SettingsError(f"the starter corpus is missing from {package}: install mlsurvey again")


def user_corpus() -> Path:
    """The corpus folder of those who work outside a checkout."""
    return platformdirs.user_data_path(PROJECT) / "corpus"


def vocabulary_folders(settings: Settings) -> tuple[Path, ...]:
    """Folders with vocabulary files, the shipped one first: the corpus may add to it and replace entries."""
    return tuple(dict.fromkeys((starter_folder().resolve(), settings.corpus.resolve())))


def _is_checkout(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, ValueError):  # no such file, or one that is none of ours to judge
        return False
    return isinstance(project, dict) and project.get("name") == PROJECT


def _file_values(place: Place) -> Mapping[str, Any]:
    """Keys of the settings file; its relative folders are relative to the file, not to where one stands."""
    if place.file is None:
        return {}
    try:
        values = tomllib.loads(place.file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{place.file} is not valid TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{place.file} cannot be read: {error.strerror}") from error
    home = place.file.parent
    values.pop(SERVE, None)
    return {key: _absolute(Path(v), home) if key in FOLDERS and isinstance(v, str) else v for key, v in values.items()}


def _absolute(path: Path, home: Path) -> Path:
    return Path(os.path.normpath(home / path.expanduser()))  # resolve() would follow the person's own links


def _origins(place: Place, given: Mapping[str, object]) -> dict[str, str]:
    """Where each field's value comes from, in the order of the sources."""
    environment, file = EnvSettingsSource(Settings)(), _file_values(place)
    default = f"default inside the checkout {place.checkout}" if place.checkout else "default in the user's data folder"

    def origin(name: str) -> str:
        if name in given:
            return f"argument --{name}"
        if name in environment:
            return f"environment variable {PREFIX}{name.upper()}"
        if name in file:
            return f"file {place.file}"
        return default if name in FOLDERS else "default"

    return {name: origin(name) for name in Settings.model_fields}


def _refuse_unknown(place: Place, given: Mapping[str, object]) -> None:
    known = ", ".join(Settings.model_fields)
    for key, origin in _unknown(place, given):
        raise SettingsError(f"unknown setting {key!r} ({origin}); known: {known}")


def _unknown(place: Place, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    fields = Settings.model_fields
    yield from ((key, "argument") for key in given if key not in fields)
    yield from ((key, f"file {place.file}") for key in _file_values(place) if key not in fields)
    for variable in sorted(os.environ):
        key = variable.removeprefix(PREFIX).lower()
        is_ours = variable.startswith(PREFIX) and not key.startswith(f"{SERVE}_")
        if is_ours and variable not in NOT_SETTINGS and key not in fields:
            yield key, f"environment variable {variable}"


def _explanation(error: ValidationError, origins: Mapping[str, str]) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    return f"setting {name!r} cannot be {first['input']!r} ({origins.get(name, 'argument')}): {first['msg']}"
