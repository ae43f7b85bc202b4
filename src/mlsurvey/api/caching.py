"""Checks whether a client already has an answer."""

from __future__ import annotations

import hashlib

from starlette.requests import Request

from mlsurvey import __version__


def etag(*parts: object) -> str:
    """Return a weak tag: equal parts mean equivalent results, though their timings differ."""
    text = "\0".join((__version__, *map(str, parts)))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def has(request: Request, tag: str) -> bool:
    """Whether ``If-None-Match`` names the tag, so that the client already has the result."""
    return names(request.headers.get("if-none-match"), tag)


def names(header: str | None, tag: str) -> bool:
    """Whether a list of tags contains this one by weak comparison, or is ``*``."""
    if header is None:
        return False
    bare = tag.removeprefix("W/")
    return any(one.strip() == "*" or one.strip().removeprefix("W/") == bare for one in header.split(","))
