"""Settings: read once from four sources, each value with its origin.

A value is taken from the first source that has it:

1. an explicit argument (``--corpus`` on the command line);
2. the environment (``MLSURVEY_CORPUS``);
3. the file ``mlsurvey.toml`` in the current folder or the nearest one above it (in a checkout: up to its root), else
   the one in the user's configuration folder;
4. the default, which depends on the current folder: inside a checkout its ``corpus/`` and ``index/``,
   elsewhere folders of these names in the user's data folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import platformdirs

from mlsurvey.address import TOKEN, Address, address_of, is_address
from mlsurvey.errors import SettingsError

PREFIX = "MLSURVEY_"
FILE_NAME = "mlsurvey.toml"
PROJECT = "mlsurvey"
FOLDERS = ("corpus", "index")
EXCLUDE = "exclude"
SERVE = "serve"
"""Table in the settings file, and prefix of environment variables, reserved for the service."""
WRITER_KEY = "MLSURVEY_WRITER_KEY"
"""The key of the language model. Read when it is used and never kept in the settings, which are shown."""
NOT_SETTINGS = frozenset({"MLSURVEY_SHARED", WRITER_KEY, TOKEN})
"""Variables with our prefix that are not settings: secrets, and one that gives the tests the real documents."""


Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16"]
Engine = Literal["auto", "openvino", "onnxruntime", "torch"]
Vectors = Literal["auto", "exact", "compressed"]
Writer = Literal["none", "openai-compatible"]
WRITER_USES = ("summary", "choose", "read")
"""What a language model may be used for."""
CHOICES = {
    "device": get_args(Device),
    "engine": get_args(Engine),
    "precision": get_args(Precision),
    "vectors": get_args(Vectors),
    "writer": get_args(Writer),
}
URL = re.compile(r"https?://[^\s?#]+")
WRITER_URL = re.compile(r"https?://[^\s?#@]+")
"""Without a user or password, since settings are shown."""
WHOLE = {"document_seconds": 999_999, "writer_seconds": 600, "writer_tokens": 32_768}
"""Settings that are whole numbers, with the greatest value."""


@dataclass(frozen=True)
class Settings:
    """All user settings; created by :func:`load_settings`.

    Validated without pydantic, whose import would take a fifth of the time in which a process answers a question.

    Raises:
        SettingsError: a value is invalid.
    """

    corpus: Path
    """Folder that holds the documents."""
    index: Path | Address
    """Folder that holds the index built from them, or the address of an engine that keeps it, such as
    ``milvus://localhost:19530/mlsurvey``."""
    model: str = "all-MiniLM-L6-v2"
    """Sentence-transformers model that embeds passages and questions: a name or a folder."""
    device: Device = "auto"
    """Device that embeds passages; auto takes the fastest available."""
    precision: Precision = "auto"
    """Number format for embedding; auto takes bf16 if the CPU supports it and the vectors stay accurate."""
    engine: Engine = "auto"
    """CPU engine that embeds passages; auto takes the fastest installed one, by a one-second trial."""
    vectors: Vectors = "auto"
    """How vectors are searched: exact scans all of them; auto scans compressed codes if there are many vectors, then
    rescores the best; compressed does the same with the least memory."""
    judge: str = "auto"
    """Model that decides whether a stretch answers the question: auto is the bundled network, none its sieve alone;
    anything else is a cross-encoder, by name or folder."""
    reranker: str | None = None
    """Cross-encoder that reranks the best hits: a name or a folder; None or an empty string for no reranking."""
    document_seconds: str | int = 60
    """Processor seconds that reading a document may take, and 20 more for each megabyte; one that takes longer is left
    out."""
    github_raw: str = "https://raw.githubusercontent.com"
    """Base URL from which `sync` reads files of GitHub repositories: GitHub itself, or a mirror with the same paths."""
    writer: Writer = "none"
    """Language model that writes beside the quotes: none, or a server that speaks the chat-completions protocol."""
    writer_url: str = ""
    """Base URL of that server, such as ``http://localhost:11434/v1``; nothing else is contacted."""
    writer_model: str = ""
    """Name of the model, as the server knows it."""
    writer_key_file: str = ""
    """File with the key for the server, unless ``MLSURVEY_WRITER_KEY`` has it; a local server needs none."""
    writer_uses: str = "summary"
    """What the model is used for, separated by commas: ``summary`` writes one above the quotes,
    ``choose`` chooses among the candidates for them, ``read`` reads the question."""
    writer_seconds: str | int = 30
    """Seconds that the model may take for one answer; what is not written by then is left out."""
    writer_tokens: str | int = 600
    """Maximum tokens of one reply of the model."""
    exclude: tuple[str, ...] = ()
    """Patterns of files and folders that stay out of the index, with the syntax of ``.gitignore``. A string has one
    on each line; in the environment, commas separate them too."""
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Where the value of each field came from, in words."""

    def __post_init__(self) -> None:
        for name in NAMES:
            value = getattr(self, name)
            if problem := _problem(name, value):
                origin = self.origins.get(name, "argument")
                raise SettingsError(f"setting {name!r} cannot be {shown(value)!r} ({origin}): {problem}")
        if self.writer != "none":
            self._check_writer()
        for name in FOLDERS:
            object.__setattr__(self, name, placed(getattr(self, name)))
        object.__setattr__(self, EXCLUDE, _patterns(self.exclude))

    def _check_writer(self) -> None:
        for name, example in (("writer_url", "http://localhost:11434/v1"), ("writer_model", "qwen3:4b")):
            if not getattr(self, name):
                raise SettingsError(
                    f"setting 'writer' is {self.writer!r} ({self.origins.get('writer', 'argument')}), but {name!r} is "
                    f"not set; set {PREFIX}{name.upper()}, or {name} in {FILE_NAME}, such as {example!r}"
                )

    @property
    def folder(self) -> Path:
        """Folder for files of the index on this machine: the index itself, or one in the user's cache folder."""
        if isinstance(self.index, Path):
            return self.index
        name = hashlib.sha256(self.index.text.encode()).hexdigest()[:16]
        return platformdirs.user_cache_path(PROJECT) / "indexes" / name

    def values(self) -> dict[str, str | None]:
        """The fields as strings; ``Settings(**values)`` recreates the same settings in another process."""
        values = {name: None if (value := getattr(self, name)) is None else str(value) for name in NAMES}
        return values | {EXCLUDE: "\n".join(self.exclude)}


NAMES = tuple(one.name for one in fields(Settings) if one.name != "origins")
"""Names of the settings, in display order."""


def _problem(name: str, value: object) -> str | None:
    """Why the value is invalid for a setting; None if it is valid."""
    if name == "index" and is_address(value):
        return _problem_of_address(value)
    if name in FOLDERS:
        return None if isinstance(value, (str, os.PathLike)) else f"Input is not a valid path for {Path}"
    if choices := CHOICES.get(name):
        listed = ", ".join(map(repr, choices[:-1]))
        return None if value in choices else f"Input should be {listed} or {choices[-1]!r}"
    if name == EXCLUDE:
        return _problem_of_patterns(value)
    if name == "reranker" and value is None:
        return None
    if most := WHOLE.get(name):
        is_number = re.fullmatch(r"[1-9][0-9]{0,5}", str(value)) is not None and not isinstance(value, float)
        return None if is_number and int(str(value)) <= most else f"Input should be a whole number from 1 to {most}"
    return _problem_of_text(name, value) if isinstance(value, str) else "Input should be a valid string"


def _problem_of_address(value: object) -> str | None:
    try:
        placed(value)
    except ValueError as error:
        return str(error)
    return None


def shown(value: object) -> object:
    """A value as messages may show it: without what an address holds before an ``@``, or after ``?`` or ``#``."""
    if not isinstance(value, str):
        return value
    return re.sub(r"(://[^?#]*[?#]).*", r"\1…", re.sub(r"(://)[^/@]*@", r"\1…@", value), flags=re.DOTALL)


def placed(value: Any) -> Path | Address:
    """A folder, or an address.

    Raises:
        ValueError: it is meant as an address, and is none.
    """
    if isinstance(value, Address):
        return value
    return address_of(value) if is_address(value) else Path(value)


def _problem_of_text(name: str, value: str) -> str | None:
    if name == "github_raw" and not URL.fullmatch(value):
        return f"String should match pattern '^{URL.pattern}$'"
    if name == "writer_url" and value and not WRITER_URL.fullmatch(value):
        return "Input should be a URL such as 'http://localhost:11434/v1', without user, password, '?' and '#'"
    if name == "writer_uses" and not set(uses_of(value)) <= set(WRITER_USES):
        return f"Input should be any of {', '.join(map(repr, WRITER_USES))}, separated by commas"
    return None


def uses_of(value: str) -> tuple[str, ...]:
    """The uses that the setting ``writer_uses`` names."""
    return tuple(part for one in value.split(",") if (part := one.strip()))


def _problem_of_patterns(value: object) -> str | None:
    if not isinstance(value, (str, list, tuple)) or not all(isinstance(one, str) for one in value):
        return "Input should be a list of patterns, such as ['drafts/', '*.txt']"
    if not (patterns := _patterns(value)):
        return None
    from mlsurvey.reading.ignoring import Patterns  # loads the library of patterns, which few need

    wrong = Patterns(patterns).faults
    return f"{wrong[0][1]!r} is not a valid pattern; use the syntax of .gitignore" if wrong else None


def _patterns(value: str | Iterable[str]) -> tuple[str, ...]:
    lines = value.split("\n") if isinstance(value, str) else value
    return tuple(line for line in lines if line.strip())


@dataclass(frozen=True, slots=True)
class Place:
    """The surroundings that determine the settings."""

    checkout: Path | None
    """Root of the mlsurvey checkout that contains the current folder, if any."""
    file: Path | None
    """The settings file in effect, if any."""
    data: Path
    """Default parent folder of corpus and index."""

    @property
    def defaults(self) -> Mapping[str, Path]:
        """Default corpus and index folders."""
        return {name: self.data / name for name in FOLDERS}


def find_place(folder: Path) -> Place:
    """Find the checkout around ``folder``, the settings file, and the data folder."""
    above = (folder, *folder.parents)
    checkout = next((f for f in above if _is_checkout(f)), None)
    homes = (*above[: above.index(checkout) + 1 if checkout else None], platformdirs.user_config_path(PROJECT))
    file = next((home / FILE_NAME for home in homes if _is_file(home / FILE_NAME)), None)
    return Place(checkout, file, checkout or platformdirs.user_data_path(PROJECT))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that may not be searched, such as the home of another user
        return False


def load_settings(explicit: Mapping[str, Any] | None = None, folder: Path | None = None) -> Settings:
    """Settings for a folder and the environment.

    Args:
        explicit: values that have precedence; those that are None count as not given.
        folder: the folder in which a command is typed; by default the current one.

    Raises:
        SettingsError: a key is unknown or a value is invalid; the message names its origin.
    """
    here = Path.cwd()
    place = find_place(folder or here)
    given = {name: value for name, value in (explicit or {}).items() if value is not None}
    file, environment = _file_values(place), _environment()
    _refuse_unknown(place, file, given)
    _check_file(place, {name: value for name, value in file.items() if name not in {**environment, **given}})
    values = {**place.defaults, **file, **environment, **given}
    values |= {name: _absolute(Path(v), here) for name in FOLDERS if _is_folder(v := values[name])}
    return Settings(**values, origins=_origins(place, file, environment, given))


def line_in(file: Path | None, key: str, table: str = "") -> str:
    """Where a key stands in a settings file, as its path and line; a table's key may also be written ``table.key``."""
    text = file.read_text("utf-8") if file else ""
    head = re.search(rf"^[ \t]*\[[ \t]*{table}[ \t]*\]", text, re.MULTILINE) if table else None
    pattern = re.compile(rf"""^[ \t]*(?:{table}\.)?["']?{re.escape(key)}["']?[ \t]*=""", re.MULTILINE)
    found = pattern.search(text, head.end() if head else 0)
    return f"{file}, line {text.count(chr(10), 0, found.start()) + 1}" if found else str(file)


def starter_folder() -> Path:
    """Folder of the starter corpus: in the installed package, or ``corpus/`` in the checkout of an editable install.

    Raises:
        SettingsError: neither exists; the installation is incomplete.
    """
    package = Path(__file__).parent
    for folder in (package / "starter", package.parents[1] / "corpus"):
        if folder.is_dir():
            return folder
    raise SettingsError(f"the starter corpus is missing from {package}: install mlsurvey again")


def user_corpus() -> Path:
    """The default corpus folder outside a checkout."""
    return platformdirs.user_data_path(PROJECT) / "corpus"


def vocabulary_folders(settings: Settings) -> tuple[Path, ...]:
    """Folders with vocabulary files, the bundled one first: the corpus may add entries and replace bundled ones."""
    return tuple(dict.fromkeys((starter_folder().resolve(), settings.corpus.resolve())))


def _is_checkout(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).get("project", {})
    except (OSError, ValueError):  # no such file, or not valid TOML
        return False
    return isinstance(project, dict) and project.get("name") == PROJECT


def _file_values(place: Place) -> Mapping[str, Any]:
    """Values from the settings file; relative folders are resolved against the file, not the current folder."""
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
    return {key: _absolute(Path(v), home) if key in FOLDERS and _is_folder(v) else v for key, v in values.items()}


def _is_folder(value: object) -> bool:
    return isinstance(value, (str, os.PathLike)) and not is_address(value)


def _absolute(path: Path, home: Path) -> Path:
    return Path(os.path.normpath(home / path.expanduser()))  # resolve() would follow the user's symlinks


def _environment() -> dict[str, str]:
    """Settings from the environment; names are case-insensitive, and an empty variable counts as unset."""
    variables = {variable.lower(): value for variable, value in os.environ.items()}
    values = {name: value for name in NAMES if (value := variables.get(f"{PREFIX}{name}".lower()))}
    if EXCLUDE in values:
        values[EXCLUDE] = "\n".join(one.strip() for one in values[EXCLUDE].replace(",", "\n").split("\n"))
    return values


def _origins(
    place: Place, file: Mapping[str, object], environment: Mapping[str, object], given: Mapping[str, object]
) -> dict[str, str]:
    """Where each field's value comes from, in words."""
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


def _check_file(place: Place, values: Mapping[str, object]) -> None:
    """Raise SettingsError for a wrong value in the settings file, with its line."""
    for name, value in values.items():
        if problem := _problem(name, value):
            raise SettingsError(f"{line_in(place.file, name)}: setting {name!r} cannot be {shown(value)!r}: {problem}")


def _unknown(place: Place, file: Mapping[str, object], given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    yield from ((key, "argument") for key in given if key not in NAMES)
    yield from ((key, f"file {line_in(place.file, key)}") for key in file if key not in NAMES)
    for variable in sorted(os.environ):
        key = variable.removeprefix(PREFIX).lower()
        is_ours = variable.startswith(PREFIX) and not key.startswith(f"{SERVE}_")
        if is_ours and variable not in NOT_SETTINGS and key not in NAMES:
            yield key, f"environment variable {variable}"
