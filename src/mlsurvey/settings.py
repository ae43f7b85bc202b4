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
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from mlsurvey.errors import SettingsError

PREFIX = "MLSURVEY_"
FILE_NAME = "mlsurvey.toml"
PROJECT = "mlsurvey"
FOLDERS = ("corpus", "index")
SERVE = "serve"
"""Table of the settings file, and beginning of the names in the environment, that belong to the service."""
NOT_SETTINGS = frozenset({"MLSURVEY_SHARED"})
"""Names with our prefix that are no settings: this one tells the tests where the real documents are."""


Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16"]
Engine = Literal["auto", "openvino", "onnxruntime", "torch"]
Vectors = Literal["auto", "exact", "compressed"]
_CHOICES = {
    "device": get_args(Device),
    "engine": get_args(Engine),
    "precision": get_args(Precision),
    "vectors": get_args(Vectors),
}
_URL = re.compile(r"https?://[^\s?#]+")


@dataclass(frozen=True)
class Settings:
    """All that a person may set. Made by :func:`load_settings`.

    Checked by hand, in a few lines: pydantic would be a fifth of the time in which a process answers a question.

    Raises:
        SettingsError: a value is not possible.
    """

    corpus: Path
    """Folder that holds the documents."""
    index: Path
    """Folder that holds the index built from them."""
    model: str = "all-MiniLM-L6-v2"
    """Sentence-transformers model that embeds passages and questions: a name or a folder."""
    device: Device = "auto"
    """Where passages are embedded; auto takes the fastest there is."""
    precision: Precision = "auto"
    """Number format while embedding; auto takes bf16 where the processor has it and the vectors keep."""
    engine: Engine = "auto"
    """What embeds passages on a processor; auto takes the faster of those that are installed, by a second's trial."""
    vectors: Vectors = "auto"
    """How vectors are searched: exact scans them all; auto scans codes where there are many, and refines the best;
    compressed does so in the least memory."""
    judge: str = "auto"
    """What decides whether a stretch answers: auto is the network that comes along, none its sieve alone; else a
    cross-encoder, by name or folder."""
    reranker: str | None = None
    """Cross-encoder that orders the best hits anew: a name or a folder; none, or an empty text, for no reranking."""
    github_raw: str = "https://raw.githubusercontent.com"
    """Where `sync` reads files of GitHub's repositories: the host itself, or a mirror with the same paths."""
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """For each field, in words, where its value came from."""

    def __post_init__(self) -> None:
        for name in NAMES:
            value = getattr(self, name)
            if problem := _problem(name, value):
                origin = self.origins.get(name, "argument")
                raise SettingsError(f"setting {name!r} cannot be {value!r} ({origin}): {problem}")
        for name in FOLDERS:
            object.__setattr__(self, name, Path(getattr(self, name)))

    def values(self) -> dict[str, str | None]:
        """The fields as plain text, from which ``Settings(**values)`` makes the same in another process."""
        return {name: None if (value := getattr(self, name)) is None else str(value) for name in NAMES}


NAMES = tuple(one.name for one in fields(Settings) if one.name != "origins")
"""What may be set, in the order in which it is told."""


def _problem(name: str, value: object) -> str | None:
    """Why a setting cannot have the value; None where it can."""
    if name in FOLDERS:
        return None if isinstance(value, (str, os.PathLike)) else f"Input is not a valid path for {Path}"
    if choices := _CHOICES.get(name):
        listed = ", ".join(map(repr, choices[:-1]))
        return None if value in choices else f"Input should be {listed} or {choices[-1]!r}"
    if name == "reranker" and value is None:
        return None
    if not isinstance(value, str):
        return "Input should be a valid string"
    if name == "github_raw" and not _URL.fullmatch(value):
        return f"String should match pattern '^{_URL.pattern}$'"
    return None


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
    place, here = find_place(Path.cwd()), Path.cwd()
    given = {name: value for name, value in (explicit or {}).items() if value is not None}
    file, environment = _file_values(place), _environment()
    _refuse_unknown(place, file, given)
    values = {**place.defaults, **file, **environment, **given}
    values |= {name: _absolute(Path(v), here) for name in FOLDERS if isinstance(v := values[name], (str, os.PathLike))}
    return Settings(**values, origins=_origins(place, file, environment, given))


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


def _environment() -> dict[str, str]:
    """Settings in the environment, whatever the case of the variables' names; an empty one counts as not set."""
    variables = {variable.lower(): value for variable, value in os.environ.items()}
    return {name: value for name in NAMES if (value := variables.get(f"{PREFIX}{name}".lower()))}


def _origins(
    place: Place, file: Mapping[str, object], environment: Mapping[str, object], given: Mapping[str, object]
) -> dict[str, str]:
    """Where each field's value comes from, in the order of the sources."""
    default = f"default inside the checkout {place.checkout}" if place.checkout else "default in the user's data folder"

    def origin(name: str) -> str:
        if name in given:
            return f"argument --{name}"
        if name in environment:
            return f"environment variable {PREFIX}{name.upper()}"
        if name in file:
            return f"file {place.file}"
        return default if name in FOLDERS else "default"

    return {name: origin(name) for name in NAMES}


def _refuse_unknown(place: Place, file: Mapping[str, object], given: Mapping[str, object]) -> None:
    for key, origin in _unknown(place, file, given):
        raise SettingsError(f"unknown setting {key!r} ({origin}); known: {', '.join(NAMES)}")


def _unknown(place: Place, file: Mapping[str, object], given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from ((key, "argument") for key in given if key not in NAMES)
    yield from ((key, f"file {place.file}") for key in file if key not in NAMES)
    for variable in sorted(os.environ):
        key = variable.removeprefix(PREFIX).lower()
        is_ours = variable.startswith(PREFIX) and not key.startswith(f"{SERVE}_")
        if is_ours and variable not in NOT_SETTINGS and key not in NAMES:
            yield key, f"environment variable {variable}"
