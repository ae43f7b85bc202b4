"""One HTTP request that cannot run away: bounded in size, time, redirects and repetitions. The only user of HTTP.

Requests are made with httpx2, the maintained continuation of httpx: proxies and
certificates come from the environment, and what is compressed is unpacked in
pieces of a megabyte at most, so that the limit on size holds for what comes out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

USER_AGENT = "mlsurvey (documentation reader)"
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may differ the next time."""
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
GONE_STATUS = frozenset({404, 410, 451})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a fetch may take. Seconds and bytes."""

    document: int = 8 * 1024 * 1024
    """Bytes of a document, unpacked: a README of prose has a tenth of a megabyte at most."""
    package: int = 64 * 1024 * 1024
    """Bytes of a package or of what a registry says of one, as sent."""
    unpacked: int = 512 * 1024 * 1024
    """Bytes of a package that are unpacked in search of its README."""
    connect: float = 10.0
    silence: float = 20.0
    """Between two pieces of an answer."""
    total: float = 120.0
    """For one answer from its first to its last byte."""
    attempts: int = 4
    backoff: float = 1.0
    """Longest first pause; the following ones may double."""
    longest_pause: float = 30.0
    """A host that asks for more is asked another day."""
    redirects: int = 5
    at_once: int = 4
    """Fetches at a time, and so requests to one host."""


class FetchError(Exception):
    """A document could not be had; the message is the reason, in words."""

    kind = "failed"


class GoneError(FetchError):
    """There is none at that place."""

    kind = "gone"


class RefusedError(FetchError):
    """It is there and was not taken: too large, or led astray."""

    kind = "refused"


class UnreachableError(FetchError):
    """The host does not answer at all."""


class _PassingError(FetchError):
    """May be over at the next attempt."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause
        """Seconds that the host asks to wait."""


class _SilentError(_PassingError):
    """No connection came about."""

    def __init__(self, url: httpx2.URL, error: Exception) -> None:
        super().__init__(f"no connection to {url.host}: {_words(error)}")
        self.host = url.netloc.decode()
        """It need not be the one that was asked first: redirects lead elsewhere."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    data: bytes | None
    """None where the host says that what we have is the newest."""
    etag: str | None = None
    last_modified: str | None = None
    media_type: str = ""
    """Without parameters, in lower case."""


class Fetcher:
    """Fetches over one pool of connections. Safe to share between threads; close it, or use ``with``."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        timeout = httpx2.Timeout(self.limits.silence, connect=self.limits.connect)
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        self._client = httpx2.Client(timeout=timeout, headers=headers)
        self._stopped = threading.Event()
        self._silent: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def stop(self) -> None:
        """Let every fetch that runs in another thread end soon."""
        self._stopped.set()

    def get(self, url: str, limit: int, *, conditions: Mapping[str, str] | None = None) -> Answer:
        """The body behind ``url``, of ``limit`` bytes at most.

        Args:
            url: http or https.
            limit: bytes, counted unpacked.
            conditions: ``If-None-Match`` and the like.

        Raises:
            FetchError: it could not be had; see its subclasses.
        """
        sink = BytesIO()
        headers = self.save(url, sink, limit, conditions=conditions)
        if headers is None:
            return Answer(None)
        media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(sink.getvalue(), headers.get("ETag"), headers.get("Last-Modified"), media_type)

    def save(
        self, url: str, sink: IO[bytes], limit: int, *, conditions: Mapping[str, str] | None = None
    ) -> Mapping[str, str] | None:
        """Like :meth:`get`, into a file; returns the headers, or None where nothing is newer."""
        host = urlsplit(url).netloc.rpartition("@")[2]
        if host in self._silent:  # one wait for a host that is not there is enough
            raise UnreachableError(self._silent[host])
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self.limits.attempts),
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, url, sink, limit, dict(conditions or {}))
        except _SilentError as error:
            self._silent[error.host] = str(error)
            raise UnreachableError(str(error)) from error
        except _PassingError as error:
            raise FetchError(f"{error}, {self.limits.attempts} times") from error

    def _pause(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: as the host asks, else longer and longer and by chance."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.pause if isinstance(error, _PassingError) else None
        if asked is not None and asked > self.limits.longest_pause:
            raise FetchError(f"{error}, and asks to wait {asked:.0f} s; try again later")
        wait = wait_random_exponential(multiplier=self.limits.backoff, max=self.limits.longest_pause)
        return max(asked or 0.0, wait(state))

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise FetchError("stopped")

    def _once(self, url: str, sink: IO[bytes], limit: int, conditions: dict[str, str]) -> Mapping[str, str] | None:
        sink.seek(0)
        sink.truncate()
        deadline = time.monotonic() + self.limits.total
        try:
            return self._follow(self._client.build_request("GET", url, headers=conditions), sink, limit, deadline)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise _SilentError(error.request.url, error) from error
        except httpx2.TimeoutException as error:
            raise _PassingError(f"no answer within {self.limits.silence:g} s") from error
        except httpx2.DecodingError as error:
            raise RefusedError(f"the answer cannot be unpacked: {_words(error)}") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise RefusedError(f"no address to fetch from: {_words(error)}") from error
        except httpx2.TransportError as error:  # cut off, or no HTTP
            raise _PassingError(f"the answer broke off: {_words(error)}") from error

    def _follow(
        self, request: httpx2.Request, sink: IO[bytes], limit: int, deadline: float
    ) -> Mapping[str, str] | None:
        for _ in range(self.limits.redirects + 1):
            _check_address(request.url)
            response = self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return self._receive(response, sink, limit, deadline)
                onward = response.next_request
            finally:
                response.close()
            if onward is None:
                break
            if request.url.scheme == "https" and onward.url.scheme != "https":
                raise RefusedError(f"leads from https to {onward.url.scheme}://{onward.url.host}")
            request = onward
        raise RefusedError(f"leads on more than {self.limits.redirects} times")

    def _receive(
        self, response: httpx2.Response, sink: IO[bytes], limit: int, deadline: float
    ) -> Mapping[str, str] | None:
        if response.status_code == 304 and not response.request.headers.keys().isdisjoint(_CONDITIONS):
            return None
        _check_status(response)
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "deflate", ""):
            raise RefusedError(f"packed as {encoding[:40]!r}, which was not asked for")
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > limit:
                raise RefusedError(f"larger than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise FetchError(f"took longer than {self.limits.total:g} s")
            if self._stopped.is_set():
                raise FetchError("stopped")
            sink.write(piece)
        return response.headers


def _check_address(url: httpx2.URL) -> None:
    if url.scheme not in ("http", "https"):
        raise RefusedError(f"leads to a {url.scheme or 'nameless'} address; only http and https are followed")


def _check_status(response: httpx2.Response) -> None:
    status = f"{response.status_code} {response.reason_phrase[:60]}".strip()
    if response.status_code in GONE_STATUS:
        raise GoneError(f"the host answers {status}")
    if response.status_code in PASSING_STATUS:
        raise _PassingError(f"the host answers {status}", _asked(response.headers.get("Retry-After")))
    if response.status_code != 200:
        raise FetchError(f"the host answers {status}")


def _asked(value: str | None) -> float | None:
    """Seconds of a ``Retry-After``, which is a number or a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _words(error: Exception) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
