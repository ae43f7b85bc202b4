"""Values as they were typed, where there is nothing to check.

Typer has pydantic check every value, also one that was not given; to load it and to make the checks takes a fifth of
the time in which a process answers a question. Text is text without it, and a readable path a path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_UNSURE = object()


def without_checks(command: Any) -> None:
    """Let the parameters of a Typer command, and of those below it, take plain values without a check."""
    listed = command.get_params

    def get_params(ctx: Any) -> Any:
        parameters = listed(ctx)  # with the option --help, which is made here and kept
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
    """What Typer would make of the value; ``_UNSURE`` where that takes a check."""
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
    """Text, or a path that is no file yet or may be read: nothing else is asked of paths here."""
    if not isinstance(value, str):
        return _UNSURE
    if kind is str:
        return value
    return Path(value) if os.access(value, os.R_OK) or not os.path.lexists(value) else _UNSURE
