"""Access control: tokens, hosts, origins and read-only mode."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request

from mlsurvey.api.problems import RefusalError
from mlsurvey.api.settings import ServiceSettings
from mlsurvey.errors import SettingsError

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = ("read", "write")
HASHED = "sha256:"
"""Prefix of a secret that is stored as a digest."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SAFE = ("GET", "HEAD", "OPTIONS")
COOKIE = "mlsurvey_token"
"""Cookie with the secret of whoever has logged in on the page."""


@dataclass(frozen=True, slots=True)
class Token:
    """A known token: its scope and the digest of its secret."""

    scope: Scope
    digest: str


class Tokens:
    """The known tokens; if there are none, everyone on this machine has full access."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = tuple(tokens)

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def scope(self, secret: str) -> Scope | None:
        """Return the scope of a secret; None if it is unknown. Takes the same time in every case."""
        digest = _digest(secret)
        found: Scope | None = None
        for token in self._tokens:  # no early exit, for constant time
            if hmac.compare_digest(token.digest, digest) and found != "write":
                found = token.scope
        return found


def load_tokens(settings: ServiceSettings) -> Tokens:
    """Load the tokens from the settings and from the file named there.

    Raises:
        SettingsError: an entry is malformed, or there is no token and other machines can reach the service.
    """
    entries = [("the setting serve.tokens", entry) for entry in settings.tokens.split()]
    entries += [(str(settings.tokens_file), line) for line in _lines(settings.tokens_file)]
    tokens = Tokens(_token(origin, entry.split()[0]) for origin, entry in entries)
    if not tokens and not settings.is_loopback:
        raise SettingsError(
            f"{settings.host} can be reached from other machines, so a token is required; type: mlsurvey token"
        )
    return tokens


def make_token(file: Path, scope: Scope, label: str) -> str:
    """Return a new secret and append its digest to the file, which is created readable by its owner only.

    Raises:
        OSError: the file cannot be written.
    """
    secret = secrets.token_urlsafe(32)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as out:
        out.write(f"{scope}:{HASHED}{_digest(secret)} {' '.join(label.split())}".rstrip() + "\n")
    return secret


def scope_of(request: Request, tokens: Tokens) -> Scope | None:
    """Return what the sender of a request may do; None if it may do nothing."""
    if not tokens:
        return "write"
    secret = _bearer(request)
    return tokens.scope(secret if secret is not None else _from_cookie(request))


def cookie_of(secret: str) -> str:
    """Return a secret as the value of a cookie, which admits few characters."""
    return base64.urlsafe_b64encode(secret.encode("utf-8", "surrogateescape")).decode().rstrip("=")


def check_token(request: Request, tokens: Tokens, needed: Scope) -> None:
    """Reject a request without a token of the required scope, in its header or in the cookie of the page."""
    if not tokens:
        return
    scope = scope_of(request, tokens)
    if scope is None:
        detail = (
            "missing or unknown token; send the header 'Authorization: Bearer TOKEN', with a token from: mlsurvey token"
        )
        raise RefusalError("unauthorised", detail, headers={"WWW-Authenticate": 'Bearer realm="mlsurvey"'})
    if needed == "write" and scope != "write":
        raise RefusalError(
            "forbidden", f"{request.method} {request.url.path} requires write access; this token is read-only"
        )
    if request.method not in SAFE and _bearer(request) is None and "origin" not in request.headers:
        # A browser adds the cookie on its own, so the page that sent the request must be known.
        raise RefusalError("origin", "a request with the cookie of the page needs the header Origin")


def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.casefold() == "bearer" else ""


def _from_cookie(request: Request) -> str:
    value = request.cookies.get(COOKIE, "")
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("utf-8", "surrogateescape")
    except ValueError:
        return ""


def check_host(request: Request, settings: ServiceSettings) -> None:
    """Reject a request for another host name, which a web page may have pointed at this machine (DNS rebinding)."""
    host = request.headers.get("host", "")
    if _hostname(host) not in {*LOOPBACK, settings.host.casefold(), *(h.casefold() for h in settings.allowed_hosts)}:
        raise RefusalError("wrong-host", f"host {host[:100]!r} is not allowed; allow it with --allowed-host")


def check_origin(request: Request, settings: ServiceSettings) -> None:
    """Reject changes by pages of other sites: browsers send some requests without a preflight."""
    origin = request.headers.get("origin")
    if request.method in SAFE or origin is None or origin in settings.cors_origins:
        return
    if urlsplit(origin).netloc != request.headers.get("host"):
        raise RefusalError("origin", f"origin {origin[:100]!r} is not allowed; allow it with --cors-origin")


def check_writable(settings: ServiceSettings) -> None:
    """Reject a change if the service is read-only."""
    if settings.read_only:
        raise RefusalError("read-only", "the service was started with --read-only, which rejects changes and jobs")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the tokens in {file}: {error}") from error
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _token(origin: str, entry: str) -> Token:
    scope, _, secret = entry.partition(":")
    for known in SCOPES:
        if scope == known and secret:
            hashed = secret.startswith(HASHED)
            return Token(known, secret.removeprefix(HASHED) if hashed else _digest(secret))
    raise SettingsError(f"a token in {origin} is malformed; write read:SECRET or write:SECRET")
