"""Media types in the headers of a request. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

HTML = "text/html"
JSON = "application/json"


def essence(header: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return header.partition(";")[0].strip().casefold()


def is_json(header: str) -> bool:
    """Whether a ``Content-Type`` is JSON in UTF-8, the only encoding of JSON in RFC 8259."""
    kind = essence(header)
    charset = _parameter(header, "charset") or "utf-8"
    is_subtype = kind.startswith("application/") and kind.endswith("+json")
    return (kind == JSON or is_subtype) and charset in ("utf-8", "utf8", "us-ascii")


def is_acceptable(header: str, offered: Collection[str]) -> bool:
    """Whether an ``Accept`` admits any of the media types offered, by RFC 9110, section 12.5.1.

    Parameters other than ``q`` are ignored: nothing here is offered in several variants.
    """
    ranges = [part for part in header.split(",") if part.strip()]
    return not ranges or any(_quality(ranges, kind) > 0 for kind in offered)


def preferred(header: str, offered: Sequence[str]) -> str | None:
    """Return the media type that an ``Accept`` prefers; None if it admits none of those offered.

    Of two with the same weight, the one that is named is preferred, then the one that is offered first.
    """
    ranges = [part for part in header.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    named = {essence(one) for one in ranges}
    best = max(offered, key=lambda kind: (_quality(ranges, kind), kind in named))
    return best if _quality(ranges, best) > 0 else None


def _quality(ranges: Collection[str], kind: str) -> float:
    """Return the weight of a media type: that of the most specific range it is in, else 0."""
    weights = {essence(one): _weight(one) for one in ranges}
    for name in (kind, f"{kind.partition('/')[0]}/*", "*/*", "*"):  # the last one is sent by old Java clients
        if name in weights:
            return weights[name]
    return 0.0


def _weight(one: str) -> float:
    try:
        return float(_parameter(one, "q") or 1)
    except ValueError:
        return 1.0


def _parameter(header: str, name: str) -> str | None:
    pairs = (part.partition("=") for part in header.split(";")[1:])
    return next(
        (value.strip().strip('"').casefold() for key, _, value in pairs if key.strip().casefold() == name), None
    )
