"""Saved preferences and custom key bindings of the user."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from mlsurvey.errors import SettingsError
from mlsurvey.syncing.atomic import write_whole

KEYS_FILE = "keys.toml"
_STATE_FILE = "tui.json"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Preferences kept between sessions."""

    theme: str = "textual-dark"
    cards: bool = False
    """Show comparisons as cards even if a matrix fits."""


def state_folder() -> Path:
    """Return the folder of the history and the preferences: the user's data folder."""
    return platformdirs.user_data_path("mlsurvey")


def load(folder: Path) -> Preferences:
    """Load the preferences from ``folder``; the defaults if the file is missing or damaged.

    A broken preferences file must not prevent the application from starting.
    """
    try:
        kept = json.loads((folder / _STATE_FILE).read_text("utf-8"))
        return Preferences(theme=str(kept["theme"]), cards=bool(kept["cards"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Preferences()


def save(folder: Path, preferences: Preferences) -> None:
    """Save the preferences; the file is replaced atomically."""
    write_whole(folder / _STATE_FILE, json.dumps(asdict(preferences)).encode())


def keymap(file: Path) -> Mapping[str, str]:
    """Return keys by binding id, from a TOML file with lines such as ``ask.history = "ctrl+y"``; empty without a file.

    Raises:
        SettingsError: the file cannot be read, is not valid TOML, or a key is not a string.
    """
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read the key bindings in {file}: {error}") from error
    return _flat(table, "", file)


def _flat(table: Mapping[str, object], prefix: str, file: Path) -> dict[str, str]:
    keys: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            keys |= _flat(value, f"{prefix}{name}.", file)
        elif isinstance(value, str):
            keys[prefix + name] = value
        else:
            raise SettingsError(f'{file}: {prefix}{name} = {value!r} is not a key; write a string, such as "ctrl+y"')
    return keys
