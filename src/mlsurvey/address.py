"""Addresses of indexes that an engine keeps instead of a folder. Pure.

``milvus://host:19530/name``        a Milvus server; ``/database/name`` for a database other than the default
``milvus+https://host:443/name``    the same over TLS
``milvus+lite:///path/file.db``     Milvus Lite, in this process
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

TOKEN = "MLSURVEY_INDEX_TOKEN"
"""Variable with the token of the engine, ``user:password`` or an API key. Read when it is used, never kept or shown."""
EXAMPLE = "milvus://localhost:19530/mlsurvey"
_SERVER = re.compile(
    r"milvus(?P<tls>\+https)?://(?P<host>[^/@?#\s]+)/(?:(?P<database>\w+)/)?(?P<name>[A-Za-z_]\w{0,99})/?"
)
_EMBEDDED = re.compile(r"milvus\+lite://(?P<file>/[^?#]+\.db)")
_EMBEDDED_NAME = "mlsurvey"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of an index that an engine keeps."""

    text: str
    """As the user types it; has no secrets."""
    uri: str
    """As the client of the engine takes it."""
    name: str
    """Prefix of its collections."""
    database: str = ""
    is_embedded: bool = False

    def __str__(self) -> str:
        return self.text


def is_address(value: object) -> bool:
    """Whether a value is meant as an address, not as a folder."""
    return isinstance(value, Address) or (isinstance(value, str) and "://" in value)


def address_of(text: str) -> Address:
    """Read an address.

    Raises:
        ValueError: it is none; the message says what one looks like, and never repeats a password.
    """
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError(f"Input should be an address without user and password; put them into {TOKEN}")
    if match := _SERVER.fullmatch(text):
        uri = f"http{'s' if match['tls'] else ''}://{match['host']}"
        return Address(text, uri, match["name"], match["database"] or "")
    if match := _EMBEDDED.fullmatch(text):
        return Address(text, str(PurePosixPath(match["file"])), _EMBEDDED_NAME, is_embedded=True)
    raise ValueError(f"Input should be a folder, or an address such as {EXAMPLE!r} or 'milvus+lite:///path/file.db'")
