"""READMEs of packages: from the archive of the latest npm release, and from PyPI's JSON API.

The metadata of an npm package may include a ``readme``, but registries and
mirrors often omit it, and it belongs to the last published release, even a
beta. The archive of the release tagged ``latest`` is always available, names its
version, and is verified against the digest in the registry.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import quote, urljoin

from mlsurvey.syncing.fetch import Answer, Fetcher, FetchError, GoneError, RefusedError

_README = ("readme.md", "readme.markdown", "readme", "readme.txt")
"""File names in an archive, in order of preference."""
_DIGESTS = ("sha512", "sha384", "sha256")
"""Subresource Integrity algorithms, strongest first."""
_SUFFIXES = {"text/markdown": ".md", "text/x-rst": ".rst", "text/plain": ".txt"}


@dataclass(frozen=True, slots=True)
class Have:
    """What is known about a previously fetched document."""

    version: str | None = None
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Conditional request headers."""


@dataclass(frozen=True, slots=True)
class Release:
    """The README of one release."""

    answer: Answer
    """Has no data if the local copy is of this release."""
    version: str | None
    page: str
    """Web page of the release."""
    suffix: str = ""
    """File suffix of the format, if the name does not have one."""


def npm_readme(fetcher: Fetcher, registry: str, package: str, have: Have) -> Release:
    """README of the release tagged ``latest``.

    Raises:
        FetchError: the README could not be fetched.
    """
    limits = fetcher.limits
    url = f"{registry}/{quote(package, safe='@')}"
    answer = fetcher.get(url, limits.package, conditions=have.conditions)
    facts = None if answer.data is None else _object(answer.data, "the npm registry")
    version = have.version if facts is None else _text(facts, "dist-tags", "latest")
    page = f"https://www.npmjs.com/package/{package}/v/{version}"
    if facts is None or version is None or version == have.version:
        return Release(replace(answer, data=None), version, page)
    dist = _part(facts, "versions", version, "dist")
    with tempfile.TemporaryFile() as archive:
        fetcher.save(urljoin(url, _text(dist, "tarball")), archive, limits.package)
        _check_integrity(archive, dist)
        return Release(replace(answer, data=_readme(archive, limits.unpacked, limits.document)), version, page)


def pypi_readme(fetcher: Fetcher, index: str, package: str, have: Have) -> Release:
    """Long description of the newest release.

    Raises:
        FetchError: the description could not be fetched.
    """
    answer = fetcher.get(f"{index}/pypi/{quote(package)}/json", fetcher.limits.package, conditions=have.conditions)
    facts = None if answer.data is None else _object(answer.data, "the package index")
    version = have.version if facts is None else _text(facts, "info", "version")
    page = f"https://pypi.org/project/{package}/{version}/"
    if facts is None or version == have.version:
        return Release(replace(answer, data=None), version, page)
    text = _text(facts, "info", "description")
    kind = str(_part(facts, "info").get("description_content_type") or "text/x-rst").partition(";")[0].strip()
    if not text.strip() or text.strip() == "UNKNOWN":
        raise GoneError(f"{package} {version} has no description")
    if len(data := text.encode()) > fetcher.limits.document:
        raise RefusedError(f"larger than {fetcher.limits.document:,} bytes")
    return Release(replace(answer, data=data), version, page, _SUFFIXES.get(kind, ".txt"))


def _object(data: bytes, who: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"{who} did not send valid JSON") from error
    if not isinstance(value, dict):
        raise FetchError(f"{who} did not send a JSON object")
    return value


def _part(facts: dict[str, Any], *keys: str) -> dict[str, Any]:
    value: Any = facts
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict):
        raise FetchError(f"the registry gives no {'.'.join(keys)}")
    return value


def _text(facts: dict[str, Any], *keys: str) -> str:
    value = _part(facts, *keys[:-1]).get(keys[-1])
    if not isinstance(value, str):
        raise FetchError(f"the registry gives no {'.'.join(keys)}")
    return value


def _check_integrity(archive: IO[bytes], dist: dict[str, Any]) -> None:
    """Verify the digest from the registry (https://www.w3.org/TR/SRI/); older releases have only a SHA-1."""
    stated = dict(part.split("-", 1) for part in str(dist.get("integrity") or "").split() if "-" in part)
    name = next((name for name in _DIGESTS if name in stated), None)
    try:
        digest = base64.b64decode(stated[name].partition("?")[0], validate=True) if name else None
        digest = digest or bytes.fromhex(str(dist.get("shasum") or ""))
    except (binascii.Error, ValueError) as error:
        raise RefusedError("the registry states an invalid digest") from error
    if not digest:
        raise RefusedError("the registry states no digest for its archive")
    archive.seek(0)
    actual = hashlib.new(name or "sha1")
    for piece in iter(lambda: archive.read(1024 * 1024), b""):
        actual.update(piece)
    if actual.digest() != digest:
        raise RefusedError("the archive does not match the digest that the registry states")


def _readme(archive: IO[bytes], unpacked: int, most: int) -> bytes:
    archive.seek(0)
    found: dict[str, bytes] = {}
    try:
        with (
            gzip.GzipFile(fileobj=archive) as stream,
            tarfile.open(fileobj=_Bounded(stream, unpacked), mode="r|") as tar,
        ):
            for name, member in _readmes(tar):
                if member.size > most:
                    raise RefusedError(f"its README is larger than {most:,} bytes")
                content = tar.extractfile(member)
                found[name] = content.read() if content else b""
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise RefusedError(f"the archive cannot be read: {str(error)[:200]}") from error
    best = next((name for name in _README if found.get(name)), None)
    if best is None:
        raise GoneError("the newest release has no README")
    return found[best]


def _readmes(tar: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """READMEs in the single top folder of an archive. Nothing is extracted to disk."""
    for member in tar:
        parts = PurePosixPath(member.name).parts
        if member.isfile() and len(parts) == 2 and parts[0].strip("./") and parts[1].lower() in _README:
            yield parts[1].lower(), member


class _Bounded(io.RawIOBase):
    """A stream that raises RefusedError once it exceeds its limit."""

    def __init__(self, stream: gzip.GzipFile, limit: int) -> None:
        self._stream, self._left = stream, limit

    def readable(self) -> bool:
        """Always True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to ``size`` bytes; fewer at the end."""
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise RefusedError("its archive is too large when unpacked")
        return data
