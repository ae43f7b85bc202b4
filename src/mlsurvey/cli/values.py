"""Takes option values as typed if they need no check.

Typer validates every value with pydantic, even one that was not given. Loading pydantic and building the validators
takes a fifth of the time a process needs to answer a question. Text and readable paths need no validation.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_UNSURE = object()


def without_checks(command: Any) -> None:
    """Let the parameters of a Typer command and its subcommands take plain values without a check."""
    listed = command.get_params

    def get_params(ctx: Any) -> Any:
        parameters = listed(ctx)  # includes the --help option, which this call creates and caches
        for parameter in parameters:
            if "process_value" not in vars(parameter):
                _take_plain_values(parameter)
        return parameters

    command.get_params = get_params
    for below in getattr(command, "commands", {}).values():
        without_checks(below)


def _take_plain_values(parameter: Any) -> None:
    checked = parameter.process_value

    def process_value(ctx: Any, value: Any) -> Any:
        plain = _plain(parameter, value)
        if plain is _UNSURE or (parameter.required and parameter.value_is_missing(plain)):
            return checked(ctx, value)
        return plain if parameter.callback is None else parameter.callback(ctx, parameter, plain)

    parameter.process_value = process_value


def _plain(parameter: Any, value: Any) -> Any:
    """Return the value as Typer would convert it; ``_UNSURE`` if it needs a check."""
    if value is None:
        return () if parameter.multiple or parameter.nargs == -1 else None
    if value is parameter.default:
        return value
    annotation = parameter.type_descriptor.annotation
    if annotation is str or annotation is Path:
        return _one(annotation, value)
    if annotation == list[str] or annotation == list[Path]:
        items = [_one(annotation.__args__[0], item) for item in value]
        return _UNSURE if _UNSURE in items else items
    return _UNSURE


def _one(kind: type[str] | type[Path], value: object) -> object:
    """Convert to text or a path; ``_UNSURE`` for a path that exists but is not readable, the only check made here."""
    if not isinstance(value, str):
        return _UNSURE
    if kind is str:
        return value
    return Path(value) if os.access(value, os.R_OK) or not os.path.lexists(value) else _UNSURE
