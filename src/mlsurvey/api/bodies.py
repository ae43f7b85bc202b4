"""JSON bodies, parsed strictly by RFC 8259: what Python alone would accept or fail on is reported with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from mlsurvey.api.problems import RefusalError

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?[A-Za-z]+|-?[0-9][0-9.eE+-]*', re.DOTALL)
"""The strings, words and numbers of a text; exact if the text is JSON."""
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a surrogate pair as an escape; most texts have none, and need no further look."""
LONGEST_NUMBER = 4_300
"""Maximum digits of an integer: Python refuses to read longer ones, since the time is quadratic in their number."""


def parse(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8, with or without a byte order mark.

    Raises:
        RefusalError: it is malformed; the detail says where, by line and column, both counted from 1.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig")
        raise _malformed(f"the body is not UTF-8 at {_place(before, len(before))}; send JSON in UTF-8") from error
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        what = error.msg[:1].lower() + error.msg[1:]
        raise _malformed(f"the body is not valid JSON: {what} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _malformed("the body is nested too deeply") from error
    except ValueError as error:
        raise _malformed(_fault(text) or str(error)) from error
    if _ESCAPED.search(text) and (fault := _fault(text)):
        raise _malformed(fault)
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"the name {_repeated(name for name, _ in pairs)!a:.80} occurs twice in one object")
    return found


def _repeated(names: Iterable[str]) -> str:
    seen: set[str] = set()
    return next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]


def _fault(text: str) -> str | None:
    """Return the first value that is JSON for Python only, with its place; None if there is none."""
    for token in _TOKEN.finditer(text):
        if what := _what(token.group()):
            return f"the body is not valid JSON: {what} at {_place(text, token.start())}"
    return None


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}, column {position - text.rfind(chr(10), 0, position)}"


def _what(token: str) -> str | None:
    if token[0] == '"':
        return "half of a surrogate pair" if _ESCAPED.search(token) and _is_torn(token) else None
    if token.lstrip("-") in ("NaN", "Infinity"):
        return f"{token} is not a number"
    if token.lstrip("-").isdecimal() and len(token) > LONGEST_NUMBER:
        return f"an integer of more than {LONGEST_NUMBER:,} digits"
    return None


def _is_torn(token: str) -> bool:
    try:
        json.loads(token).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _malformed(detail: str) -> RefusalError:
    return RefusalError("malformed", detail)
