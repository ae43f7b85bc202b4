"""Decides where the settings and the index of a folder of documents are, and writes its settings file."""

from __future__ import annotations

import json
import os
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mlsurvey.address import Address
from mlsurvey.errors import NotFoundError, SettingsError, StorageError, UsageError, similar
from mlsurvey.reading.ignoring import STORE
from mlsurvey.reading.scan import READABLE_SUFFIXES, Scan, scan
from mlsurvey.settings import FILE_NAME, NAMES, PREFIX, Settings, find_place, load_settings
from mlsurvey.started import Settled
from mlsurvey.syncing.atomic import write_whole

INDEX = f"{STORE}/index"
"""Where a new settings file puts the index, relative to the folder."""
_HEAD = "# Settings of mlsurvey in this folder and those below it; `mlsurvey config` lists all there are.\n"
_NAMED = 3
"""Suffixes that a message names at most."""


def settle(folder: Path, given: Mapping[str, Any]) -> tuple[Settings, Settled]:
    """The settings with which later commands in a folder find its documents; a settings file is written if needed.

    Args:
        folder: folder of documents.
        given: options by name, such as ``index``; those that are None count as not given.

    Raises:
        NotFoundError: there is no such folder.
        UsageError: it is a file or has no document, or a settings file or variable says something else.
        SettingsError: a setting is invalid.
        StorageError: the settings file cannot be written.
    """
    folder = Path(os.path.normpath(Path.cwd() / folder.expanduser()))
    check_folder(folder)
    options = {name: value for name, value in given.items() if value is not None}
    check_environment(folder, os.environ)
    file = folder / FILE_NAME
    if file.is_file():
        return _kept(folder, file, options)
    before = load_settings(options, folder)
    check_documents(folder, scan(folder, before.exclude))
    if _is_default(before, folder, options):
        return before, Settled(str(before.corpus), str(before.index), _file_of(folder))
    is_given = before.origins["index"].startswith(("argument", "environment"))
    return _written(folder, {**options, "index": before.index if is_given else folder / INDEX})


def check_folder(folder: Path) -> None:
    """Raise unless it is a folder; the message says what to type.

    Raises:
        NotFoundError: there is none; similar ones are suggested.
        UsageError: it is a file.
    """
    if folder.is_dir():
        return
    if folder.exists():
        raise UsageError(f"{folder} is a file; name the folder that it is in: mlsurvey init {folder.parent}")
    beside = folder.parent
    names = [one.name for one in beside.iterdir() if one.is_dir()] if beside.is_dir() else []
    close = similar(folder.name, [name for name in names if not name.startswith(".")])
    raise NotFoundError(f"no folder {str(folder)!r}{close or '; put documents into it, or name another one'}")


def check_environment(folder: Path, environment: Mapping[str, str]) -> None:
    """Raise UsageError if a variable names another corpus: later commands would use that one."""
    variable = f"{PREFIX}CORPUS"
    named = environment.get(variable)
    if named and not _is_same(Path(named).expanduser(), folder):
        raise UsageError(
            f"{variable} is {named!r} and has precedence over a settings file, so later commands would not use "
            f"{folder}; type: unset {variable} {PREFIX}INDEX"
        )


def check_documents(folder: Path, found: Scan) -> None:
    """Raise UsageError if no file in the folder can become a document; the message says what is there instead."""
    if found.files:
        return
    supported = f"supported: {' '.join(READABLE_SUFFIXES)}"
    if not found.unreadable and not found.left_out:
        raise UsageError(f"{folder} is empty; put documents into it; {supported}")
    kinds = Counter(PurePosixPath(one.path).suffix.lower() or "without a suffix" for one in found.unreadable)
    there = [f"{count} {kind}" for kind, count in kinds.most_common(_NAMED)]
    there += ["others"] if len(kinds) > _NAMED else []
    reasons = ", ".join(sorted({one.reason for one in found.left_out}))
    there += [f"{len(found.left_out)} left out ({reasons})"] if found.left_out else []
    raise UsageError(f"{folder} has no document that can be read, only {', '.join(there)}; {supported}")


def settings_text(folder: Path, values: Mapping[str, Any]) -> str:
    """The text of a settings file in a folder, for values by name; paths in the folder are relative to it."""
    lines = [f"{name} = {_toml(_relative(value, folder))}" for name, value in values.items()]
    return _HEAD + "\n".join(lines) + "\n"


def _kept(folder: Path, file: Path, options: Mapping[str, Any]) -> tuple[Settings, Settled]:
    """The settings of a file that is there already.

    Raises:
        UsageError: it does not name a corpus, or says something else than an option.
    """
    there = load_settings(folder=folder)
    lines = settings_text(folder, {"corpus": folder, "index": folder / INDEX}).removeprefix(_HEAD).split("\n")
    if "corpus" not in _keys(file):
        raise UsageError(f"{file} exists and names no corpus; add these lines at its top: {' and '.join(lines[:2])}")
    settings = load_settings(options, folder)
    for name in (name for name in NAMES if name in options):
        if getattr(settings, name) != getattr(there, name):
            raise UsageError(
                f"{file} exists and is not changed: {name} is {getattr(there, name)!s} there; "
                f"edit it, or leave --{name} out"
            )
    check_documents(settings.corpus, scan(settings.corpus, settings.exclude))
    notes = () if _is_same(settings.corpus, folder) else (f"{file} names another folder: {settings.corpus}",)
    return settings, Settled(str(settings.corpus), str(settings.index), str(file), notes=notes)


def _written(folder: Path, values: Mapping[str, Any]) -> tuple[Settings, Settled]:
    """Write a settings file with these values, then load the settings as a later command does."""
    hidden, file = find_place(folder).file, folder / FILE_NAME
    try:
        if values["index"] == folder / INDEX:
            _keep_from_git(folder / STORE)
        write_whole(file, settings_text(folder, {"corpus": folder, **values}).encode())
    except OSError as error:
        raise StorageError(
            f"cannot write {error.filename or file}: {error.strerror}; without a settings file, type: "
            f"mlsurvey refresh --corpus {folder} --index FOLDER"
        ) from error
    settings = load_settings(folder=folder)
    notes = (f"{hidden} is not read here any more: a nearer settings file has precedence",) if hidden else ()
    return settings, Settled(str(settings.corpus), str(settings.index), str(file), written=True, notes=notes)


def _keep_from_git(store: Path) -> None:
    """Let git ignore the folder of the index."""
    if not (store / ".gitignore").exists():
        write_whole(store / ".gitignore", b"*\n")


def _is_default(settings: Settings, folder: Path, options: Mapping[str, Any]) -> bool:
    """Whether commands in the folder use it as it is, without an option or a variable."""
    is_lasting = not settings.origins["corpus"].startswith("environment")
    return is_lasting and not options and _is_same(settings.corpus, folder)


def _file_of(folder: Path) -> str | None:
    file = find_place(folder).file
    return str(file) if file and "corpus" in _keys(file) else None


def _keys(file: Path) -> Sequence[str]:
    try:
        return list(tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:  # loading the settings says more
        raise SettingsError(f"{file} cannot be read: {error}") from error


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _relative(value: Any, folder: Path) -> Any:
    if isinstance(value, Address):
        return value.text
    if not isinstance(value, Path):
        return list(value) if isinstance(value, tuple) else value
    return value.relative_to(folder).as_posix() if value.is_relative_to(folder) else str(value)


def _toml(value: Any) -> str:
    """A string or a list of strings in TOML, which escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False)
